package dev.cofre.engine.aes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cofre.contract.envelope.BlockCipher;
import dev.cofre.contract.envelope.JcaBlockCipher;
import dev.cofre.contract.random.KernelRandom;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** libcrypto encrypts blocks as the JDK does. */
class NativeAesTest {
  private static final int ROUNDS = 2_000;

  @Test
  void isTheJdksAes() {
    assumeTrue(NativeAes.isAvailable(), "there is no libcrypto here");
    BlockCipher jdk = new JcaBlockCipher();
    BlockCipher aes = NativeAes.orJca();
    ByteBuffer keys = ByteBuffer.allocateDirect(200);
    byte[] in = new byte[80];
    for (int i = 0; i < ROUNDS; i++) {
      keys.put(0, KernelRandom.INSTANCE.bytes(keys.capacity()));
      KernelRandom.INSTANCE.fill(in, 0, in.length);
      int offset = i % (keys.capacity() - 31);
      int length = i % 5 * 16 + 16;
      byte[] expected = new byte[80];
      byte[] made = new byte[80];
      jdk.key(keys, offset);
      aes.key(keys.position(i % 100), offset);
      jdk.encrypt(in, expected, length);
      aes.encrypt(in, made, length);
      assertArrayEquals(expected, made, "length " + length);
    }
  }

  @Test
  void itEncryptsNothingWithoutAKeyAndNothingBeyondAnArray() {
    BlockCipher aes = NativeAes.orJca();
    assertThrows(IllegalStateException.class, () -> aes.encrypt(new byte[16], new byte[16], 16));
    aes.key(ByteBuffer.allocate(32), 0);
    assertThrows(RuntimeException.class, () -> aes.encrypt(new byte[80], new byte[16], 80));
    assertThrows(RuntimeException.class, () -> aes.encrypt(new byte[16], new byte[80], 80));
    assertThrows(RuntimeException.class, () -> aes.key(ByteBuffer.allocate(32), 1));
  }

  @Test
  void theJdkStandsInWhereThereIsNone() {
    assertEquals(NativeAes.isAvailable(), NativeAes.orJca() instanceof NativeAes);
    if (!NativeAes.isAvailable()) {
      assertInstanceOf(JcaBlockCipher.class, NativeAes.orJca());
    }
  }
}
