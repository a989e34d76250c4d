package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.engine.audit.AuditLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A real audit log whose disk is slow: while it is held, what was appended is not synced. */
final class HeldLog implements AuditLog {
  private final AuditLog log;
  private final List<AuditEvent> events = new ArrayList<>();
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private boolean held;

  HeldLog(AuditLog log) {
    this.log = log;
  }

  synchronized void hold() {
    held = true;
  }

  /** The disk has caught up. */
  void release() {
    List<CompletableFuture<Void>> released;
    synchronized (this) {
      held = false;
      released = List.copyOf(waiting);
      waiting.clear();
    }
    released.forEach(future -> future.complete(null));
  }

  /** Whether an event with {@code code} was appended. */
  synchronized boolean has(String code) {
    return events.stream().anyMatch(event -> code.equals(event.code()));
  }

  @Override
  public CompletableFuture<Void> append(List<AuditEvent> appended) {
    CompletableFuture<Void> written = log.append(appended);
    synchronized (this) {
      events.addAll(appended);
      if (!held) {
        return written;
      }
      CompletableFuture<Void> synced = new CompletableFuture<>();
      waiting.add(synced);
      return written.thenCompose(done -> synced);
    }
  }

  @Override
  public boolean isAvailable() {
    return log.isAvailable();
  }

  @Override
  public void close() {
    log.close();
  }
}
