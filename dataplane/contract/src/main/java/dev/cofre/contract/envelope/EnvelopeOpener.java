package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.ITEM_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENTS_MAX;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import java.util.Arrays;

/**
 * Opens one envelope: {@link #begin} with its header and data key, then {@link #openSegment} for
 * its segments in order, or {@link #open} for a whole one.
 *
 * <p>Failures are return values, all alike: a caller learns only that the envelope is not valid.
 * Not thread-safe; reusable. It uses an {@link Aead} that nobody else uses between {@link #begin}
 * and {@link #close()}. A header is opened only by the derivation of the very wrapped data key that
 * stands in it; the request key is kept for the derivation and salt that it was made from.
 */
public final class EnvelopeOpener implements AutoCloseable {
  /** What {@link #openSegment} and {@link #open} return for an envelope that is not valid. */
  public static final int INVALID = -1;

  /** What the request key is made from: the bytes of a header up to the end of its salt. */
  private static final int KEYED_LENGTH = SALT_OFFSET + SALT_LENGTH;

  private final Aead aead;
  private final byte[] nonce = new byte[12];
  private final byte[] derived = new byte[RequestKeyDerivation.OUTPUT_LENGTH];

  /** The wrapped data key and the salt that the AEAD is keyed for, as they stand in a header. */
  private final byte[] keyedHeader = new byte[KEYED_LENGTH];

  private RequestKeyDerivation keyedBy;
  private long generation;
  private boolean takesSegment;
  private int item;
  private long segment;

  /** An opener on {@code aead}. */
  public EnvelopeOpener(Aead aead) {
    this.aead = aead;
  }

  /**
   * Derives the request key and compares the commitment, in constant time, before any decryption.
   * Envelopes of one request that follow each other share the derivation.
   *
   * @param derivation of the data key that the header names
   * @param header holds a header from {@code offset} on, whose wrapped data key was parsed
   * @return whether the commitment holds
   */
  public boolean begin(RequestKeyDerivation derivation, byte[] header, int offset) {
    derivation.requireOpen();
    takesSegment = false;
    item = EnvelopeFormat.getInt(header, offset + ITEM_OFFSET);
    segment = 0;
    if (item < 0 || !(isKeyedFor(derivation, header, offset) || key(derivation, header, offset))) {
      return false;
    }
    takesSegment =
        EnvelopeFormat.sameCommitment(header, offset + COMMITMENT_OFFSET, derived, KEY_LENGTH);
    return takesSegment;
  }

  /**
   * Opens the next segment.
   *
   * @param aad the canonical context; looked at for the first segment
   * @param length of ciphertext and tag: a full segment's, unless {@code last}
   * @return the plaintext bytes written, or {@link #INVALID}: also after the last segment, after an
   *     invalid one, and when {@link #begin} did not hold
   */
  public int openSegment(
      boolean last, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    boolean wellFormed =
        last
            ? length <= SEGMENT_LENGTH && length >= TAG_LENGTH + (segment == 0 ? 0 : 1)
            : length == SEGMENT_LENGTH;
    if (!takesSegment || !wellFormed || segment == SEGMENTS_MAX) {
      takesSegment = false;
      return INVALID;
    }
    takesSegment = false;
    EnvelopeFormat.putNonce(nonce, item, segment, last);
    byte[] bound = segment == 0 ? aad : EnvelopeSealer.NO_AAD;
    int written = aead.open(nonce, bound, in, inOffset, length, out, outOffset);
    segment++;
    takesSegment = !last && written != INVALID;
    return written;
  }

  /**
   * Opens a whole envelope.
   *
   * @param out takes {@link EnvelopeFormat#plaintextLength} bytes
   * @return the plaintext's length, or {@link #INVALID}; what stands in {@code out} is then
   *     overwritten
   */
  public int open(
      RequestKeyDerivation derivation,
      byte[] aad,
      byte[] in,
      int inOffset,
      int length,
      byte[] out,
      int outOffset) {
    if (length < HEADER_LENGTH + TAG_LENGTH || !begin(derivation, in, inOffset)) {
      return INVALID;
    }
    int written = 0;
    int read = HEADER_LENGTH;
    while (read < length) {
      int chunk = Math.min(SEGMENT_LENGTH, length - read);
      boolean last = read + chunk == length;
      int opened = openSegment(last, aad, in, inOffset + read, chunk, out, outOffset + written);
      if (opened == INVALID) {
        int touched = written + Math.max(0, chunk - TAG_LENGTH);
        Arrays.fill(out, outOffset, outOffset + touched, (byte) 0);
        return INVALID;
      }
      written += opened;
      read += chunk;
    }
    return written;
  }

  /** Forgets the request key. */
  @Override
  public void close() {
    keyedBy = null;
    takesSegment = false;
    Arrays.fill(derived, (byte) 0);
    aead.clear();
  }

  private boolean isKeyedFor(RequestKeyDerivation derivation, byte[] header, int offset) {
    return keyedBy == derivation
        && generation == derivation.generation()
        && Arrays.equals(keyedHeader, 0, KEYED_LENGTH, header, offset, offset + KEYED_LENGTH);
  }

  /** Derives the request key; false when {@code derivation} is of another data key. */
  private boolean key(RequestKeyDerivation derivation, byte[] header, int offset) {
    if (!derivation.isOf(header, offset)) {
      return false;
    }
    keyedBy = null;
    derivation.derive(header, offset + SALT_OFFSET, derived);
    aead.key(derived, 0);
    Arrays.fill(derived, 0, KEY_LENGTH, (byte) 0);
    System.arraycopy(header, offset, keyedHeader, 0, KEYED_LENGTH);
    keyedBy = derivation;
    generation = derivation.generation();
    return true;
  }
}
