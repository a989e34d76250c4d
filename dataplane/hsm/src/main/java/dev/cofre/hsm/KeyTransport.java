package dev.cofre.hsm;

import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import java.util.Optional;

/**
 * Key material into a token and out of it, wrapped to RSA keys (docs/PROTOCOL.md, "Key transport").
 *
 * <p>Thread-safe. Every call may block on the device. Whatever the token cannot do is a {@link
 * WrappingNotAvailableException}; a failing token is an {@link HsmException}.
 */
public interface KeyTransport {
  /** Where imported material is unwrapped. */
  enum Through {
    /** Inside the token: it never is in this process. */
    HSM,
    /**
     * The RSA operation inside the token; what it yields, the AES key in between or the material
     * itself, is in locked memory of this process for a moment.
     */
    MEMORY
  }

  /**
   * A pair for one import, whose private half never leaves the token.
   *
   * @param publicKey what material is wrapped to
   * @param algorithm how
   * @param through where it will be unwrapped; this was proven with the pair itself
   */
  record WrappingKey(RecipientKey publicKey, WrappingAlgorithm algorithm, Through through) {}

  /**
   * A KEK that leaves.
   *
   * @param algorithm that it is wrapped with
   * @param check of the KEK
   */
  record Exported(WrappingAlgorithm algorithm, byte[] wrapped, KeyCheckValue check) {}

  /**
   * Generates a pair inside the token and proves that material can be unwrapped with it.
   *
   * @param algorithm empty for the first in the order of {@link WrappingAlgorithm} that this token
   *     unwraps inside itself, or else the first that it unwraps at all
   */
  WrappingKey makeWrappingKey(String label, int bits, Optional<WrappingAlgorithm> algorithm);

  /** Destroys the pair with {@code label}; does nothing when there is none. */
  void destroyWrappingKey(String label);

  /**
   * Looks at wrapped material without keeping it.
   *
   * @throws MaterialRejectedException when it cannot be unwrapped, does not have 32 bytes or is all
   *     zeros
   * @throws KekMissingException when there is no pair with {@code label}
   */
  KeyCheckValue check(String label, WrappingKey key, byte[] wrapped);

  /**
   * Makes a KEK of wrapped material: sensitive, kept, like one that was generated.
   *
   * @param exportable whether it may be wrapped to leave again
   * @throws MaterialRejectedException like {@link #check}
   */
  void importKek(
      String label, WrappingKey key, byte[] wrapped, String kekLabel, boolean exportable);

  /**
   * Unwraps material for a KEK at protection SOFTWARE, which lives wrapped by another. The caller
   * closes the answer after use.
   *
   * @throws MaterialRejectedException like {@link #check}
   */
  ClearKey open(String label, WrappingKey key, byte[] wrapped);

  /**
   * Wraps a KEK of the token to {@code recipient}, inside the token.
   *
   * @param algorithm empty for the first that the token does
   * @throws MaterialRejectedException when the KEK was not made exportable
   */
  Exported export(String kekLabel, RecipientKey recipient, Optional<WrappingAlgorithm> algorithm);

  /** The same for a KEK at protection SOFTWARE, which the caller closes. */
  Exported export(ClearKey kek, RecipientKey recipient, Optional<WrappingAlgorithm> algorithm);
}
