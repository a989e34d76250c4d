package dev.cofre.controlplane.server.access;

import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.Set;
import java.util.stream.Collectors;

/** A principal as the policy evaluator looks at it. Immutable. */
public record Subject(String id, String tenant, Set<String> roles)
    implements PolicyEvaluator.Subject {
  /** {@code principal} with its own roles, or with those of its groups too. */
  public static Subject of(Principal principal) {
    return new Subject(
        principal.id(),
        principal.tenant(),
        principal.roles().stream().map(Role::wireName).collect(Collectors.toSet()));
  }

  /** {@code principal} with the roles that it has by its groups too. */
  public static Principal withGroupRoles(Principal principal, PolicyEvaluator policy) {
    Set<String> roles = policy.membership(of(principal)).roles();
    return new Principal(
        principal.id(),
        principal.tenant(),
        roles.stream().map(Role::of).collect(Collectors.toSet()),
        principal.stamp());
  }
}
