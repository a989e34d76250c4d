package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.random.ReplayableRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/** The JDK's AES-GCM and BouncyCastle's seal alike and open each other's, at the edges. */
class AeadCrossCheckTest {
  private static final int[] LENGTHS = {
    0, 1, 15, 16, 17, 1023, 1024, 65_535, 65_536, 65_537, 131_072
  };
  private static final int[] AAD_LENGTHS = {0, 1, 16, 190, 4096};

  private final ReplayableRandom random = ReplayableRandom.of("AeadCrossCheckTest");
  private final JcaAead aead = new JcaAead();

  @Test
  void bothProvidersAgree() throws InvalidCipherTextException {
    for (int length : LENGTHS) {
      for (int aadLength : AAD_LENGTHS) {
        agree(length, aadLength);
      }
    }
  }

  @Test
  void aFlippedBitIsRefused() {
    byte[] key = random.bytes(32);
    byte[] nonce = random.bytes(12);
    byte[] sealed = new byte[1040];
    aead.key(key, 0);
    aead.seal(nonce, new byte[0], random.bytes(1024), 0, 1024, sealed, 0);
    for (int i = 0; i < 200; i++) {
      int bit = random.nextInt(sealed.length * 8);
      sealed[bit / 8] ^= (byte) (1 << bit % 8);
      assertEquals(-1, aead.open(nonce, new byte[0], sealed, 0, 1040, new byte[1024], 0));
      sealed[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertEquals(-1, aead.open(nonce, new byte[0], sealed, 0, 15, new byte[1024], 0));
  }

  @Test
  void withoutAKeyNothingIsDone() {
    byte[] out = new byte[64];
    assertThrows(
        IllegalStateException.class,
        () -> aead.seal(new byte[12], new byte[0], out, 0, 1, out, 20));
    aead.key(random.bytes(32), 0);
    aead.clear();
    assertThrows(
        IllegalStateException.class,
        () -> aead.open(new byte[12], new byte[0], out, 0, 17, out, 20));
  }

  private void agree(int length, int aadLength) throws InvalidCipherTextException {
    byte[] key = random.bytes(32);
    byte[] nonce = random.bytes(12);
    byte[] aad = random.bytes(aadLength);
    byte[] plaintext = random.bytes(length);
    byte[] ours = new byte[length + 19];
    aead.key(key, 0);
    assertEquals(length + 16, aead.seal(nonce, aad, plaintext, 0, length, ours, 3));
    byte[] theirs = bouncyCastle(true, key, nonce, aad, plaintext);
    assertArrayEquals(theirs, Arrays.copyOfRange(ours, 3, ours.length));
    byte[] opened = new byte[length];
    assertEquals(length, aead.open(nonce, aad, theirs, 0, theirs.length, opened, 0));
    assertArrayEquals(plaintext, opened);
    assertArrayEquals(plaintext, bouncyCastle(false, key, nonce, aad, theirs));
  }

  private static byte[] bouncyCastle(
      boolean sealing, byte[] key, byte[] nonce, byte[] aad, byte[] in)
      throws InvalidCipherTextException {
    GCMModeCipher gcm = GCMBlockCipher.newInstance(AESEngine.newInstance());
    gcm.init(sealing, new AEADParameters(new KeyParameter(key), 128, nonce, aad));
    byte[] out = new byte[gcm.getOutputSize(in.length)];
    int done = gcm.processBytes(in, 0, in.length, out, 0);
    done += gcm.doFinal(out, done);
    return Arrays.copyOf(out, done);
  }
}
