package dev.cofre.engine.aead;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.RandomSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;

/**
 * Seals and opens envelopes under a key that is thrown away, until a full segment is as fast as it
 * gets.
 *
 * <p>The JDK reaches the processor's AES unit in bulk only from code that its second compiler has
 * compiled, and it compiles what was called some thousand times: before that a megabyte takes a
 * hundred times as long. Small envelopes collect the calls cheaply; a segment now and then tells
 * whether the compiler, which works on threads of its own, is done. The compiler keeps only the
 * ways that it has seen taken, so all kinds that a node will meet are among them: short and long,
 * with and without a context, and ones that do not open.
 */
public final class EnvelopeWarmUp {
  private static final int[] LENGTHS = {512, 64, 512, 1024, 512, 0, 512, 700};
  private static final int SEGMENT = EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;
  private static final int SMALL_PER_ROUND = 128;

  /** Before these the second compiler has not begun; a segment would cost as much as a round. */
  private static final int SMALL_ROUNDS_MIN = 16;

  /** Sealing and opening a segment at 2 GB/s: no processor is as fast without its AES unit. */
  private static final long FAST_NS = 2L * SEGMENT / 2;

  /** So many fast rounds in a row that bring nothing more: it is done. */
  private static final int STEADY_ROUNDS = 8;

  private static final byte[] NO_CONTEXT = new byte[0];
  private static final byte[] CONTEXT = new byte[40];

  private final RandomSource random;
  private final RequestKeyDerivation derivation;
  private final EnvelopeSealer sealer;
  private final EnvelopeOpener opener;
  private final byte[] plaintext = new byte[SEGMENT];
  private final byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(SEGMENT)];
  private final byte[] opened = new byte[SEGMENT];
  private long fastestNs = Long.MAX_VALUE;
  private int rounds;
  private int steady;

  /**
   * What a warm-up came to.
   *
   * @param tookNs how long it took
   * @param rounds how many rounds of {@value #SMALL_PER_ROUND} small envelopes and one segment
   * @param fastestNs to seal and open the fastest segment
   * @param steady whether it ended because it was fast, and not because its time was over
   */
  public record Result(long tookNs, int rounds, long fastestNs, boolean steady) {}

  EnvelopeWarmUp(AeadBackEnd backEnd, RandomSource random) {
    this.random = random;
    WrappedDataKey wrapped =
        new WrappedDataKey.Identity(
                Protection.HSM, Usage.SERVICE, new UUID(0, 0), 1, new UUID(0, 0))
            .withWrap(new byte[WRAP_LENGTH]);
    this.derivation = new RequestKeyDerivation(random.bytes(KEY_LENGTH), wrapped);
    this.sealer = new EnvelopeSealer(backEnd.newAead());
    this.opener = new EnvelopeOpener(backEnd.newAead());
  }

  Result run(Duration limit) {
    long start = System.nanoTime();
    long end = start + limit.toNanos();
    while (steady < STEADY_ROUNDS && round(end)) {
      rounds++;
    }
    sealer.close();
    opener.close();
    derivation.close();
    long took = System.nanoTime() - start;
    return new Result(took, rounds, fastestNs, steady == STEADY_ROUNDS);
  }

  /** Whether there was time for all of it. */
  private boolean round(long end) {
    for (int i = 0; i < SMALL_PER_ROUND; i++) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      request(LENGTHS[i % LENGTHS.length], (i & 3) == 3 ? CONTEXT : NO_CONTEXT, i % 64 == 1);
    }
    if (rounds < SMALL_ROUNDS_MIN) {
      return true;
    }
    long before = System.nanoTime();
    request(SEGMENT, NO_CONTEXT, false);
    long ns = System.nanoTime() - before;
    boolean faster = ns < fastestNs - fastestNs / 4;
    boolean slower = ns > fastestNs + fastestNs / 2;
    steady = ns > FAST_NS || faster || slower ? 0 : steady + 1;
    fastestNs = Math.min(fastestNs, ns);
    return true;
  }

  private void request(int length, byte[] context, boolean tampered) {
    sealer.begin(derivation, random);
    int written = sealer.seal(context, plaintext, 0, length, envelope, 0);
    if (tampered) {
      envelope[written - 1] ^= 1;
    }
    int read = opener.open(derivation, context, envelope, 0, written, opened, 0);
    if (read != (tampered ? EnvelopeOpener.INVALID : length)
        || (!tampered && !Arrays.equals(plaintext, 0, length, opened, 0, length))) {
      throw new IllegalStateException("an envelope of the warm-up does not open");
    }
  }
}
