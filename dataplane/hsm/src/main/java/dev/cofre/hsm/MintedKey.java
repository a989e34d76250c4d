package dev.cofre.hsm;

import java.util.Arrays;

/**
 * A new data key and its wrap.
 *
 * @param iv the IV of the wrap
 * @param wrapped ciphertext ‖ tag
 * @param plaintext 32 bytes, to be overwritten by whoever takes this
 */
public record MintedKey(byte[] iv, byte[] wrapped, byte[] plaintext) {
  /** Overwrites the bytes. */
  public void wipe() {
    Arrays.fill(plaintext, (byte) 0);
  }

  @Override
  public String toString() {
    return "MintedKey[…]";
  }
}
