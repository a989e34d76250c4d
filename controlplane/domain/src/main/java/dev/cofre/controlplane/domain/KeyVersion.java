package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * One version of a key: one KEK. Immutable.
 *
 * @param number from 1
 * @param state what may be done with it as far as its key may do it
 * @param protection where its KEK lives
 * @param kekLabel the name of its KEK; at protection HSM the label of its token object
 */
public record KeyVersion(
    int number,
    KeyState state,
    Protection protection,
    String kekLabel,
    Instant createdAt,
    String createdBy) {

  /** A new one, in use. */
  public KeyVersion(
      int number, Protection protection, String kekLabel, Instant createdAt, String createdBy) {
    this(number, new KeyState.Active(), protection, kekLabel, createdAt, createdBy);
  }

  /** The same version in {@code next}. */
  public KeyVersion in(KeyState next) {
    return new KeyVersion(number, next, protection, kekLabel, createdAt, createdBy);
  }
}
