package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.CompiledStatement;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.List;

/**
 * Who is named by policies, groups, grants on secrets and as their owner. Such a one is not
 * removed: whoever came later under the same name would have its grants. Stateless.
 */
final class References {
  private References() {}

  static void requireNone(Transaction tx, String tenant, String reference) {
    if (tx.secretGrants().countOf(tenant, reference) > 0) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "it may read secrets; take back its grants on them first");
    }
    if (tx.secrets().isOwner(tenant, reference)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "it owns secrets; give them to another owner first (cofre secret update --owner)");
    }
    if (tx.secretGroups().isOwner(tenant, reference)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "it owns groups of secrets; give them to another owner first (cofre secret group)");
    }
    if (tx.engines().isOwner(tenant, reference)) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "it owns secret engines; remove them first (cofre secret engine)");
    }
    if (tx.leases().countLive(tenant, reference) > 0) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "it has live leases; revoke them first (cofre secret lease)");
    }
    if (tx.authorities().isOwner(tenant, reference)) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "it owns certificate authorities; remove them first (cofre pki authority)");
    }
    if (tx.certificates().countLive(tenant, reference, tx.now()) > 0) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "it has live certificates; revoke them first (cofre pki)");
    }
    PolicyEvaluator live = tx.live().policy();
    List<CompiledStatement> statements = live.naming(tenant, reference);
    if (!statements.isEmpty()) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "policies name it ("
              + statements.getFirst().policyName()
              + (statements.size() > 1 ? " and others" : "")
              + "); take it out of them first");
    }
    List<String> groups = live.groupsListing(tenant, reference);
    if (!groups.isEmpty()) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "groups hold it (" + String.join(", ", groups) + "); take it out of them first");
    }
  }
}
