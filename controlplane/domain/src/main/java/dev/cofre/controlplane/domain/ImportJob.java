package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An import that is being prepared: a pair of keys in the HSM that material can be wrapped to,
 * once. Immutable.
 *
 * @param state as it was written; see {@link #stateAt}
 * @param wrapping what material is to be wrapped with; null while it is being made
 * @param refusals how often material was refused
 * @param keyId what was made with it
 */
public record ImportJob(
    UUID id,
    String tenant,
    State state,
    Wrapping wrapping,
    int refusals,
    Optional<UUID> keyId,
    Instant expiresAt,
    Stamp stamp) {
  /** How long it can be used. */
  public static final Duration VALIDITY = Duration.ofHours(24);

  /** So often may material be refused before the pair is given up. */
  public static final int REFUSALS_MAX = 5;

  /** How far it is. */
  public enum State {
    /** Its pair may or may not be in the HSM; nobody was told of it. */
    CREATING,
    /** Material can be sent. */
    PENDING,
    /** A key or a version was made with it. */
    DONE,
    /** It was given up by a person. */
    CANCELLED,
    /** Material was refused too often. */
    FAILED,
    /** Its time was over. */
    EXPIRED
  }

  /**
   * The pair's public half and the way of wrapping.
   *
   * @param algorithm by its name in documents
   * @param through where material will be unwrapped: {@code HSM} or {@code MEMORY}
   * @param publicKey SubjectPublicKeyInfo; not to be changed
   */
  public record Wrapping(String algorithm, String through, byte[] publicKey) {}

  /** The state at {@code now}. */
  public State stateAt(Instant now) {
    return state == State.PENDING && !now.isBefore(expiresAt) ? State.EXPIRED : state;
  }

  /** The label of the pair in the HSM. */
  public static String label(UUID id) {
    return "import-" + id;
  }
}
