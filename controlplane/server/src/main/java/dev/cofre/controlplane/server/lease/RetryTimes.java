package dev.cofre.controlplane.server.lease;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** After what time something that failed is tried again: doubling to a cap, with jitter. */
public final class RetryTimes {
  /** While a system is away: so short that all is gone within a minute of its return. */
  public static final RetryTimes AWAY =
      new RetryTimes(Duration.ofSeconds(1), Duration.ofSeconds(15));

  /** While a system refuses, which is mended by a person. */
  public static final RetryTimes REFUSED =
      new RetryTimes(Duration.ofSeconds(5), Duration.ofMinutes(5));

  private static final int DOUBLINGS_MAX = 20;

  private final Duration first;
  private final Duration cap;

  private RetryTimes(Duration first, Duration cap) {
    this.first = first;
    this.cap = cap;
  }

  /** After {@code failures} before this one; between half of it and the whole. */
  public Duration after(int failures, RandomGenerator random) {
    long whole = Math.min(cap.toMillis(), first.toMillis() << Math.min(failures, DOUBLINGS_MAX));
    return Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
  }
}
