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
  /**
   * Appends {@code events} in order, all or none; completes when all of them survive a kill of this
   * process.
   */
  CompletableFuture<Void> append(List<AuditEvent> events);

  /** Appends {@code event}. */
  default CompletableFuture<Void> append(AuditEvent event) {
    return append(List.of(event));
  }

  /**
   * Counts {@code event}, a request of someone who proved nothing: one record stands for all of one
   * address, error code and second. What is kept for such callers is bounded apart, so that they
   * cannot use up the log.
   */
  default CompletableFuture<Void> countUnauthenticated(AuditEvent event) {
    return append(event);
  }

  /** Whether the last write succeeded and there is room. */
  boolean isAvailable();

  /** How full it is, and what it has taken since it was opened. */
  default AuditFigures figures() {
    return AuditFigures.NONE;
  }

  /** Writes what was accepted, then closes. */
  @Override
  void close();
}
