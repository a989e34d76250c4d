package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.cofre.contract.random.ReplayableRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whatever is done to an envelope, it does not open; one opener is used throughout, and reused. */
class EnvelopeTamperTest {
  private static final byte[] CONTEXT = {0, 1, 0, 1, 'k', 0, 1, 'v'};

  private final ReplayableRandom random = ReplayableRandom.of("EnvelopeTamperTest");
  private final byte[] dataKey = random.bytes(32);
  private final WrappedDataKey wrapped = Samples.wrapped(random, Usage.SERVICE);
  private final RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped);
  private final EnvelopeOpener opener = new EnvelopeOpener(new JcaAead());

  @Test
  void anyFlippedBit() {
    byte[] plaintext = random.bytes(40);
    byte[] envelope = seal(plaintext);
    for (int bit = 0; bit < envelope.length * 8; bit++) {
      envelope[bit / 8] ^= (byte) (1 << bit % 8);
      assertNull(open(envelope), "bit " + bit);
      envelope[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertArrayEquals(plaintext, open(envelope));
  }

  /** The wrapped key's bytes as an attacker would have them accepted: parsed, and keyed anew. */
  @Test
  void anyFlippedBitOfTheWrappedKeyWithADerivationThatAgrees() {
    byte[] envelope = seal(random.bytes(40));
    for (int bit = 0; bit < 104 * 8; bit++) {
      envelope[bit / 8] ^= (byte) (1 << bit % 8);
      WrappedDataKey other = WrappedDataKey.parse(envelope, 0);
      if (other != null) {
        try (RequestKeyDerivation agreeing = new RequestKeyDerivation(dataKey, other)) {
          assertNull(Samples.open(opener, agreeing, CONTEXT, envelope), "bit " + bit);
        }
      }
      envelope[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void anyCut() {
    byte[] envelope = seal(random.bytes(100));
    for (int length = 0; length < envelope.length; length++) {
      assertNull(open(Arrays.copyOf(envelope, length)), "cut to " + length);
    }
  }

  @Test
  void aCutAtASegmentsEdge() {
    byte[] envelope = seal(random.bytes(3 * SEGMENT_PLAINTEXT_LENGTH));
    for (int segments = 0; segments < 3; segments++) {
      int edge = HEADER_LENGTH + segments * SEGMENT_LENGTH;
      for (int length = edge - 17; length <= edge + 17; length++) {
        assertNull(open(Arrays.copyOf(envelope, length)), "cut to " + length);
      }
    }
    assertNotNull(open(envelope));
  }

  @Test
  void anythingAppended() {
    for (int plaintextLength : new int[] {0, 1, 100, SEGMENT_PLAINTEXT_LENGTH}) {
      byte[] envelope = seal(random.bytes(plaintextLength));
      byte[] other = seal(random.bytes(plaintextLength));
      assertNull(open(join(envelope, other)));
      assertNull(open(join(envelope, Arrays.copyOfRange(envelope, 164, envelope.length))));
      for (int length = 1; length < 40; length++) {
        assertNull(open(join(envelope, random.bytes(length))));
        assertNull(open(join(envelope, new byte[length])));
      }
    }
  }

  @Test
  void swappedSegments() {
    byte[] envelope = seal(random.bytes(3 * SEGMENT_PLAINTEXT_LENGTH));
    for (int first = 0; first < 3; first++) {
      for (int second = 0; second < 3; second++) {
        byte[] changed = envelope.clone();
        copySegment(envelope, second, changed, first);
        copySegment(envelope, first, changed, second);
        assertEquals(first == second, open(changed) != null, first + " and " + second);
      }
    }
  }

  @Test
  void aSegmentLeftOutOrRepeated() {
    byte[] envelope = seal(random.bytes(3 * SEGMENT_PLAINTEXT_LENGTH));
    byte[] without = new byte[envelope.length - SEGMENT_LENGTH];
    System.arraycopy(envelope, 0, without, 0, HEADER_LENGTH + SEGMENT_LENGTH);
    copySegment(envelope, 2, without, 1);
    assertNull(open(without));
    byte[] with = Arrays.copyOf(envelope, envelope.length + SEGMENT_LENGTH);
    copySegment(envelope, 2, with, 3);
    copySegment(envelope, 1, with, 2);
    assertNull(open(with));
  }

  @Test
  void segmentsOfAnotherItemOrRequest() {
    byte[][] items = new byte[2][];
    EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
    sealer.begin(derivation, random.asSource());
    for (int i = 0; i < items.length; i++) {
      items[i] = Samples.seal(sealer, CONTEXT, random.bytes(2 * SEGMENT_PLAINTEXT_LENGTH));
    }
    byte[] stranger = seal(random.bytes(2 * SEGMENT_PLAINTEXT_LENGTH));
    for (byte[] donor : new byte[][] {items[1], stranger}) {
      for (int segment = 0; segment < 2; segment++) {
        byte[] changed = items[0].clone();
        copySegment(donor, segment, changed, segment);
        assertNull(open(changed));
      }
      byte[] body = donor.clone();
      System.arraycopy(items[0], 0, body, 0, HEADER_LENGTH);
      assertNull(open(body));
    }
    assertNotNull(open(items[0]));
    assertNotNull(open(items[1]));
  }

  @Test
  void anotherContext() {
    byte[] envelope = seal(random.bytes(10));
    for (byte[] context : new byte[][] {{}, {0, 0}, {0, 1, 0, 1, 'k', 0, 1, 'w'}}) {
      assertNull(Samples.open(opener, derivation, context, envelope));
    }
    byte[] without = Samples.seal(derivation, Samples.NO_CONTEXT, random.bytes(10), random);
    assertNull(open(without));
  }

  /** The same header bytes under another data key, after the opener was keyed by the right one. */
  @Test
  void anotherDataKeyWithTheSameHeader() {
    byte[] envelope = seal(random.bytes(10));
    for (int i = 0; i < 100; i++) {
      assertNotNull(open(envelope));
      try (RequestKeyDerivation other = new RequestKeyDerivation(random.bytes(32), wrapped)) {
        assertNull(Samples.open(opener, other, CONTEXT, envelope));
      }
    }
  }

  @Test
  void aDerivationOfAnotherWrap() {
    byte[] envelope = seal(random.bytes(10));
    WrappedDataKey another = Samples.wrapped(random, Usage.SERVICE);
    try (RequestKeyDerivation other = new RequestKeyDerivation(dataKey, another)) {
      assertNull(Samples.open(opener, other, CONTEXT, envelope));
    }
  }

  private byte[] seal(byte[] plaintext) {
    return Samples.seal(derivation, CONTEXT, plaintext, random);
  }

  private byte[] open(byte[] envelope) {
    return Samples.open(opener, derivation, CONTEXT, envelope);
  }

  private static void copySegment(byte[] from, int segment, byte[] to, int place) {
    System.arraycopy(
        from,
        HEADER_LENGTH + segment * SEGMENT_LENGTH,
        to,
        HEADER_LENGTH + place * SEGMENT_LENGTH,
        SEGMENT_LENGTH);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
