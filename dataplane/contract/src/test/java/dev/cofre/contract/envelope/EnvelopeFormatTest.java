package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.ReplayableRandom;
import org.junit.jupiter.api.Test;

class EnvelopeFormatTest {
  private static final long MAX = EnvelopeFormat.SEGMENTS_MAX * 65_536;

  @Test
  void lengthsAtTheEdges() {
    assertEquals(180, EnvelopeFormat.envelopeLength(0));
    assertEquals(181, EnvelopeFormat.envelopeLength(1));
    assertEquals(65_716, EnvelopeFormat.envelopeLength(65_536));
    assertEquals(65_733, EnvelopeFormat.envelopeLength(65_537));
    assertEquals(131_268, EnvelopeFormat.envelopeLength(131_072));
    assertEquals(1, EnvelopeFormat.segments(0));
    assertEquals(1, EnvelopeFormat.segments(65_536));
    assertEquals(2, EnvelopeFormat.segments(65_537));
    assertEquals(180, EnvelopeFormat.OVERHEAD);
    assertTrue(EnvelopeFormat.OVERHEAD <= 192, "the design's limit");
  }

  @Test
  void lengthsAreInverse() {
    ReplayableRandom random = ReplayableRandom.of("EnvelopeFormatTest");
    for (int i = 0; i < 20_000; i++) {
      long plaintext = random.nextLong(i % 2 == 0 ? 200_000 : MAX);
      assertEquals(
          plaintext, EnvelopeFormat.plaintextLength(EnvelopeFormat.envelopeLength(plaintext)));
    }
    assertEquals(MAX, EnvelopeFormat.plaintextLength(EnvelopeFormat.envelopeLength(MAX)));
    assertEquals(-1, EnvelopeFormat.plaintextLength(EnvelopeFormat.envelopeLength(MAX + 1)));
  }

  @Test
  void lengthsThatNoEnvelopeHas() {
    for (int length = -10; length < 180; length++) {
      assertEquals(-1, EnvelopeFormat.plaintextLength(length));
    }
    for (int beyond = 1; beyond <= 16; beyond++) {
      assertEquals(-1, EnvelopeFormat.plaintextLength(65_716 + beyond));
      assertEquals(-1, EnvelopeFormat.plaintextLength(131_268 + beyond));
    }
    assertEquals(-1, EnvelopeFormat.plaintextLength(Long.MIN_VALUE));
    assertEquals(-1, EnvelopeFormat.plaintextLength(Long.MAX_VALUE));
  }
}
