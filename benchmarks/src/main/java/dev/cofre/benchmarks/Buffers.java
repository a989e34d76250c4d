package dev.cofre.benchmarks;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.envelopeLength;

import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.util.Random;
import java.util.UUID;

/**
 * The {@value #COUNT} buffers that every benchmark and its reference work on: all distinct up to
 * {@value #DISTINCT_BYTES_MAX} bytes of plaintext, beyond that some stand more than once.
 */
public final class Buffers {
  /** Items of a batch, and items of one invocation of a benchmark. */
  public static final int COUNT = 100;

  private static final int DISTINCT_BYTES_MAX = 16 << 20;

  /** Bytes of each plaintext. */
  public final int size;

  /** A data key, in clear. */
  public final byte[] dataKey = new byte[KEY_LENGTH];

  /** The same data key with a wrap that nothing opens. */
  public final WrappedDataKey wrapped;

  /** What is sealed. */
  public final byte[][] plaintexts = new byte[COUNT][];

  /** Where envelopes of them go. */
  public final byte[][] envelopes = new byte[COUNT][];

  /** Where they are opened to. */
  public final byte[][] opened = new byte[COUNT][];

  /** A nonce for each. */
  public final byte[][] nonces = new byte[COUNT][];

  /** Fills all from a fixed seed: what is measured does not depend on the bytes. */
  public Buffers(int size) {
    this.size = size;
    Random random = new Random(42);
    random.nextBytes(dataKey);
    byte[] wrap = new byte[WRAP_LENGTH];
    random.nextBytes(wrap);
    wrapped =
        new WrappedDataKey.Identity(
                Protection.HSM, Usage.SERVICE, new UUID(1, 2), 1, new UUID(3, 4))
            .withWrap(wrap);
    int distinct = Math.clamp(DISTINCT_BYTES_MAX / size, 1, COUNT);
    for (int i = 0; i < COUNT; i++) {
      boolean again = i >= distinct;
      plaintexts[i] = again ? plaintexts[i % distinct] : new byte[size];
      envelopes[i] = again ? envelopes[i % distinct] : new byte[(int) envelopeLength(size)];
      opened[i] = again ? opened[i % distinct] : new byte[size];
      nonces[i] = again ? nonces[i % distinct] : new byte[12];
      if (!again) {
        random.nextBytes(plaintexts[i]);
      }
    }
  }
}
