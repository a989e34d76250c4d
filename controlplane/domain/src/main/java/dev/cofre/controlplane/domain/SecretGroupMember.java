package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * That a secret is in a group. Immutable.
 *
 * @param secret its exact name
 */
public record SecretGroupMember(String secret, Instant addedAt, String addedBy) {}
