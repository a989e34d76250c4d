package dev.cofre.dataplane.server.rehearsal;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.engine.audit.AuditLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps no event: what a rehearsal does concerns nobody's key. Nothing else in a node may use it.
 * Thread-safe.
 */
public final class ForgetfulAuditLog implements AuditLog {
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
