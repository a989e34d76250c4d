package dev.cofre.engine.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Says why, by the same statements that {@link PolicyEvaluator} decides by. Stateless. */
public final class Explainer {
  /** So many findings are told; a key with a hundred thousand users has more. */
  public static final int FINDINGS_MAX = 200;

  private final PolicyEvaluator policy;

  /** Explains the decisions of {@code policy}. */
  public Explainer(PolicyEvaluator policy) {
    this.policy = policy;
  }

  /**
   * Why {@code subject} may or must not do {@code action} with {@code key}.
   *
   * @param from the environment of the source, for {@link Action#REENCRYPT}; else empty
   */
  public Explanation explain(
      PolicyEvaluator.Subject subject,
      Action action,
      PolicyEvaluator.KeyReference key,
      String from,
      Facts facts) {
    Decision decision =
        action == Action.REENCRYPT
            ? policy.decideMove(subject, from, key, facts.nowMs())
            : policy.decide(subject, action, key, facts.nowMs());
    Membership membership = policy.membership(subject);
    List<Explanation.Finding> findings = new ArrayList<>();
    CompiledStatement allow = null;
    CompiledStatement deny = null;
    for (CompiledStatement statement : candidates(subject, key, membership)) {
      String unmet = unmet(statement, membership, action, key, from, facts);
      if (unmet == null && statement.isAllow()) {
        allow = allow == null ? statement : allow;
      } else if (unmet == null) {
        deny = deny == null ? statement : deny;
      }
      if (findings.size() < FINDINGS_MAX) {
        findings.add(new Explanation.Finding(statement, unmet));
      }
    }
    boolean allowed = decision.allows(facts);
    boolean seen = decision.outcome() != Decision.Outcome.UNSEEN;
    CompiledStatement deciding = allowed ? allow : deny;
    return new Explanation(
        allowed,
        seen,
        reason(subject, membership, key, allowed, deciding, findings),
        deciding,
        List.copyOf(findings));
  }

  private Set<CompiledStatement> candidates(
      PolicyEvaluator.Subject subject, PolicyEvaluator.KeyReference key, Membership membership) {
    Set<CompiledStatement> candidates = new LinkedHashSet<>();
    for (CompiledStatement[] list : policy.selecting(key)) {
      for (CompiledStatement statement : list) {
        if (statement.names(membership.references())) {
          candidates.add(statement);
        }
      }
    }
    membership
        .references()
        .forEach(reference -> candidates.addAll(policy.naming(subject.tenant(), reference)));
    candidates.addAll(policy.naming(subject.tenant(), "*"));
    for (CompiledStatement[] list : policy.selecting(key)) {
      for (int i = 0; i < list.length && candidates.size() < 2 * FINDINGS_MAX; i++) {
        candidates.add(list[i]);
      }
    }
    return candidates;
  }

  private static String unmet(
      CompiledStatement statement,
      Membership membership,
      Action action,
      PolicyEvaluator.KeyReference key,
      String from,
      Facts facts) {
    if (!statement.tenant().equals(key.tenant())) {
      return "it is of another tenant";
    }
    if (!statement.names(membership.references())) {
      return "it names neither the principal nor a group of theirs";
    }
    if (!statement.environment().isEmpty() && !statement.environment().equals(key.environment())) {
      return "it is for the environment " + statement.environment();
    }
    if (!statement.selects(key)) {
      return "it is about other keys";
    }
    if (!statement.actionNames().contains(action.text())) {
      return "it is about " + String.join(", ", statement.actionNames()) + " only";
    }
    if (!statement.covers(action, from)) {
      return "it is for what comes from another environment";
    }
    if (!statement.isInForce(facts.nowMs())) {
      return facts.nowMs() >= statement.notAfterMs() ? "it has ended" : "it has not begun";
    }
    return statement.conditions() == null ? null : statement.conditions().unmet(facts);
  }

  private static String reason(
      PolicyEvaluator.Subject subject,
      Membership membership,
      PolicyEvaluator.KeyReference key,
      boolean allowed,
      CompiledStatement deciding,
      List<Explanation.Finding> findings) {
    if (!subject.tenant().equals(key.tenant())) {
      return "the key is of another tenant";
    }
    if (!PolicyEvaluator.usesKeys(membership.roles())) {
      return membership.roles().contains(PolicyEvaluator.WORKLOAD)
          ? "the principal has a role that manages or audits, and such principals never use keys"
          : "the principal is no workload, and only workloads use keys";
    }
    if (allowed) {
      return name(deciding) + " allows it, and nothing denies it";
    }
    if (deciding != null) {
      return deciding.isUnderstood()
          ? name(deciding) + " denies it"
          : name(deciding) + " holds what this release does not understand, so it denies";
    }
    return findings.stream()
        .filter(finding -> finding.statement().isAllow())
        .findFirst()
        .map(
            finding ->
                "no statement allows it; nearest is "
                    + name(finding.statement())
                    + ", but "
                    + finding.unmet())
        .orElse("no statement is about this principal and this key");
  }

  private static String name(CompiledStatement statement) {
    String policy =
        statement.policyName().isEmpty() ? statement.policyId() : statement.policyName();
    String sid = statement.sid().isEmpty() ? "" : " (" + statement.sid() + ")";
    return "statement " + statement.index() + sid + " of policy " + policy;
  }
}
