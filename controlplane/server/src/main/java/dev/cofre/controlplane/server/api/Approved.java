package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;

/**
 * That a call is the run of an approved request, which was taken up under a claim. Immutable.
 *
 * @param request as it was when it was taken up
 */
record Approved(ApprovalRequest request) {
  /**
   * Checks that what is about to happen is about the object that was approved, as it was then.
   *
   * @throws ProblemException {@code precondition_failed}
   */
  void requireSame(ApprovalMatter now) {
    ApprovalMatter then = request.matter();
    boolean same =
        then.subject() == null
            ? now.subject() == null
            : then.subject().equals(now.subject()) && then.revision() == now.revision();
    if (!same) {
      throw new ProblemException(
          ErrorCode.PRECONDITION_FAILED,
          "what it is about was changed since it was asked for; ask again");
    }
  }
}
