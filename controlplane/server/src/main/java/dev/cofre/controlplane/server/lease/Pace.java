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

  /**
   * The most for each: most of what a system far away takes is waiting, which takes no time from
   * anybody.
   */
  private static final long REST_MAX_NS = TimeUnit.MILLISECONDS.toNanos(30);

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

  /** Rests after {@code removals} that took {@code workedNs} together, at most 30 ms for each. */
  void rest(int removals, long workedNs) {
    long most = removals * REST_MAX_NS;
    long bounded = Math.clamp(workedNs, 0, most * SHARE_PERCENT_MAX);
    long restNs = Math.min(most, bounded * (SHARE_PERCENT_MAX - sharePercent) / sharePercent);
    if (restNs > 0) {
      sleepNs.accept(restNs);
    }
  }
}
