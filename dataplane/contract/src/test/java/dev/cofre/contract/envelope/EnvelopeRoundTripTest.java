package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.random.ReplayableRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EnvelopeRoundTripTest {
  private static final int SEGMENT = EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;
  private static final int[] EDGES = {
    0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT - 1, 2 * SEGMENT, 2 * SEGMENT + 1
  };

  private final ReplayableRandom random = ReplayableRandom.of("EnvelopeRoundTripTest");
  private final RequestKeyDerivation derivation =
      new RequestKeyDerivation(random.bytes(32), Samples.wrapped(random, Usage.CALLER));

  @Test
  void everyLengthAtASegmentsEdgeComesBack() {
    for (int length : EDGES) {
      comesBack(random.bytes(length), random.bytes(length % 3 * 20));
    }
  }

  @Test
  void anyLengthAndContextComesBack() {
    for (int i = 0; i < 60; i++) {
      comesBack(random.bytes(random.nextInt(3 * SEGMENT)), random.bytes(random.nextInt(200)));
    }
  }

  @Test
  void itemsOfRequestsComeBackInAnyOrder() {
    List<byte[]> plaintexts = new ArrayList<>();
    List<byte[]> envelopes = new ArrayList<>();
    for (int request = 0; request < 4; request++) {
      EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
      sealer.begin(derivation, random.asSource());
      for (int item = 0; item < 5; item++) {
        byte[] plaintext = random.bytes(random.nextInt(300));
        plaintexts.add(plaintext);
        envelopes.add(Samples.seal(sealer, Samples.NO_CONTEXT, plaintext));
      }
    }
    try (EnvelopeOpener opener = new EnvelopeOpener(new JcaAead())) {
      for (int i = 0; i < 200; i++) {
        int pick = random.nextInt(envelopes.size());
        assertArrayEquals(
            plaintexts.get(pick),
            Samples.open(opener, derivation, Samples.NO_CONTEXT, envelopes.get(pick)));
      }
    }
  }

  @Test
  void segmentsFedOneByOneMakeTheSameEnvelope() {
    byte[] plaintext = random.bytes(2 * SEGMENT + 77);
    byte[] whole = Samples.seal(derivation, Samples.NO_CONTEXT, plaintext, random);
    byte[] streamed = new byte[whole.length];
    EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
    sealer.begin(
        derivation, (out, offset, length) -> System.arraycopy(whole, 104, out, offset, length));
    int written = sealer.nextItem(streamed, 0);
    for (int read = 0; read < plaintext.length; read += SEGMENT) {
      int length = Math.min(SEGMENT, plaintext.length - read);
      boolean last = read + length == plaintext.length;
      written +=
          sealer.sealSegment(last, Samples.NO_CONTEXT, plaintext, read, length, streamed, written);
    }
    assertEquals(whole.length, written);
    assertArrayEquals(whole, streamed);
  }

  @Test
  void noSaltComesTwice() {
    Set<String> salts = new HashSet<>();
    EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
    for (int i = 0; i < 2000; i++) {
      sealer.begin(derivation, KernelRandom.INSTANCE);
      byte[] header = new byte[EnvelopeFormat.HEADER_LENGTH];
      sealer.nextItem(header, 0);
      assertTrue(salts.add(Arrays.toString(Arrays.copyOfRange(header, 104, 128))));
    }
  }

  @Test
  void noNonceComesTwiceUnderOneKey() {
    Set<String> nonces = new HashSet<>();
    byte[] nonce = new byte[12];
    int[] items = {0, 1, 255, 256, Integer.MAX_VALUE};
    long[] segments = {0, 1, 255, 256, 65_536, EnvelopeFormat.SEGMENTS_MAX - 1};
    for (int item : items) {
      for (long segment : segments) {
        for (boolean last : new boolean[] {false, true}) {
          EnvelopeFormat.putNonce(nonce, item, segment, last);
          assertTrue(nonces.add(Arrays.toString(nonce)));
        }
      }
    }
    EnvelopeFormat.putNonce(nonce, 0x01020304, 0x05060708090a0bL, true);
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1}, nonce);
  }

  private void comesBack(byte[] plaintext, byte[] context) {
    byte[] envelope = Samples.seal(derivation, context, plaintext, random);
    assertEquals(plaintext.length, EnvelopeFormat.plaintextLength(envelope.length));
    assertArrayEquals(plaintext, Samples.open(derivation, context, envelope));
    byte[] other = Arrays.copyOf(context, context.length + 1);
    assertNull(Samples.open(derivation, other, envelope));
    assertFalse(plaintext.length > 15 && Arrays.equals(plaintext, 0, 16, envelope, 164, 180));
  }
}
