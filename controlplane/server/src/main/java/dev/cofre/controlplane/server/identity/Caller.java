package dev.cofre.controlplane.server.identity;

import dev.cofre.controlplane.domain.Principal;

/**
 * Who calls and how they proved it.
 *
 * @param authentication {@code token}, {@code jwt} or {@code mtls}
 */
public record Caller(Principal principal, String authentication) {}
