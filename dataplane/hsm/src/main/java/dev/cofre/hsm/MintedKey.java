package dev.cofre.hsm;

/**
 * A new data key and its wrap.
 *
 * @param iv the IV of the wrap
 * @param wrapped ciphertext ‖ tag
 * @param plaintext 32 bytes, to be closed by whoever takes this
 */
public record MintedKey(byte[] iv, byte[] wrapped, ClearKey plaintext) {
  /** Overwrites the bytes. */
  public void wipe() {
    plaintext.close();
  }

  @Override
  public String toString() {
    return "MintedKey[…]";
  }
}
