package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.UUID;

/**
 * Makes policies out of documents, once their tests pass. Stateless; works within the caller's
 * transaction.
 */
public final class PolicyBook {
  /** The most policies of a tenant. */
  public static final int POLICIES_MAX = 100_000;

  private PolicyBook() {}

  /**
   * Writes the policy that {@code document} describes.
   *
   * @throws InvalidDocumentException naming the principals and keys that do not exist, or the tests
   *     that fail
   * @throws ProblemException {@code conflict} when the name is taken
   */
  public static Policy add(Transaction tx, PolicyDocument document, String tenant, String by) {
    requireFree(tx, tenant, document.name());
    if (tx.policies().count(tenant) >= POLICIES_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a tenant holds at most " + POLICIES_MAX + " policies; delete some, or name groups");
    }
    Policy policy = draft(tx, document, tenant, by);
    PolicyTests.require(tx, policy);
    tx.policies().insert(policy);
    return policy;
  }

  /** {@code document} as a policy that is nowhere yet, its keys found. */
  public static Policy draft(Transaction tx, PolicyDocument document, String tenant, String by) {
    return new Policy(
        UUID.randomUUID(),
        tenant,
        Resolution.resolve(tx, document, tenant),
        Stamp.created(tx.now(), by));
  }

  /**
   * Makes {@code policy} say what {@code document} does.
   *
   * @throws InvalidDocumentException naming the principals and keys that do not exist, or the tests
   *     that fail
   * @throws ProblemException {@code conflict} when the new name is taken
   */
  public static Policy change(Transaction tx, Policy policy, PolicyDocument document, String by) {
    if (!policy.name().equals(document.name())) {
      requireFree(tx, policy.tenant(), document.name());
    }
    Policy changed =
        policy.saying(
            Resolution.resolve(tx, document, policy.tenant()),
            policy.stamp().changed(tx.now(), by));
    PolicyTests.require(tx, changed);
    tx.policies().update(changed);
    return changed;
  }

  private static void requireFree(Transaction tx, String tenant, String name) {
    if (tx.policies().isNameTaken(tenant, name)) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "there is a policy named " + name + "; choose another name");
    }
  }
}
