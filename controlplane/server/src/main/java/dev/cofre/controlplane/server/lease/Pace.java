package dev.cofre.controlplane.server.lease;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * How work that can wait leaves time to what cannot: whoever does it rests after each piece, in
 * proportion to what the piece took. So it slows down by itself on a machine that is busy.
 * Immutable.
 */
public final class Pace {
  /** No rest at all. */
  public static final int SHARE_PERCENT_MAX = 100;

  /** A system that answers after seconds is not held up more by that. */
  private static final long REST_MAX_NS = TimeUnit.SECONDS.toNanos(1);

  private final int sharePercent;
  private final LongConsumer sleepNs;

  /**
   * Works for {@code sharePercent} of the time.
   *
   * @throws IllegalArgumentException when it is not 1 to 100
   */
  public Pace(int sharePercent) {
    this(sharePercent, LockSupport::parkNanos);
  }

  Pace(int sharePercent, LongConsumer sleepNs) {
    if (sharePercent < 1 || sharePercent > SHARE_PERCENT_MAX) {
      throw new IllegalArgumentException("a share is 1 to 100 percent");
    }
    this.sharePercent = sharePercent;
    this.sleepNs = sleepNs;
  }

  /** Rests after work that took {@code workedNs}, for at most a second. */
  void rest(long workedNs) {
    long bounded = Math.clamp(workedNs, 0, REST_MAX_NS * SHARE_PERCENT_MAX);
    long restNs =
        Math.min(REST_MAX_NS, bounded * (SHARE_PERCENT_MAX - sharePercent) / sharePercent);
    if (restNs > 0) {
      sleepNs.accept(restNs);
    }
  }
}
