package dev.cofre.controlplane.domain;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A rule on the use of keys. What no policy allows is denied, and a deny wins. Immutable.
 *
 * @param name unique within the tenant
 * @param principals ids of whom it is about
 * @param actions what it is about
 * @param keys ids of the keys it is about
 */
public record Policy(
    UUID id,
    String tenant,
    String name,
    Effect effect,
    List<String> principals,
    Set<KeyUse> actions,
    List<UUID> keys,
    Stamp stamp) {

  /** Takes copies. */
  public Policy {
    principals = List.copyOf(principals);
    actions = Set.copyOf(actions);
    keys = List.copyOf(keys);
  }

  /** The keys on which {@code policies} leave {@code principal} at least one use. */
  public static Set<UUID> granted(List<Policy> policies, String principal) {
    List<Policy> about =
        policies.stream().filter(policy -> policy.principals.contains(principal)).toList();
    Set<UUID> granted = new HashSet<>();
    for (Policy policy : about) {
      if (policy.effect == Effect.ALLOW) {
        policy.keys.stream()
            .filter(key -> !isDenied(about, key, policy.actions))
            .forEach(granted::add);
      }
    }
    return granted;
  }

  private static boolean isDenied(List<Policy> about, UUID key, Set<KeyUse> actions) {
    Set<KeyUse> left = EnumSet.copyOf(actions);
    about.stream()
        .filter(policy -> policy.effect == Effect.DENY && policy.keys.contains(key))
        .forEach(policy -> left.removeAll(policy.actions));
    return left.isEmpty();
  }
}
