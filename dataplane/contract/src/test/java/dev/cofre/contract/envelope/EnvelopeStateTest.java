package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeOpener.INVALID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.ReplayableRandom;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Sealer and opener refuse what is out of turn, so that no nonce or key is used wrongly. */
class EnvelopeStateTest {
  private static final byte[] NONE = Samples.NO_CONTEXT;

  private final ReplayableRandom random = ReplayableRandom.of("EnvelopeStateTest");
  private final WrappedDataKey wrapped = Samples.wrapped(random, Usage.SERVICE);
  private final RequestKeyDerivation derivation =
      new RequestKeyDerivation(random.bytes(32), wrapped);
  private final EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead());
  private final EnvelopeOpener opener = new EnvelopeOpener(new JcaAead());
  private final byte[] in = random.bytes(SEGMENT_PLAINTEXT_LENGTH + 1);
  private final byte[] out = new byte[2 * SEGMENT_LENGTH];

  @Test
  void aSealerIsBegunAndNotClosed() {
    assertThrows(IllegalStateException.class, () -> sealer.nextItem(out, 0));
    begin();
    sealer.nextItem(out, 0);
    sealer.close();
    assertThrows(IllegalStateException.class, () -> sealSegment(true, 1));
    assertThrows(IllegalStateException.class, () -> sealer.nextItem(out, 0));
  }

  @Test
  void anItemEndsBeforeTheNextAndTakesNothingAfter() {
    begin();
    assertThrows(IllegalStateException.class, () -> sealSegment(true, 1));
    sealer.nextItem(out, 0);
    assertThrows(IllegalStateException.class, () -> sealer.nextItem(out, 0));
    assertEquals(17, sealSegment(true, 1));
    assertThrows(IllegalStateException.class, () -> sealSegment(true, 1));
  }

  @Test
  void segmentsAreFullButTheLast() {
    begin();
    sealer.nextItem(out, 0);
    for (int length : new int[] {0, 1, SEGMENT_PLAINTEXT_LENGTH - 1}) {
      assertThrows(IllegalArgumentException.class, () -> sealSegment(false, length));
    }
    assertThrows(
        IllegalArgumentException.class, () -> sealSegment(true, SEGMENT_PLAINTEXT_LENGTH + 1));
    sealSegment(false, SEGMENT_PLAINTEXT_LENGTH);
    assertThrows(IllegalArgumentException.class, () -> sealSegment(true, 0));
    assertEquals(SEGMENT_LENGTH, sealSegment(true, SEGMENT_PLAINTEXT_LENGTH));
  }

  /** A nonce that was given to the AEAD is spent, whatever came of it. */
  @Test
  void aSegmentThatFailedEndsTheRequest() {
    begin();
    sealer.nextItem(out, 0);
    byte[] tooShort = new byte[10];
    assertThrows(
        IllegalStateException.class, () -> sealer.sealSegment(true, NONE, in, 0, 5, tooShort, 0));
    assertThrows(IllegalStateException.class, () -> sealSegment(true, 5));
    begin();
    sealer.nextItem(out, 0);
    assertEquals(21, sealSegment(true, 5));
  }

  @Test
  void aSealerTakesNoDerivationThatWasClosed() {
    derivation.close();
    assertThrows(IllegalStateException.class, () -> sealer.begin(derivation, random.asSource()));
    assertThrows(IllegalStateException.class, () -> sealer.nextItem(out, 0));
  }

  @Test
  void nothingIsOpenedWithoutAHeaderThatHolds() {
    byte[] envelope = Samples.seal(derivation, NONE, in, random);
    assertEquals(INVALID, openSegment(false, envelope, 0));
    envelope[HEADER_LENGTH - 5] ^= 1;
    assertFalse(opener.begin(derivation, envelope, 0));
    envelope[HEADER_LENGTH - 5] ^= 1;
    assertEquals(INVALID, openSegment(false, envelope, 0));
    assertTrue(opener.begin(derivation, envelope, 0));
    assertEquals(SEGMENT_PLAINTEXT_LENGTH, openSegment(false, envelope, 0));
    assertEquals(1, openSegment(true, envelope, 1));
    assertEquals(INVALID, openSegment(true, envelope, 1), "after the last");
    opener.close();
    assertEquals(INVALID, openSegment(false, envelope, 0), "after close");
  }

  @Test
  void nothingIsOpenedAfterAnInvalidSegment() {
    byte[] envelope = Samples.seal(derivation, NONE, in, random);
    assertTrue(opener.begin(derivation, envelope, 0));
    assertEquals(INVALID, openSegment(true, envelope, 0), "not the last");
    assertEquals(INVALID, openSegment(false, envelope, 0));
  }

  /** The zero key that close() leaves in a cipher opens nothing an attacker sealed with it. */
  @Test
  void aDerivationThatWasClosedOpensNothing() {
    byte[] envelope = Samples.seal(derivation, NONE, in, random);
    assertTrue(opener.begin(derivation, envelope, 0));
    derivation.close();
    assertThrows(IllegalStateException.class, () -> opener.begin(derivation, envelope, 0));
  }

  /** The opener's memory of its last request key must not outlive the key it was made from. */
  @Test
  void aDerivationThatWasKeyedAnewIsAnother() {
    byte[] envelope = Samples.seal(derivation, NONE, in, random);
    assertTrue(opener.begin(derivation, envelope, 0));
    derivation.key(ByteBuffer.wrap(random.bytes(32)), wrapped);
    assertFalse(opener.begin(derivation, envelope, 0));
  }

  @Test
  void anItemNumberHas31Bits() {
    byte[] envelope = Samples.seal(derivation, NONE, in, random);
    envelope[HEADER_LENGTH - 4] |= (byte) 0x80;
    assertFalse(opener.begin(derivation, envelope, 0));
  }

  private void begin() {
    sealer.begin(derivation, random.asSource());
  }

  private int sealSegment(boolean last, int length) {
    return sealer.sealSegment(last, NONE, in, 0, length, out, 0);
  }

  private int openSegment(boolean last, byte[] envelope, int number) {
    int offset = HEADER_LENGTH + number * SEGMENT_LENGTH;
    int length = Math.min(SEGMENT_LENGTH, envelope.length - offset);
    return opener.openSegment(last, NONE, envelope, offset, length, out, 0);
  }
}
