package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.COMMITMENT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.ITEM_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SALT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENTS_MAX;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;

import dev.cofre.contract.random.RandomSource;
import java.util.Arrays;

/**
 * Seals the items of a request: one salt, one derivation, then any number of envelopes.
 *
 * <p>Items are numbered by the sealer, so that no nonce is used twice under the request key: call
 * {@link #nextItem} for each envelope, then {@link #sealSegment} for its segments in order, or
 * {@link #seal} for a whole one. Not thread-safe. It uses an {@link Aead} that nobody else uses
 * until {@link #close()}. What fails here fails for good: no nonce is ever tried again.
 */
public final class EnvelopeSealer implements AutoCloseable {
  private final Aead aead;
  private final byte[] header = new byte[HEADER_LENGTH];
  private final byte[] nonce = new byte[12];
  private final byte[] derived = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
  private int item;
  private long segment;
  private boolean sealedLast;
  private boolean open;

  /** A sealer on {@code aead}, to be reused: {@link #begin} each request. */
  public EnvelopeSealer(Aead aead) {
    this.aead = aead;
  }

  /**
   * A sealer for one request; see {@link #begin}.
   *
   * @param derivation keyed for the data key
   * @param random read once, now
   */
  public EnvelopeSealer(Aead aead, RequestKeyDerivation derivation, RandomSource random) {
    this(aead);
    begin(derivation, random);
  }

  /**
   * Begins a request: draws a salt and derives the request key, which takes the last one's place.
   *
   * @param derivation keyed for the data key
   * @param random read once, now
   */
  public void begin(RequestKeyDerivation derivation, RandomSource random) {
    open = false;
    derivation.requireOpen();
    derivation.copyWrapped(header, 0);
    random.fill(header, SALT_OFFSET, SALT_LENGTH);
    derivation.derive(header, SALT_OFFSET, derived);
    aead.key(derived, 0);
    System.arraycopy(derived, KEY_LENGTH, header, COMMITMENT_OFFSET, COMMITMENT_LENGTH);
    Arrays.fill(derived, (byte) 0);
    item = -1;
    sealedLast = true;
    open = true;
  }

  /**
   * Begins the next item's envelope and writes its header.
   *
   * @return the bytes written: {@value EnvelopeFormat#HEADER_LENGTH}
   */
  public int nextItem(byte[] out, int outOffset) {
    requireOpen();
    if (!sealedLast) {
      throw new IllegalStateException("the item before has no last segment yet");
    }
    if (item == Integer.MAX_VALUE) {
      throw new IllegalStateException("a request has at most 2^31 items");
    }
    item++;
    segment = 0;
    sealedLast = false;
    EnvelopeFormat.putInt(header, ITEM_OFFSET, item);
    System.arraycopy(header, 0, out, outOffset, HEADER_LENGTH);
    return HEADER_LENGTH;
  }

  /**
   * Seals the next segment of the item.
   *
   * @param aad the canonical context; bound by the first segment, ignored for the others
   * @param length a full segment's, unless {@code last}
   * @return the bytes written: {@code length} + 16
   */
  public int sealSegment(
      boolean last, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    requireOpen();
    if (sealedLast || segment == SEGMENTS_MAX) {
      throw new IllegalStateException("the item takes no more segments");
    }
    if (last
        ? length > SEGMENT_PLAINTEXT_LENGTH || (length == 0 && segment > 0)
        : length != SEGMENT_PLAINTEXT_LENGTH) {
      throw new IllegalArgumentException("not a segment's length: " + length);
    }
    EnvelopeFormat.putNonce(nonce, item, segment, last);
    byte[] bound = segment == 0 ? aad : NO_AAD;
    segment++;
    sealedLast = last;
    open = false;
    int written = aead.seal(nonce, bound, in, inOffset, length, out, outOffset);
    open = true;
    return written;
  }

  /**
   * Seals a whole envelope as the next item.
   *
   * @param aad the canonical context
   * @return the bytes written: {@link EnvelopeFormat#envelopeLength} of {@code length}
   */
  public int seal(byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    int written = nextItem(out, outOffset);
    int read = 0;
    do {
      int chunk = Math.min(SEGMENT_PLAINTEXT_LENGTH, length - read);
      boolean last = read + chunk == length;
      written += sealSegment(last, aad, in, inOffset + read, chunk, out, outOffset + written);
      read += chunk;
    } while (read < length);
    return written;
  }

  /** Forgets the request key; nothing can be sealed after it. */
  @Override
  public void close() {
    open = false;
    aead.clear();
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException(
          "no request was begun, or it was closed, or a segment failed");
    }
  }

  static final byte[] NO_AAD = new byte[0];
}
