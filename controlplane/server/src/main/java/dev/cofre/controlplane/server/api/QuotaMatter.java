package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Quota;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.CompiledStatement;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a change of a quota is about, for those who approve it. Stateless.
 *
 * <p>Who may use more than before may do so in each environment of their grants; for the tenant as
 * a whole that is every one. Who may use less touches none.
 */
final class QuotaMatter {
  private QuotaMatter() {}

  /** That there is one where there was none: less than before. */
  static ApprovalMatter made(Quota quota, JsonObject document) {
    return matter(null, 0, quota, Set.of(), Difference.made(document));
  }

  /** That {@code before} becomes {@code after}; the documents say the same. */
  static ApprovalMatter changed(
      Transaction tx, Quota before, Quota after, JsonObject was, JsonObject is) {
    boolean raised =
        isMore(before.perSecond(), after.perSecond()) || isMore(before.perDay(), after.perDay());
    return matter(
        PrincipalMatter.subject(before.principal(), before.stamp()),
        before.stamp().revision(),
        before,
        raised ? environments(tx.live(), before) : Set.of(),
        Difference.between(was, is));
  }

  /** That {@code quota} is removed: nothing is a limit any more. */
  static ApprovalMatter removed(Transaction tx, Quota quota, JsonObject document) {
    return matter(
        PrincipalMatter.subject(quota.principal(), quota.stamp()),
        quota.stamp().revision(),
        quota,
        environments(tx.live(), quota),
        Difference.removed(document));
  }

  /** 0 is no limit. */
  private static boolean isMore(long before, long after) {
    return before != 0 && (after == 0 || after > before);
  }

  private static ApprovalMatter matter(
      String subject,
      long revision,
      Quota quota,
      Set<Environment> environments,
      List<String> changes) {
    Set<String> gains =
        quota.principal().equals(Quota.TENANT) ? Set.of() : Set.of(quota.principal());
    return new ApprovalMatter(subject, revision, environments, Set.of(), gains, changes);
  }

  private static Set<Environment> environments(SnapshotState live, Quota quota) {
    if (quota.principal().equals(Quota.TENANT)) {
      return EnumSet.allOf(Environment.class);
    }
    Set<Environment> environments = EnumSet.noneOf(Environment.class);
    PrincipalMetadata principal = live.principal(quota.principal());
    if (principal != null) {
      Stream.concat(live.policy().membership(principal).references().stream(), Stream.of("*"))
          .flatMap(reference -> live.policy().naming(quota.tenant(), reference).stream())
          .filter(CompiledStatement::isAllow)
          .forEach(statement -> add(live, statement, environments));
    }
    return environments;
  }

  private static void add(
      SnapshotState live, CompiledStatement statement, Set<Environment> environments) {
    if (!statement.environment().isEmpty()) {
      environments.add(Environment.of(statement.environment()));
    }
    for (var id : statement.namedKeys()) {
      KeyMetadata key = live.key(id);
      if (key != null) {
        environments.add(Environment.of(key.environment()));
      }
    }
  }
}
