package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * One version of a key: one KEK. Immutable.
 *
 * @param number from 1
 * @param state what may be done with it as far as its key may do it
 * @param protection where its KEK lives
 * @param kekLabel the name of its KEK; at protection HSM the label of its token object
 * @param material where its KEK comes from and whether it may leave
 */
public record KeyVersion(
    int number,
    KeyState state,
    Protection protection,
    String kekLabel,
    Instant createdAt,
    String createdBy,
    KeyMaterial material) {

  /** A new one, in use, of material that was generated here and stays here. */
  public KeyVersion(
      int number, Protection protection, String kekLabel, Instant createdAt, String createdBy) {
    this(number, protection, kekLabel, createdAt, createdBy, KeyMaterial.GENERATED);
  }

  /** A new one, in use. */
  public KeyVersion(
      int number,
      Protection protection,
      String kekLabel,
      Instant createdAt,
      String createdBy,
      KeyMaterial material) {
    this(number, new KeyState.Active(), protection, kekLabel, createdAt, createdBy, material);
  }

  /** The same version in {@code next}. */
  public KeyVersion in(KeyState next) {
    return new KeyVersion(number, next, protection, kekLabel, createdAt, createdBy, material);
  }
}
