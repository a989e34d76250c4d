package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes policies out of drafts. Stateless; works within the caller's transaction. */
public final class PolicyBook {
  private PolicyBook() {}

  /**
   * Writes the policy that {@code draft} describes.
   *
   * @throws InvalidDocumentException naming the principals and keys that do not exist
   * @throws ProblemException {@code conflict} when the name is taken
   */
  public static Policy add(Transaction tx, PolicyDraft draft, String tenant, String by) {
    List<FieldError> errors = new ArrayList<>();
    for (String principal : draft.principals()) {
      if (tx.principals().find(principal).filter(p -> p.tenant().equals(tenant)).isEmpty()) {
        errors.add(new FieldError("principals", "names " + principal + ", which does not exist"));
      }
    }
    List<UUID> keys = new ArrayList<>();
    for (String name : draft.keys()) {
      Optional<KmsKey> key = KeySelection.find(tx, tenant, name);
      if (key.isEmpty()) {
        errors.add(new FieldError("keys", "names " + name + ", which does not exist"));
      } else if (!keys.contains(key.get().id())) {
        keys.add(key.get().id());
      }
    }
    if (!errors.isEmpty()) {
      throw new InvalidDocumentException(errors);
    }
    if (tx.policies().isNameTaken(tenant, draft.name())) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "there is a policy named " + draft.name() + "; choose another name");
    }
    Policy policy =
        new Policy(
            UUID.randomUUID(),
            tenant,
            draft.name(),
            draft.effect(),
            draft.principals(),
            draft.actions(),
            keys,
            Stamp.created(tx.now(), by));
    tx.policies().insert(policy);
    return policy;
  }
}
