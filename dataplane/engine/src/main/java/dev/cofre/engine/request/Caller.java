package dev.cofre.engine.request;

import dev.cofre.engine.snapshot.PrincipalMetadata;

/**
 * Who sent a request, how they proved it, and from where. Immutable.
 *
 * @param principal null when not authenticated
 * @param authentication {@code token}, {@code mtls} or {@code "none"}
 * @param address the network address
 * @param requestId the request's id, as the caller is told
 */
public record Caller(
    PrincipalMetadata principal, String authentication, String address, String requestId) {
  String principalId() {
    return principal == null ? null : principal.id();
  }
}
