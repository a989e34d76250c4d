package dev.cofre.engine.policy;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The policies of one snapshot revision, compiled to two sets. Immutable and thread-safe.
 *
 * <p>Only a workload uses keys: roles that manage or audit never do, whatever a policy says
 * (invariant I6).
 */
public final class PolicyEvaluator {
  /** The role that uses keys. */
  public static final String WORKLOAD = "workload";

  private static final Set<String> SEE_ALL_OF_TENANT =
      Set.of("platform-admin", "security-admin", "crypto-officer", "auditor");
  private static final String APP_OWNER = "app-owner";

  private final Map<Grant, Effect> effects;
  private final Set<Sight> sights;

  private record Grant(String tenant, String principal, String action, UUID key) {}

  private record Sight(String tenant, String principal, UUID key) {}

  private PolicyEvaluator(Map<Grant, Effect> effects, Set<Sight> sights) {
    this.effects = effects;
    this.sights = sights;
  }

  /** Compiles {@code policies}. A policy that this release does not understand whole denies. */
  public static PolicyEvaluator compile(Collection<Policy> policies) {
    Map<Grant, Effect> effects = new HashMap<>();
    Set<Sight> sights = new HashSet<>();
    for (Policy policy : policies) {
      Effect effect = effect(policy);
      for (ByteString keyId : policy.getKeysList()) {
        UUID key = Uuids.get(keyId.toByteArray(), 0);
        for (String principal : policy.getPrincipalsList()) {
          if (effect == Effect.EFFECT_ALLOW) {
            sights.add(new Sight(policy.getTenant(), principal, key));
          }
          for (String action : policy.getActionsList()) {
            Grant grant = new Grant(policy.getTenant(), principal, action, key);
            effects.merge(grant, effect, (a, b) -> a == Effect.EFFECT_DENY ? a : b);
          }
        }
      }
    }
    return new PolicyEvaluator(effects, sights);
  }

  /** A condition that this release does not know must not make an allowance wider. */
  private static Effect effect(Policy policy) {
    boolean understood = policy.getUnknownFields().asMap().isEmpty();
    return understood && policy.getEffect() == Effect.EFFECT_ALLOW
        ? Effect.EFFECT_ALLOW
        : Effect.EFFECT_DENY;
  }

  /** Whether {@code subject} may do {@code action} with the key. */
  public boolean allows(Subject subject, Action action, KeyReference key) {
    return subject.tenant().equals(key.tenant())
        && subject.roles().contains(WORKLOAD)
        && effects.get(new Grant(key.tenant(), subject.id(), action.text(), key.id()))
            == Effect.EFFECT_ALLOW;
  }

  /** Whether {@code subject} may know that the key is there. */
  public boolean sees(Subject subject, KeyReference key) {
    if (!subject.tenant().equals(key.tenant())) {
      return false;
    }
    for (String role : subject.roles()) {
      if (SEE_ALL_OF_TENANT.contains(role)
          || (role.equals(APP_OWNER) && key.owner().equals(subject.id()))) {
        return true;
      }
    }
    return sights.contains(new Sight(key.tenant(), subject.id(), key.id()));
  }

  /** Who asks. */
  public interface Subject {
    /** The principal's id. */
    String id();

    /** The principal's tenant. */
    String tenant();

    /** The principal's roles. */
    Set<String> roles();
  }

  /** Which key is asked for. */
  public interface KeyReference {
    /** The key's id. */
    UUID id();

    /** The key's tenant. */
    String tenant();

    /** The principal or team that owns the key. */
    String owner();
  }
}
