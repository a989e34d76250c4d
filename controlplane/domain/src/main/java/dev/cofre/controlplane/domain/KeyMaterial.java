package dev.cofre.controlplane.domain;

import java.util.Optional;

/**
 * What is known of a KEK's material. Immutable.
 *
 * @param importedThrough where imported material was unwrapped: {@code HSM}, or {@code MEMORY} for
 *     a moment; empty for what was generated
 * @param exportable whether it may leave, wrapped to a recipient; decided when it was made
 * @param checkValue its AES-CMAC over a zero block, 32 hexadecimal digits; empty for what was
 *     generated
 */
public record KeyMaterial(
    Origin origin,
    Optional<String> importedThrough,
    boolean exportable,
    Optional<String> checkValue) {
  /** Material that was generated here and stays here. */
  public static final KeyMaterial GENERATED = generated(false);

  /** Material that was generated here. */
  public static KeyMaterial generated(boolean exportable) {
    return new KeyMaterial(Origin.GENERATED, Optional.empty(), exportable, Optional.empty());
  }

  /** Material that was brought. */
  public static KeyMaterial imported(String through, boolean exportable, String checkValue) {
    return new KeyMaterial(
        Origin.IMPORTED, Optional.of(through), exportable, Optional.of(checkValue));
  }
}
