package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Secrets that left, sealed to a recipient, until they were fetched or their time is over.
 * Immutable.
 *
 * @param requester who asked for it, and alone may fetch it
 * @param recipient the fingerprint of the recipient's key
 * @param secrets how many there are in it
 */
public record SecretExport(
    UUID id,
    String tenant,
    String requester,
    String recipient,
    int secrets,
    Instant createdAt,
    Instant expiresAt) {
  /** How long a bundle is kept. */
  public static final Duration KEPT = Duration.ofHours(24);
}
