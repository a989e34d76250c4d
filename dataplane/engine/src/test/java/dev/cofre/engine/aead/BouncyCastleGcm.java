package dev.cofre.engine.aead;

import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** AES-256-GCM by a library that shares no code with any back end. */
final class BouncyCastleGcm {
  private BouncyCastleGcm() {}

  /** Ciphertext ‖ tag. */
  static byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) {
    var gcm = GCMBlockCipher.newInstance(AESEngine.newInstance());
    gcm.init(true, new AEADParameters(new KeyParameter(key), 128, nonce, aad));
    byte[] out = new byte[plaintext.length + 16];
    int written = gcm.processBytes(plaintext, 0, plaintext.length, out, 0);
    try {
      gcm.doFinal(out, written);
    } catch (InvalidCipherTextException e) {
      throw new AssertionError(e);
    }
    return out;
  }
}
