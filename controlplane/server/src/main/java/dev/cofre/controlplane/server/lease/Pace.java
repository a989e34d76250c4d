package dev.cofre.controlplane.server.lease;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * How work that can wait leaves time to what cannot: whoever does it rests after each piece, in
 * proportion to what the piece took. So it slows down by itself on a machine that is busy. What is
 * late rests less, but as long as it worked at least: a backlog goes at half the speed there is,
 * and who reads meanwhile has the other half. Immutable.
 */
public final class Pace {
  /** No rest at all. */
  public static final int SHARE_PERCENT_MAX = 100;

  /**
   * The most for each: most of what a system far away takes is waiting, which takes no time from
   * anybody.
   */
  private static final long REST_MAX_NS = TimeUnit.MILLISECONDS.toNanos(30);

  /** What is overdue by so much rests least: all that is due is to go within it. */
  private static final long LATE_NS = TimeUnit.SECONDS.toNanos(60);

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
   * Rests after removals that took {@code workedNs} together: at most 30 ms for each, and of that
   * the less the longer it is overdue, evenly to none at 60 s, but never less than the work took if
   * so much is rested at all.
   *
   * @param overdue of each credential that was removed, for how long its time has been over
   */
  void rest(List<Duration> overdue, long workedNs) {
    long eachNs = Math.clamp(workedNs / overdue.size(), 0, REST_MAX_NS * SHARE_PERCENT_MAX);
    long wholeNs =
        Math.min(REST_MAX_NS, eachNs * (SHARE_PERCENT_MAX - sharePercent) / sharePercent);
    long leastNs = Math.min(wholeNs, eachNs);
    long restNs = 0;
    for (Duration one : overdue) {
      long lateS = Math.clamp(one.toSeconds(), 0, TimeUnit.NANOSECONDS.toSeconds(LATE_NS));
      long shrunkNs = wholeNs * (LATE_NS - TimeUnit.SECONDS.toNanos(lateS)) / LATE_NS;
      restNs += Math.max(leastNs, shrunkNs);
    }
    if (restNs > 0) {
      sleepNs.accept(restNs);
    }
  }
}
