package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/** The JDK's own AES-256-GCM; one {@link Cipher}, reused. */
public final class JcaAead implements Aead {
  private static final byte[] ZERO_NONCE = new byte[12];

  private final Cipher cipher;
  private final WipedKey key = new WipedKey();
  private boolean keyed;

  /** Takes the first provider that has AES/GCM. */
  public JcaAead() {
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no AES/GCM/NoPadding", e);
    }
  }

  @Override
  public void key(byte[] bytes, int offset) {
    key.set(bytes, offset);
    keyed = true;
  }

  @Override
  public int seal(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    try {
      return run(Cipher.ENCRYPT_MODE, nonce, aad, in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "AES-GCM encryption failed: a nonce was repeated or a buffer is too short", e);
    }
  }

  @Override
  public int open(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    if (length < TAG_LENGTH) {
      return -1;
    }
    try {
      return run(Cipher.DECRYPT_MODE, nonce, aad, in, inOffset, length, out, outOffset);
    } catch (AEADBadTagException e) {
      return -1;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM decryption failed: a buffer is too short", e);
    }
  }

  @Override
  public void clear() {
    key.wipe();
    keyed = false;
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_LENGTH * 8, ZERO_NONCE));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's AES-GCM cannot be re-keyed", e);
    }
  }

  private int run(
      int mode,
      byte[] nonce,
      byte[] aad,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset)
      throws GeneralSecurityException {
    if (!keyed) {
      throw new IllegalStateException("the AEAD has no key");
    }
    cipher.init(mode, key, new GCMParameterSpec(TAG_LENGTH * 8, nonce));
    if (aad.length > 0) {
      cipher.updateAAD(aad);
    }
    return cipher.doFinal(in, inOffset, length, out, outOffset);
  }
}
