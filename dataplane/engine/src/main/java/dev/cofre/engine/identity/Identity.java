package dev.cofre.engine.identity;

import dev.cofre.engine.snapshot.PrincipalMetadata;

/**
 * A principal and how it was proven. Immutable.
 *
 * @param authentication {@code token}, {@code jwt} or {@code mtls}, as policies and the audit log
 *     name it
 */
public record Identity(PrincipalMetadata principal, String authentication) {}
