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
import java.util.concurrent.locks.LockSupport;

/**
 * Seals and opens envelopes under a key that is thrown away, until long ones are as fast as they
 * get.
 *
 * <p>The JDK reaches the processor's AES unit in bulk only from code that its second compiler has
 * compiled, and it compiles what was called some thousand times: before that a megabyte takes a
 * hundred times as long. Short envelopes collect the calls cheaply; a longer one now and then tells
 * whether the compiler, which works on threads of its own, is done. The compiler keeps only the
 * ways that it has seen taken, so all kinds that a node will meet are among them: short and long,
 * with and without a context, and ones that do not open.
 */
public final class EnvelopeWarmUp {
  private static final int[] LENGTHS = {512, 64, 512, 1024, 512, 0, 512, 700};
  private static final int LONG = 16 * 1024;
  private static final int SEGMENTS = 1 << 20;
  private static final int SHORT_PER_ROUND = 64;

  /** Before this round the code of a long one is not even asked for; it would cost as much. */
  private static final int FIRST_LONG_ROUND = 8;

  /** From this round on the compiler has all its work, and gets the processor in between. */
  private static final int FIRST_PAUSE_ROUND = 48;

  private static final long PAUSE_NS = 1_000_000;

  /** Sealing and opening at 2 GB/s: no processor is as fast without its AES unit. */
  private static final int FAST_BYTES_PER_NS = 2;

  /** So often fast, and it is done: once may be chance. */
  private static final int FAST_MIN = 8;

  /**
   * Megabytes, of many segments, which come last: so many in a row about as fast as the fastest.
   */
  private static final int LAST_REQUESTS = 64;

  /** What is about as fast: no longer than the fastest and a half of it. */
  private static final double ABOUT = 1.5;

  private static final byte[] NO_CONTEXT = new byte[0];
  private static final byte[] CONTEXT = new byte[40];

  private final RandomSource random;
  private final RequestKeyDerivation derivation;
  private final AeadBackEnd backEnd;
  private EnvelopeSealer sealer;
  private EnvelopeOpener opener;
  private final byte[] plaintext = new byte[SEGMENTS];
  private final byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(SEGMENTS)];
  private final byte[] opened = new byte[SEGMENTS];
  private long fastestNs = Long.MAX_VALUE;
  private int rounds;
  private int fast;

  /**
   * What a warm-up came to.
   *
   * @param tookNs how long it took
   * @param rounds how many rounds of {@value #SHORT_PER_ROUND} short envelopes and one long
   * @param fastestNs to seal and open the fastest of {@value #LONG} bytes
   * @param fast whether it ended because it was fast, and not because its time was over
   */
  public record Result(long tookNs, int rounds, long fastestNs, boolean fast) {}

  EnvelopeWarmUp(AeadBackEnd backEnd, RandomSource random) {
    this.random = random;
    WrappedDataKey wrapped =
        new WrappedDataKey.Identity(
                Protection.HSM, Usage.SERVICE, new UUID(0, 0), 1, new UUID(0, 0))
            .withWrap(new byte[WRAP_LENGTH]);
    this.derivation = new RequestKeyDerivation(random.bytes(KEY_LENGTH), wrapped);
    this.backEnd = backEnd;
    begin();
  }

  /** With a cipher that has no key yet, as an event loop begins. */
  private void begin() {
    sealer = new EnvelopeSealer(backEnd.newAead());
    opener = new EnvelopeOpener(backEnd.newAead());
  }

  private void end() {
    sealer.close();
    opener.close();
  }

  /** Runs {@code proof} when all is fast, before the last requests. */
  Result run(Duration limit, Runnable proof) {
    long start = System.nanoTime();
    long end = start + limit.toNanos();
    while (fast < FAST_MIN && round(end)) {
      rounds++;
    }
    proof.run();
    if (fast == FAST_MIN) {
      megabytes(end);
    }
    end();
    derivation.close();
    long took = System.nanoTime() - start;
    return new Result(took, rounds, fastestNs, fast == FAST_MIN);
  }

  /**
   * The proof goes ways that are seldom taken, for which the JVM may have thrown compiled code
   * away, so it is not over before megabytes are steadily fast again, each by a cipher's first key.
   */
  private void megabytes(long end) {
    long fastest = Long.MAX_VALUE;
    int steady = 0;
    while (steady < LAST_REQUESTS) {
      end();
      begin();
      long before = System.nanoTime();
      request(SEGMENTS, CONTEXT, false);
      long ns = System.nanoTime() - before;
      fastest = Math.min(fastest, ns);
      steady = ns <= ABOUT * fastest && isFast(ns, SEGMENTS) ? steady + 1 : 0;
      if (steady == 0 && !round(end)) {
        return;
      }
    }
  }

  private static boolean isFast(long ns, int length) {
    return ns < 2L * length / FAST_BYTES_PER_NS;
  }

  /** Whether there was time for all of it. */
  private boolean round(long end) {
    for (int i = 0; i < SHORT_PER_ROUND; i++) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      request(LENGTHS[i % LENGTHS.length], (i & 3) == 3 ? CONTEXT : NO_CONTEXT, i % 64 == 1);
    }
    if (rounds >= FIRST_LONG_ROUND) {
      tryLong();
    }
    if (rounds >= FIRST_PAUSE_ROUND) {
      LockSupport.parkNanos(PAUSE_NS);
    }
    return true;
  }

  private void tryLong() {
    long before = System.nanoTime();
    request(LONG, NO_CONTEXT, false);
    long ns = System.nanoTime() - before;
    if (isFast(ns, LONG)) {
      fast++;
    }
    fastestNs = Math.min(fastestNs, ns);
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
