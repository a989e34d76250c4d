package dev.cofre.controlplane.server.policy;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.CompiledStatement;
import dev.cofre.engine.policy.Membership;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Who can do what with which keys, and through what. Not thread-safe. */
public final class AccessReport {
  /** The most rows of an answer. */
  public static final int ROWS_MAX = 10_000;

  private final AccessCheck check;
  private final long nowMs;

  /** Reports on what {@code check} has in force. */
  public AccessReport(AccessCheck check) {
    this.check = check;
    this.nowMs = check.now().toEpochMilli();
  }

  /**
   * One way to one use.
   *
   * @param key the alias, or the pattern or tags that a statement selects keys by
   * @param keyId empty for a pattern
   * @param conditional whether the request decides too
   * @param via the principal's own id, {@code group:NAME}, or {@code any}
   */
  public record Row(
      String principal,
      String key,
      String keyId,
      String environment,
      String action,
      boolean conditional,
      CompiledStatement statement,
      String via) {}

  /** Who can do {@code use} with {@code key}, by their ids. */
  public List<Row> whoCan(KeyUse use, KeyMetadata key) {
    List<Row> rows = new ArrayList<>();
    Action action = Action.of(use.wireName());
    check
        .state()
        .forEachPrincipal(
            principal -> {
              for (CompiledStatement statement :
                  check.policy().grants(principal, action, key, nowMs)) {
                rows.add(row(principal, key, action, statement));
              }
            });
    requireFew(rows);
    rows.sort(Comparator.comparing(Row::principal));
    return rows;
  }

  /** What {@code principal} can do: a row for each key that is named, one for each pattern. */
  public List<Row> reviewOf(PrincipalMetadata principal) {
    List<Row> rows = new ArrayList<>();
    Membership membership = check.policy().membership(principal);
    Set<CompiledStatement> statements = new LinkedHashSet<>();
    Stream.concat(membership.references().stream(), Stream.of("*"))
        .forEach(
            reference -> statements.addAll(check.policy().naming(principal.tenant(), reference)));
    for (CompiledStatement statement : statements) {
      if (statement.isAllow() && statement.isInForceAt(nowMs)) {
        named(principal, statement, rows);
        wildcards(principal, membership, statement, rows);
      }
    }
    requireFew(rows);
    return rows;
  }

  private void named(PrincipalMetadata principal, CompiledStatement statement, List<Row> rows) {
    for (var id : statement.namedKeys()) {
      KeyMetadata key = check.state().key(id);
      for (String name : statement.actionNames()) {
        Action action = Action.of(name);
        if (key != null
            && check.policy().grants(principal, action, key, nowMs).contains(statement)) {
          rows.add(row(principal, key, action, statement));
        }
      }
    }
  }

  private void wildcards(
      PrincipalMetadata principal,
      Membership membership,
      CompiledStatement statement,
      List<Row> rows) {
    for (String pattern : statement.patterns()) {
      for (String action : statement.actionNames()) {
        rows.add(
            new Row(
                principal.id(),
                pattern,
                "",
                statement.environment(),
                action,
                statement.isConditional(),
                statement,
                via(principal, membership, statement)));
      }
    }
  }

  private Row row(
      PrincipalMetadata principal, KeyMetadata key, Action action, CompiledStatement statement) {
    return new Row(
        principal.id(),
        key.alias(),
        key.id().toString(),
        key.environment(),
        action.text(),
        statement.isConditional(),
        statement,
        via(principal, check.policy().membership(principal), statement));
  }

  private static String via(
      PrincipalMetadata principal, Membership membership, CompiledStatement statement) {
    if (statement.isForAnyPrincipal()) {
      return "any";
    }
    return statement.principals().stream()
        .filter(membership.references()::contains)
        .findFirst()
        .orElse(principal.id());
  }

  private static void requireFew(List<Row> rows) {
    if (rows.size() > ROWS_MAX) {
      throw new ProblemException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the answer has more than " + ROWS_MAX + " rows; ask for fewer principals with limit");
    }
  }
}
