package dev.cofre.controlplane.server.lease;

import java.time.Duration;
import java.time.Instant;
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

  /** What is overdue by this is removed without a rest: all that is due is to go within 60 s. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Most of what a system far away takes is waiting, which takes no time from anybody. */
  private static final long REST_MAX_NS = TimeUnit.MILLISECONDS.toNanos(100);

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

  /**
   * Rests after a removal that took {@code workedNs}, for at most 100 ms; not at all when the
   * credential still works, as its time has not come, or is overdue by 20 s or more.
   *
   * @param end when the credential's time was over
   */
  void rest(Instant end, Instant now, long workedNs) {
    if (now.isBefore(end) || !now.isBefore(end.plus(PATIENCE))) {
      return;
    }
    long bounded = Math.clamp(workedNs, 0, REST_MAX_NS * SHARE_PERCENT_MAX);
    long restNs =
        Math.min(REST_MAX_NS, bounded * (SHARE_PERCENT_MAX - sharePercent) / sharePercent);
    if (restNs > 0) {
      sleepNs.accept(restNs);
    }
  }
}
