package dev.cofre.engine.audit;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.concurrent.CompletableFuture;

/** The answer when a record cannot be taken. Stateless. */
final class Refusal {
  private Refusal() {}

  static ProblemException problem() {
    return new ProblemException(
        ErrorCode.AUDIT_UNAVAILABLE,
        "the audit log cannot take a record, so nothing is done; try again, and see the node's log");
  }

  static CompletableFuture<Void> future() {
    return CompletableFuture.failedFuture(problem());
  }
}
