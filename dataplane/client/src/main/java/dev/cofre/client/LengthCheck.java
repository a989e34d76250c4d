package dev.cofre.client;

import dev.cofre.contract.envelope.EnvelopeFormat;
import io.vertx.core.buffer.Buffer;

/**
 * Compares the lengths of plaintext and envelope: the last guard against an answer that was cut and
 * still ended well. Envelopes of a format or suite that this release does not know pass.
 *
 * <p>One thread calls {@link #sent}, one {@link #received}; {@link #verdict} is called after both,
 * by who has seen that both have ended.
 */
final class LengthCheck {
  private static final int PREFIX_LENGTH = 6;

  private final boolean sealing;
  private final Buffer prefix = Buffer.buffer(PREFIX_LENGTH);
  private long sentBytes;
  private long receivedBytes;

  private LengthCheck(boolean sealing) {
    this.sealing = sealing;
  }

  /** Of a plaintext that is sent and an envelope that is received. */
  static LengthCheck sealing() {
    return new LengthCheck(true);
  }

  /** Of an envelope that is sent and a plaintext that is received. */
  static LengthCheck opening() {
    return new LengthCheck(false);
  }

  void sent(Buffer chunk) {
    sentBytes += chunk.length();
    if (!sealing) {
      keepPrefix(chunk);
    }
  }

  void received(Buffer chunk) {
    receivedBytes += chunk.length();
    if (sealing) {
      keepPrefix(chunk);
    }
  }

  /** The failure when the lengths do not belong together, or null. */
  CofreException verdict() {
    boolean known =
        prefix.length() == PREFIX_LENGTH
            && prefix.getInt(0) == EnvelopeFormat.MAGIC
            && prefix.getByte(4) == EnvelopeFormat.FORMAT
            && prefix.getByte(5) == EnvelopeFormat.SUITE_1;
    long envelopeBytes = sealing ? receivedBytes : sentBytes;
    long plaintextBytes = sealing ? sentBytes : receivedBytes;
    boolean empty = sealing && prefix.length() < PREFIX_LENGTH;
    if (empty || (known && EnvelopeFormat.envelopeLength(plaintextBytes) != envelopeBytes)) {
      return new CofreException(
          CofreException.Kind.CUT_SHORT,
          "the answer does not have the length that it must have: do not use it");
    }
    return null;
  }

  private void keepPrefix(Buffer chunk) {
    int missing = PREFIX_LENGTH - prefix.length();
    if (missing > 0) {
      prefix.appendBuffer(chunk, 0, Math.min(missing, chunk.length()));
    }
  }
}
