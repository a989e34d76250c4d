package dev.cofre.benchmarks.kdf;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Key and commitment from AES blocks in one call: block (h, i) is the constant "cofr" with h and i
 * in its last two bytes ‖ half h of the salt (12 bytes).
 */
final class AesBlocksDerivation implements CandidateDerivation {
  private static final int BLOCK = 16;
  private static final int HALF = 12;

  private final Cipher aes;
  private final byte[] in;
  private final byte[] blocks;
  private final int halves;
  private final int perHalf;

  private AesBlocksDerivation(byte[] dataKey, int halves, int perHalf) {
    this.halves = halves;
    this.perHalf = perHalf;
    in = new byte[halves * perHalf * BLOCK];
    blocks = new byte[in.length];
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(dataKey, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Output = blocks (0, 0) … (0, 3). */
  static AesBlocksDerivation plain(byte[] dataKey) {
    return new AesBlocksDerivation(dataKey, 1, 4);
  }

  /** Output i = block (0, 4) ⊕ block (1, 4) ⊕ block (0, i) ⊕ block (1, i), for i = 0 … 3. */
  static AesBlocksDerivation sums(byte[] dataKey) {
    return new AesBlocksDerivation(dataKey, 2, 5);
  }

  @Override
  public void derive(byte[] salt, int saltOffset, byte[] out) {
    for (int half = 0; half < halves; half++) {
      for (int i = 0; i < perHalf; i++) {
        int at = (half * perHalf + i) * BLOCK;
        in[at] = 'c';
        in[at + 1] = 'o';
        in[at + 2] = (byte) half;
        in[at + 3] = (byte) i;
        System.arraycopy(salt, saltOffset + half * HALF, in, at + 4, HALF);
      }
    }
    try {
      aes.update(in, 0, in.length, blocks, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    if (halves == 1) {
      System.arraycopy(blocks, 0, out, 0, OUTPUT_LENGTH);
    } else {
      sum(out);
    }
    Arrays.fill(blocks, (byte) 0);
  }

  private void sum(byte[] out) {
    int second = perHalf * BLOCK;
    for (int i = 0; i < OUTPUT_LENGTH; i++) {
      int base = OUTPUT_LENGTH + i % BLOCK;
      out[i] = (byte) (blocks[i] ^ blocks[second + i] ^ blocks[base] ^ blocks[second + base]);
    }
  }
}
