package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;

import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * An AES key whose bytes can be overwritten, which those of {@link javax.crypto.spec.SecretKeySpec}
 * cannot. What {@link #getEncoded} gives to a provider is the provider's to overwrite
 * (docs/SECURITY.md). Each key is another object, for providers compare objects to see whether the
 * key has changed. Not thread-safe.
 */
final class WipedKey implements SecretKey {
  private static final long serialVersionUID = 1;

  private final transient byte[] bytes;

  /** A copy of the key that stands in {@code source} at {@code offset}. */
  WipedKey(byte[] source, int offset) {
    bytes = Arrays.copyOfRange(source, offset, offset + KEY_LENGTH);
  }

  /** The key of zeros, which takes the place of one that is given up. */
  static WipedKey zero() {
    return new WipedKey(new byte[KEY_LENGTH], 0);
  }

  /** Overwrites the key. */
  void wipe() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String getAlgorithm() {
    return "AES";
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    return bytes.clone();
  }

  @Override
  public String toString() {
    return "WipedKey[…]";
  }

  private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
    throw new java.io.NotSerializableException("a key is not written anywhere");
  }
}
