package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.ReplayableRandom;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RequestKeyDerivationTest {
  private static final int ROUNDS = 500;

  @Test
  void isTheCounterKdfOfASecondProvider() {
    ReplayableRandom random = ReplayableRandom.of("RequestKeyDerivationTest");
    for (int i = 0; i < ROUNDS; i++) {
      byte[] dataKey = random.bytes(32);
      WrappedDataKey wrapped = Samples.wrapped(random, Usage.SERVICE);
      byte[] salted = random.bytes(40);
      try (RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped)) {
        byte[] made = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
        derivation.derive(salted, 7, made);
        derivation.derive(salted, 7, made);
        byte[] salt = Arrays.copyOfRange(salted, 7, 31);
        assertArrayEquals(expected(dataKey, wrapped, salt), made);
      }
    }
  }

  @Test
  void everyByteOfWrappedKeyAndSaltCounts() {
    ReplayableRandom random = ReplayableRandom.of("everyByteOfWrappedKeyAndSaltCounts");
    byte[] dataKey = random.bytes(32);
    byte[] header = Arrays.copyOf(Samples.wrapped(random, Usage.SERVICE).bytes(), 128);
    byte[] reference = derive(dataKey, header);
    for (int i = 8; i < header.length; i++) {
      byte[] changed = header.clone();
      changed[i] ^= 1;
      byte[] made = derive(dataKey, changed);
      for (int block = 0; block < made.length; block += 16) {
        assertFalse(
            Arrays.equals(made, block, block + 16, reference, block, block + 16),
            "byte " + i + " leaves a block as it is");
      }
    }
  }

  @Test
  void zerosAreNoKeyAfterClose() {
    ReplayableRandom random = ReplayableRandom.of("zerosAreNoKeyAfterClose");
    RequestKeyDerivation derivation =
        new RequestKeyDerivation(random.bytes(32), Samples.wrapped(random, Usage.SERVICE));
    derivation.close();
    assertThrows(
        IllegalStateException.class, () -> derivation.derive(new byte[24], 0, new byte[64]));
  }

  @Test
  void aDataKeyHas32Bytes() {
    ReplayableRandom random = ReplayableRandom.of("aDataKeyHas32Bytes");
    WrappedDataKey wrapped = Samples.wrapped(random, Usage.SERVICE);
    for (int length : new int[] {0, 16, 31, 33}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new RequestKeyDerivation(new byte[length], wrapped).close());
    }
  }

  /** docs/PROTOCOL.md, "Request key", by BouncyCastle. */
  @Test
  void aStateThatWasSavedDerivesTheSame() {
    ReplayableRandom random = ReplayableRandom.of("RequestKeyDerivationTest");
    byte[] dataKey = random.bytes(32);
    byte[] header = Arrays.copyOf(Samples.wrapped(random, Usage.SERVICE).bytes(), 128);
    WrappedDataKey wrapped = WrappedDataKey.parse(header, 0);
    byte[] salt = random.bytes(24);
    ByteBuffer state = ByteBuffer.allocateDirect(RequestKeyDerivation.STATE_LENGTH + 3);
    byte[] made = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
    try (RequestKeyDerivation first = new RequestKeyDerivation(dataKey, wrapped);
        RequestKeyDerivation restored = new RequestKeyDerivation()) {
      first.saveState(ByteBuffer.wrap(dataKey), state);
      state.put(3, state, 0, RequestKeyDerivation.STATE_LENGTH);
      assertThrows(IllegalStateException.class, () -> restored.derive(salt, 0, made));
      restored.restore(state, 3, header, 0);
      restored.derive(salt, 0, made);
      assertArrayEquals(expected(dataKey, wrapped, salt), made);
      assertTrue(restored.isOf(header, 0));
      header[103] ^= 1;
      assertFalse(restored.isOf(header, 0));
    }
  }

  static byte[] expected(byte[] dataKey, WrappedDataKey wrapped, byte[] salt) {
    ByteArrayOutputStream fixedInput = new ByteArrayOutputStream();
    fixedInput.writeBytes(wrapped.bytes());
    fixedInput.writeBytes(new byte[8]);
    fixedInput.writeBytes(salt);
    fixedInput.writeBytes("cofre".getBytes(StandardCharsets.US_ASCII));
    fixedInput.writeBytes(new byte[] {2, (byte) 0x80});
    byte[] blocks = CmacKdfVectorsTest.counterKdf(dataKey, fixedInput.toByteArray(), 80);
    byte[] out = Arrays.copyOf(blocks, 64);
    for (int i = 32; i < 64; i++) {
      out[i] ^= blocks[64 + i % 16];
    }
    return out;
  }

  private static byte[] derive(byte[] dataKey, byte[] header) {
    WrappedDataKey wrapped = WrappedDataKey.parse(header, 0);
    try (RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped)) {
      byte[] made = new byte[64];
      derivation.derive(header, 104, made);
      return made;
    }
  }
}
