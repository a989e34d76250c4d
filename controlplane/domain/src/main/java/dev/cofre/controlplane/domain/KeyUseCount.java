package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * How often a principal did something with a key. Immutable.
 *
 * @param lastAt when it did so last, to within a node's reporting interval
 */
public record KeyUseCount(UUID keyId, String principal, KeyUse action, long uses, Instant lastAt) {}
