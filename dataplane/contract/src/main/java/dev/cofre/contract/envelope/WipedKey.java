package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;

import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * An AES key whose bytes can be overwritten, which those of {@link javax.crypto.spec.SecretKeySpec}
 * cannot. It is set again for each key, so a change of key leaves no garbage that holds one. What
 * {@link #getEncoded} gives to a provider is the provider's to overwrite (docs/SECURITY.md). Not
 * thread-safe.
 */
final class WipedKey implements SecretKey {
  private static final long serialVersionUID = 1;

  private final transient byte[] bytes = new byte[KEY_LENGTH];

  /** Takes a copy of the key that stands in {@code source} at {@code offset}. */
  void set(byte[] source, int offset) {
    System.arraycopy(source, offset, bytes, 0, KEY_LENGTH);
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
