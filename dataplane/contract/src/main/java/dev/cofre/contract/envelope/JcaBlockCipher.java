package dev.cofre.contract.envelope;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;

/**
 * The JDK's AES. Its key schedule is on the heap: it is overwritten when another key is set, but
 * the collector may have moved it and left a copy.
 */
public final class JcaBlockCipher implements BlockCipher {
  private final Cipher aes;

  /** Without a key. */
  public JcaBlockCipher() {
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's AES cannot be used", e);
    }
  }

  @Override
  public void key(ByteBuffer source, int offset) {
    WipedKey key = new WipedKey(source, offset);
    try {
      aes.init(Cipher.ENCRYPT_MODE, key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's AES cannot be used", e);
    } finally {
      key.wipe();
    }
  }

  @Override
  public void encrypt(byte[] in, byte[] out, int length) {
    try {
      aes.update(in, 0, length, out, 0);
    } catch (ShortBufferException e) {
      throw new AssertionError(e);
    }
  }
}
