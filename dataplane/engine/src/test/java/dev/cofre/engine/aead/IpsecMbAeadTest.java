package dev.cofre.engine.aead;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Intel's library, where it is installed and the processor has what it needs. */
class IpsecMbAeadTest extends AeadContract {
  @BeforeAll
  static void isThere() {
    assumeTrue(IpsecMb.OBSTACLE == null, () -> "skipped: " + IpsecMb.OBSTACLE);
  }

  @Override
  AeadBackEnd backEnd() {
    return AeadBackEnd.IPSECMB;
  }

  @Test
  void plaintextOfAWrongTagIsNotLeftBehind() {
    IpsecMbAead aead = new IpsecMbAead();
    byte[] nonce = new byte[12];
    byte[] plaintext = new byte[1_000];
    Arrays.fill(plaintext, (byte) 7);
    byte[] sealed = new byte[plaintext.length + 16];
    aead.key(new byte[32], 0);
    aead.seal(nonce, new byte[0], plaintext, 0, plaintext.length, sealed, 0);
    sealed[sealed.length - 1] ^= 1;
    byte[] out = new byte[plaintext.length];
    assertEquals(-1, aead.open(nonce, new byte[0], sealed, 0, sealed.length, out, 0));
    assertArrayEquals(new byte[plaintext.length], out);
  }
}
