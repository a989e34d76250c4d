package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.NetworkRange;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what is allowed but questionable in the policies of a tenant. Not thread-safe. */
public final class PolicyLint {
  /** The most findings of an answer. */
  public static final int FINDINGS_MAX = 1_000;

  private final AccessCheck check;
  private final UnusedGrants unused;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, Set<Environment>> environmentsOf = new HashMap<>();

  /** Judges by what {@code check} has in force, and by what was used of it. */
  public PolicyLint(AccessCheck check, UnusedGrants unused) {
    this.check = check;
    this.unused = unused;
    if (!unused.isComplete()) {
      add(
          new Finding(
              "uses-not-judged",
              "",
              "",
              "more than "
                  + UnusedGrants.USES_MAX
                  + " uses were reported: unused-grant is not judged; ask for fewer days"));
    }
  }

  /**
   * One finding.
   *
   * @param rule its stable name
   * @param policy the policy's name; empty when it is about a principal
   * @param where the field, or the principal
   */
  public record Finding(String rule, String policy, String where, String message) {}

  /** Looks at {@code policy}. */
  public void add(Policy policy) {
    List<PolicyStatement> statements = policy.document().statements();
    for (int i = 0; i < statements.size(); i++) {
      statement(policy, statements.get(i), "statements[" + i + "]");
      unused(policy, statements.get(i), i);
    }
    SecretLint.of(check, policy).forEach(this::add);
    if (isOver(policy.document().notAfter())) {
      find("expired", policy, "notAfter", "the policy has ended; delete it");
    }
    for (FieldError failure : PolicyTests.failures(check, policy)) {
      find("test-fails", policy, failure.field(), failure.message());
    }
  }

  /** Looks at {@code grant}. */
  public void add(SecretGrant grant) {
    SecretLint.of(check, grant).ifPresent(this::add);
  }

  private void statement(Policy policy, PolicyStatement statement, String where) {
    boolean prod = statement.environment() == Environment.PROD;
    if (statement.effect() == Effect.ALLOW) {
      if (statement.keys().contains("*")) {
        find("all-keys", policy, where, "allows every key of an environment; name keys or tags");
      } else if (statement.isWildcard() && prod) {
        find("wildcard-in-prod", policy, where, "selects keys of prod by a pattern or tags");
      }
      if (statement.anyPrincipal()) {
        find("any-principal", policy, where, "is for every workload; name principals or groups");
      }
      if (statement.principals().contains(policy.stamp().createdBy())
          || statement.principals().contains(policy.stamp().updatedBy())) {
        find("own-grant", policy, where, "names who wrote it");
      }
      statement.principals().forEach(principal -> grantee(policy, where, principal));
      if (!isOver(statement.notAfter()) && !isOver(policy.document().notAfter())) {
        environments(statement);
      }
    }
    if (statement.conditions().sourceNetworks().stream().anyMatch(NetworkRange::isEverywhere)) {
      find("any-network", policy, where, "has a network that holds every address");
    }
    if (isOver(statement.notAfter())) {
      find("expired", policy, where, "has ended; take it out");
    }
    for (String key : statement.keys()) {
      if (!PolicyStatement.isPattern(key) && keyOf(key).isEmpty()) {
        find("key-gone", policy, where, "names the key " + key + ", which is gone");
      }
    }
  }

  private void unused(Policy policy, PolicyStatement statement, int index) {
    if (statement.effect() == Effect.ALLOW
        && !isOver(statement.notAfter())
        && !isOver(policy.document().notAfter())
        && unused.isUnused(policy, index)) {
      String where = "statements[" + index + "]";
      find("unused-grant", policy, where, "nobody has used it since " + unused.since());
    }
  }

  private void grantee(Policy policy, String where, String id) {
    PrincipalMetadata principal = check.state().principal(id);
    if (principal != null
        && !check.policy().membership(principal).roles().contains(PolicyEvaluator.WORKLOAD)) {
      find("no-workload", policy, where, "names " + id + ", who is no workload: it has no effect");
    }
  }

  private void environments(PolicyStatement statement) {
    Set<Environment> environments = EnumSet.noneOf(Environment.class);
    if (statement.environment() != null) {
      environments.add(statement.environment());
    }
    statement.keys().stream()
        .filter(key -> !PolicyStatement.isPattern(key))
        .forEach(
            key ->
                keyOf(key)
                    .ifPresent(found -> environments.add(Environment.of(found.environment()))));
    statement
        .principals()
        .forEach(
            principal ->
                environmentsOf
                    .computeIfAbsent(principal, id -> EnumSet.noneOf(Environment.class))
                    .addAll(environments));
  }

  private Optional<KeyMetadata> keyOf(String id) {
    return CanonicalUuid.find(id).map(check.state()::key);
  }

  private boolean isOver(Instant notAfter) {
    return notAfter != null && !notAfter.isAfter(check.now());
  }

  private void find(String rule, Policy policy, String where, String message) {
    add(new Finding(rule, policy.name(), where, message));
  }

  private void add(Finding finding) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(finding);
    }
  }

  /** All findings, at most {@value #FINDINGS_MAX}. */
  public List<Finding> findings() {
    environmentsOf.forEach(
        (principal, environments) -> {
          if (environments.contains(Environment.PROD) && environments.size() > 1) {
            add(
                new Finding(
                    "prod-and-other",
                    "",
                    principal,
                    "has grants in prod and in another environment; take one principal for each"));
          }
        });
    return List.copyOf(findings);
  }

  /** Whether nothing more is told. */
  public boolean isFull() {
    return findings.size() >= FINDINGS_MAX;
  }
}
