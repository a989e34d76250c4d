package dev.cofre.contract.envelope;

import dev.cofre.contract.random.ReplayableRandom;
import java.util.Arrays;
import java.util.UUID;

/** Wrapped data keys and envelopes of random bytes. */
final class Samples {
  static final byte[] NO_CONTEXT = new byte[0];

  private Samples() {}

  static WrappedDataKey wrapped(ReplayableRandom random, Usage usage) {
    return new WrappedDataKey.Identity(
            Protection.HSM,
            usage,
            new UUID(random.nextLong(), random.nextLong()),
            random.nextInt(),
            new UUID(random.nextLong(), random.nextLong()))
        .withWrap(random.bytes(EnvelopeFormat.WRAP_LENGTH));
  }

  /** The envelope of {@code plaintext} as item 0 of a request of its own. */
  static byte[] seal(
      RequestKeyDerivation derivation, byte[] context, byte[] plaintext, ReplayableRandom random) {
    try (EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead(), derivation, random.asSource())) {
      return seal(sealer, context, plaintext);
    }
  }

  /** The envelope of {@code plaintext} as the next item of {@code sealer}. */
  static byte[] seal(EnvelopeSealer sealer, byte[] context, byte[] plaintext) {
    byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(plaintext.length)];
    int written = sealer.seal(context, plaintext, 0, plaintext.length, envelope, 0);
    if (written != envelope.length) {
      throw new AssertionError(written + " bytes written for " + envelope.length);
    }
    return envelope;
  }

  /** The plaintext of {@code envelope}, or null when it is not valid. */
  static byte[] open(RequestKeyDerivation derivation, byte[] context, byte[] envelope) {
    try (EnvelopeOpener opener = new EnvelopeOpener(new JcaAead())) {
      return open(opener, derivation, context, envelope);
    }
  }

  static byte[] open(
      EnvelopeOpener opener, RequestKeyDerivation derivation, byte[] context, byte[] envelope) {
    byte[] out = new byte[envelope.length + EnvelopeFormat.SEGMENT_LENGTH];
    int length = opener.open(derivation, context, envelope, 0, envelope.length, out, 0);
    if (length == EnvelopeOpener.INVALID) {
      for (byte b : out) {
        if (b != 0) {
          throw new AssertionError("an invalid envelope left bytes in the output");
        }
      }
      return null;
    }
    return Arrays.copyOf(out, length);
  }
}
