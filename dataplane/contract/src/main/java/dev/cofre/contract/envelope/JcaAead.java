package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/** A JCA provider's AES-256-GCM; one {@link Cipher}, reused. */
public final class JcaAead implements Aead {
  private static final String TRANSFORMATION = "AES/GCM/NoPadding";
  private static final byte[] ZERO_NONCE = new byte[12];

  private final Cipher cipher;
  private WipedKey key;

  /** Takes the first provider that has AES/GCM. */
  public JcaAead() {
    this(null);
  }

  /** Takes {@code provider}, which need not be registered; null: the first that has AES/GCM. */
  public JcaAead(Provider provider) {
    try {
      cipher =
          provider == null
              ? Cipher.getInstance(TRANSFORMATION)
              : Cipher.getInstance(TRANSFORMATION, provider);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no " + TRANSFORMATION + " to be had", e);
    }
  }

  @Override
  public void key(byte[] bytes, int offset) {
    forget();
    key = new WipedKey(bytes, offset);
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
    forget();
    try {
      cipher.init(
          Cipher.DECRYPT_MODE, WipedKey.zero(), new GCMParameterSpec(TAG_LENGTH * 8, ZERO_NONCE));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot be re-keyed", e);
    }
  }

  private void forget() {
    if (key != null) {
      key.wipe();
      key = null;
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
    if (key == null) {
      throw new IllegalStateException("the AEAD has no key");
    }
    cipher.init(mode, key, new GCMParameterSpec(TAG_LENGTH * 8, nonce));
    if (aad.length > 0) {
      cipher.updateAAD(aad);
    }
    return cipher.doFinal(in, inOffset, length, out, outOffset);
  }
}
