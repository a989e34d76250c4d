package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a change of policies is about, for those who approve it. Stateless. */
final class PolicyMatter {
  private PolicyMatter() {}

  /** That {@code policy} is made. */
  static ApprovalMatter made(Transaction tx, Policy policy) {
    Set<String> gain = policy.effect() == Effect.ALLOW ? Set.copyOf(policy.principals()) : Set.of();
    return new ApprovalMatter(
        null, 0, environments(tx, policy), Set.of(), gain, Difference.made(named(tx, policy)));
  }

  /** That {@code policy} is removed. */
  static ApprovalMatter removed(Transaction tx, Policy policy) {
    Set<String> gain = policy.effect() == Effect.DENY ? Set.copyOf(policy.principals()) : Set.of();
    return new ApprovalMatter(
        policy.id().toString(),
        policy.stamp().revision(),
        environments(tx, policy),
        Set.of(),
        gain,
        Difference.removed(named(tx, policy)));
  }

  private static Set<Environment> environments(Transaction tx, Policy policy) {
    return policy.keys().stream()
        .flatMap(id -> tx.keys().find(id).stream())
        .map(key -> key.draft().environment())
        .collect(Collectors.toSet());
  }

  /** With the keys' aliases and environments beside their ids, which tell people nothing. */
  private static JsonObject named(Transaction tx, Policy policy) {
    List<String> keys =
        policy.keys().stream()
            .flatMap(id -> tx.keys().find(id).stream())
            .map(
                key ->
                    key.alias()
                        + " ("
                        + key.draft().environment().wireName()
                        + ", "
                        + key.id()
                        + ")")
            .toList();
    return Documents.policy(policy).put("keys", new io.vertx.core.json.JsonArray(keys));
  }
}
