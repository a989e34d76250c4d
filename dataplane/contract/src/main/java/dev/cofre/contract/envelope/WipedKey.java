package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;

import java.nio.ByteBuffer;
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
    this(ByteBuffer.wrap(source), offset);
  }

  /** A copy of the key that stands in {@code source} at {@code offset}. */
  WipedKey(ByteBuffer source, int offset) {
    bytes = new byte[KEY_LENGTH];
    source.get(offset, bytes);
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
