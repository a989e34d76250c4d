package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.AccessQuestion;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.server.store.PolicyWire;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.AuthenticationStrength;
import dev.cofre.engine.policy.Explainer;
import dev.cofre.engine.policy.Explanation;
import dev.cofre.engine.policy.Facts;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import java.time.Instant;
import java.util.Optional;

/**
 * Answers questions about access by the evaluator that the data planes decide by. Immutable.
 *
 * @param state the keys and principals
 * @param policy the policies: those of {@code state}, or with a draft among them
 */
public record AccessCheck(SnapshotState state, PolicyEvaluator policy, String tenant, Instant now) {
  /** By what is in force in {@code state}. */
  public static AccessCheck of(SnapshotState state, String tenant, Instant now) {
    return new AccessCheck(state, state.policy(), tenant, now);
  }

  /** The same with {@code draft} in force too, in place of the policy with its id. */
  public AccessCheck with(Policy draft) {
    return new AccessCheck(state, policy.edit().put(PolicyWire.of(draft)).done(), tenant, now);
  }

  /**
   * Why {@code question} is answered as it is.
   *
   * @throws InvalidDocumentException naming the principal or key that there is not
   */
  public Explanation explain(AccessQuestion question) {
    PrincipalMetadata principal = state.principal(question.principal());
    if (principal == null || !principal.tenant().equals(tenant)) {
      throw wrong("principal", "names " + question.principal() + ", which does not exist");
    }
    KeyMetadata key =
        key(question.key())
            .orElseThrow(() -> wrong("key", "names " + question.key() + ", which does not exist"));
    Instant time = question.time() == null ? now : question.time();
    Facts facts =
        Facts.of(
            context(question),
            question.sourceAddress(),
            AuthenticationStrength.of(question.authentication()),
            time.toEpochMilli());
    return new Explainer(policy)
        .explain(
            principal,
            Action.of(question.action().wireName()),
            key,
            question.fromEnvironment() == null ? "" : question.fromEnvironment().wireName(),
            facts);
  }

  /** The key of the tenant with the alias or id {@code name}. */
  public Optional<KeyMetadata> key(String name) {
    return CanonicalUuid.find(name)
        .map(state::key)
        .filter(found -> found.tenant().equals(tenant))
        .or(() -> Optional.ofNullable(state.key(tenant, name)));
  }

  private static EncryptionContext context(AccessQuestion question) {
    try {
      return EncryptionContext.of(question.context());
    } catch (ProblemException e) {
      throw wrong("context", "is not one: " + e.detail());
    }
  }

  private static InvalidDocumentException wrong(String field, String message) {
    return new InvalidDocumentException(java.util.List.of(new FieldError(field, message)));
  }
}
