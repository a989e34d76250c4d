package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where audit events go. Thread-safe; never blocks the caller.
 *
 * <p>An answer leaves only after the future of its event has completed well. When it fails, it
 * fails with a {@link dev.cofre.contract.problem.ProblemException} {@code audit_unavailable}, and
 * the request is refused with that.
 */
public interface AuditLog extends AutoCloseable {
  /** Appends {@code events} in order; completes when all of them survive a kill of this process. */
  CompletableFuture<Void> append(List<AuditEvent> events);

  /** Appends {@code event}. */
  default CompletableFuture<Void> append(AuditEvent event) {
    return append(List.of(event));
  }

  /** Whether the last write succeeded and there is room. */
  boolean isAvailable();

  /** Writes what was accepted, then closes. */
  @Override
  void close();
}
