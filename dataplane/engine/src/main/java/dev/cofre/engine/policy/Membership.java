package dev.cofre.engine.policy;

import java.util.Set;

/**
 * Whom a principal counts as.
 *
 * @param references its id, and {@code group:NAME} for each group it is in, also by other groups
 * @param roles its own and those of its groups
 */
public record Membership(Set<String> references, Set<String> roles) {}
