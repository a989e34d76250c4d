package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds what is allowed but questionable about secrets. A grant names one secret, or one group of
 * secrets, exactly; so what would reach many at once is the use of the vault's own key. Stateless.
 */
final class SecretLint {
  private SecretLint() {}

  /** Whether {@code statement} lets somebody use the vault's key of an environment. */
  static boolean reachesVault(AccessCheck check, PolicyStatement statement) {
    return statement.effect() == Effect.ALLOW
        && Arrays.stream(Environment.values())
            .filter(
                environment ->
                    statement.environment() == null || statement.environment() == environment)
            .map(VaultKeys::alias)
            .map(check::key)
            .flatMap(Optional::stream)
            .anyMatch(key -> statement.keys().stream().anyMatch(name -> selects(name, key)));
  }

  private static boolean selects(String name, KeyMetadata key) {
    return PolicyStatement.isPattern(name)
        ? key.alias().startsWith(name.substring(0, name.length() - 1))
        : CanonicalUuid.find(name).filter(key.id()::equals).isPresent();
  }

  /** What is found in {@code policy}. */
  static List<PolicyLint.Finding> of(AccessCheck check, Policy policy) {
    List<PolicyStatement> statements = policy.document().statements();
    return statements.stream()
        .filter(statement -> reachesVault(check, statement))
        .map(
            statement ->
                new PolicyLint.Finding(
                    "vault-key",
                    policy.name(),
                    "statements[" + statements.indexOf(statement) + "]",
                    "allows the use of a vault's key, which nobody but the control plane needs"))
        .toList();
  }

  /** What is found in {@code grant}. */
  static Optional<PolicyLint.Finding> of(AccessCheck check, SecretGrant grant) {
    if (grant.isOver(check.now())) {
      return Optional.of(finding("secret-grant-expired", grant, "has ended; take it back"));
    }
    PrincipalMetadata principal = check.state().principal(grant.principal());
    return principal != null
            && !check.policy().membership(principal).roles().contains(PolicyEvaluator.WORKLOAD)
        ? Optional.of(
            finding("secret-grant-no-workload", grant, "is for no workload: it has no effect"))
        : Optional.empty();
  }

  private static PolicyLint.Finding finding(String rule, SecretGrant grant, String what) {
    String on = grant.isOnGroup() ? " on " : " on the secret ";
    String where = "the grant of " + grant.principal() + on + grant.secret();
    return new PolicyLint.Finding(rule, "", grant.principal(), where + " " + what);
  }
}
