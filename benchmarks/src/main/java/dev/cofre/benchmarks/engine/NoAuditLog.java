package dev.cofre.benchmarks.engine;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.engine.audit.AuditLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes events and keeps none: what a request costs without its audit log. */
public final class NoAuditLog implements AuditLog {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  @Override
  public CompletableFuture<Void> append(List<AuditEvent> events) {
    return DONE;
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
