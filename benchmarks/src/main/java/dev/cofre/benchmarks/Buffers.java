package dev.cofre.benchmarks;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.OVERHEAD;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;

import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.util.Random;
import java.util.UUID;

/** The 100 buffers of 1 KiB that every request benchmark and its reference work on. */
final class RequestBuffers {
  static final int COUNT = 100;
  static final int PLAINTEXT_LENGTH = 1024;

  final byte[] dataKey = new byte[KEY_LENGTH];
  final WrappedDataKey wrapped;
  final byte[][] plaintexts = new byte[COUNT][PLAINTEXT_LENGTH];
  final byte[][] envelopes = new byte[COUNT][PLAINTEXT_LENGTH + OVERHEAD];
  final byte[][] opened = new byte[COUNT][PLAINTEXT_LENGTH];

  /** Fills all from a fixed seed: what is measured does not depend on the bytes. */
  RequestBuffers() {
    Random random = new Random(42);
    random.nextBytes(dataKey);
    byte[] wrap = new byte[WRAP_LENGTH];
    random.nextBytes(wrap);
    wrapped =
        new WrappedDataKey.Identity(
                Protection.HSM, Usage.SERVICE, new UUID(1, 2), 1, new UUID(3, 4))
            .withWrap(wrap);
    for (byte[] plaintext : plaintexts) {
      random.nextBytes(plaintext);
    }
  }
}
