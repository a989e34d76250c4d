package dev.cofre.contract.envelope;

/**
 * AES-256-GCM over byte arrays with a tag of 128 bits (SP 800-38D).
 *
 * <p>One key at a time: {@link #key} is called once per request key, then {@link #seal} and {@link
 * #open} any number of times. Instances are not thread-safe; one per event loop or thread. Input
 * and output ranges do not overlap.
 */
public interface Aead {
  /**
   * Sets the key: 32 bytes of {@code key} from {@code offset} on, of which no reference is kept.
   */
  void key(byte[] key, int offset);

  /**
   * Encrypts {@code length} bytes and appends the tag.
   *
   * @param nonce 12 bytes, never used with this key before
   * @return the bytes written: {@code length} + 16
   */
  int seal(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset);

  /**
   * Decrypts {@code length} bytes, the last 16 of which are the tag.
   *
   * @return the bytes written: {@code length} - 16, or -1 when the tag does not verify; what stands
   *     in {@code out} is meaningless then
   */
  int open(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset);

  /** Forgets the key as far as the provider lets us. */
  void clear();
}
