package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a change of policies is about, for those who approve it. Stateless. */
final class PolicyMatter {
  private PolicyMatter() {}

  /** That {@code policy} is made. */
  static ApprovalMatter made(Transaction tx, Policy policy) {
    return new ApprovalMatter(
        null,
        0,
        environments(tx, policy),
        Set.of(),
        named(policy, Effect.ALLOW),
        Difference.made(document(tx, policy)));
  }

  /** That {@code before} becomes {@code after}. */
  static ApprovalMatter changed(Transaction tx, Policy before, Policy after) {
    return new ApprovalMatter(
        before.id().toString(),
        before.stamp().revision(),
        union(environments(tx, before), environments(tx, after)),
        Set.of(),
        union(named(before, Effect.DENY), named(after, Effect.ALLOW)),
        Difference.between(document(tx, before), document(tx, after)));
  }

  /** That {@code policy} is removed. */
  static ApprovalMatter removed(Transaction tx, Policy policy) {
    return new ApprovalMatter(
        policy.id().toString(),
        policy.stamp().revision(),
        environments(tx, policy),
        Set.of(),
        named(policy, Effect.DENY),
        Difference.removed(document(tx, policy)));
  }

  private static <T> Set<T> union(Set<T> a, Set<T> b) {
    Set<T> both = new HashSet<>(a);
    both.addAll(b);
    return both;
  }

  private static Set<String> named(Policy policy, Effect effect) {
    return policy.document().statements().stream()
        .filter(statement -> statement.effect() == effect)
        .flatMap(statement -> statement.principals().stream())
        .collect(Collectors.toSet());
  }

  private static Set<Environment> environments(Transaction tx, Policy policy) {
    return policy.document().statements().stream()
        .flatMap(
            statement ->
                Stream.concat(
                    Stream.of(statement.environment(), statement.fromEnvironment())
                        .filter(Objects::nonNull),
                    statement.keys().stream()
                        .flatMap(key -> find(tx, key).stream())
                        .map(key -> key.draft().environment())))
        .collect(Collectors.toSet());
  }

  private static Optional<KmsKey> find(Transaction tx, String key) {
    return CanonicalUuid.find(key).flatMap(id -> tx.keys().find(id));
  }

  /** With the keys' aliases and environments beside their ids, which tell people nothing. */
  private static JsonObject document(Transaction tx, Policy policy) {
    PolicyDocument said = policy.document();
    List<PolicyStatement> statements =
        said.statements().stream()
            .map(
                statement ->
                    statement.about(
                        statement.keys().stream().map(key -> readable(tx, key)).toList()))
            .toList();
    return Documents.policy(
        policy.saying(
            new PolicyDocument(
                said.name(), said.description(), said.notAfter(), statements, said.tests()),
            policy.stamp()));
  }

  private static String readable(Transaction tx, String key) {
    return find(tx, key)
        .map(
            found ->
                found.alias()
                    + " ("
                    + found.draft().environment().wireName()
                    + ", "
                    + found.id()
                    + ")")
        .orElse(key);
  }
}
