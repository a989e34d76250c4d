package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * The signed statement that a key, or one version of it, was destroyed. Immutable: nobody changes
 * the arrays.
 *
 * @param version the version that was destroyed; {@link #WHOLE_KEY} for all of them
 * @param document JSON in UTF-8 that says what cannot be decrypted any more
 * @param signature by the installation's signing key over document and domain
 * @param verificationKeyId SHA-256 of the verification key's SubjectPublicKeyInfo
 */
public record Tombstone(
    UUID keyId,
    int version,
    byte[] document,
    byte[] signature,
    byte[] verificationKeyId,
    Instant createdAt) {
  /** Stands for all versions of a key. */
  public static final int WHOLE_KEY = 0;
}
