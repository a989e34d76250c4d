package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.ITEM_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENTS_MAX;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Opens one envelope: {@link #begin} with its header and data key, then {@link #openSegment} for
 * its segments in order, or {@link #open} for a whole one.
 *
 * <p>Failures are return values, all alike: a caller learns only that the envelope is not valid.
 * Not thread-safe; reusable. It uses an {@link Aead} that nobody else uses between {@link #begin}
 * and {@link #close()}.
 */
public final class EnvelopeOpener implements AutoCloseable {
  /** What {@link #openSegment} and {@link #open} return for an envelope that is not valid. */
  public static final int INVALID = -1;

  private final Aead aead;
  private final byte[] nonce = new byte[12];
  private final byte[] derived = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
  private final byte[] keyedFor = new byte[SALT_OFFSET + SALT_LENGTH];
  private boolean keyed;
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
    item = EnvelopeFormat.getInt(header, offset + ITEM_OFFSET);
    segment = 0;
    if (!keyed
        || !Arrays.equals(keyedFor, 0, keyedFor.length, header, offset, offset + keyedFor.length)) {
      derivation.derive(header, offset + SALT_OFFSET, derived);
      aead.key(derived, 0);
      Arrays.fill(derived, 0, KEY_LENGTH, (byte) 0);
      System.arraycopy(header, offset, keyedFor, 0, keyedFor.length);
      keyed = true;
    }
    return item >= 0 && commitmentHolds(header, offset + COMMITMENT_OFFSET);
  }

  /**
   * Opens the next segment.
   *
   * @param aad the canonical context; looked at for the first segment
   * @param length of ciphertext and tag: a full segment's, unless {@code last}
   * @return the plaintext bytes written, or {@link #INVALID}
   */
  public int openSegment(
      boolean last, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    boolean wellFormed =
        last
            ? length <= SEGMENT_LENGTH && length >= TAG_LENGTH + (segment == 0 ? 0 : 1)
            : length == SEGMENT_LENGTH;
    if (!wellFormed || segment == SEGMENTS_MAX) {
      return INVALID;
    }
    EnvelopeFormat.putNonce(nonce, item, segment, last);
    int written =
        aead.open(
            nonce,
            segment == 0 ? aad : EnvelopeSealer.NO_AAD,
            in,
            inOffset,
            length,
            out,
            outOffset);
    segment++;
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
        Arrays.fill(out, outOffset, outOffset + written, (byte) 0);
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
    keyed = false;
    Arrays.fill(derived, (byte) 0);
    aead.clear();
  }

  private boolean commitmentHolds(byte[] header, int offset) {
    byte[] claimed = Arrays.copyOfRange(header, offset, offset + COMMITMENT_LENGTH);
    byte[] made = Arrays.copyOfRange(derived, KEY_LENGTH, KEY_LENGTH + COMMITMENT_LENGTH);
    return MessageDigest.isEqual(claimed, made);
  }
}
