package dev.cofre.engine.snapshot;

import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.Set;

/** A principal as the data plane knows it. Immutable. */
public record PrincipalMetadata(String id, String tenant, Set<String> roles)
    implements PolicyEvaluator.Subject {
  static PrincipalMetadata of(Principal principal) {
    return new PrincipalMetadata(
        principal.getId(), principal.getTenant(), Set.copyOf(principal.getRolesList()));
  }
}
