package dev.cofre.engine.request;

import dev.cofre.engine.policy.AuthenticationStrength;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.hsm.Requester;

/**
 * Who sent a request, how they proved it, and from where. Immutable.
 *
 * @param principal null when not authenticated
 * @param authentication {@code token}, {@code jwt}, {@code mtls} or {@code "none"}
 * @param address the network address
 * @param requestId the request's id, as the caller is told
 */
public record Caller(
    PrincipalMetadata principal, String authentication, String address, String requestId) {
  /** On whose behalf the HSM is asked. */
  Requester requester() {
    return new Requester(principal.tenant(), principal.id());
  }

  /** How strongly they proved it. */
  AuthenticationStrength strength() {
    return AuthenticationStrength.of(authentication);
  }

  /** Whose principal it is; null when not authenticated. */
  String tenant() {
    return principal == null ? null : principal.tenant();
  }

  String principalId() {
    return principal == null ? null : principal.id();
  }
}
