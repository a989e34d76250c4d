package dev.cofre.cli.agent;

import dev.cofre.client.CofreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * When something is tried next: after a success as its keeper says, after failures later and later.
 * All times are spread at random, so that many agents do not ask at once. When the clock is set
 * back, what was planned counts no more: it is due. Not thread-safe.
 */
final class Attempts {
  private static final Duration AWAY_FIRST = Duration.ofSeconds(1);
  private static final Duration AWAY_MOST = Duration.ofSeconds(30);
  private static final Duration REFUSED_FIRST = Duration.ofSeconds(5);
  private static final Duration REFUSED_MOST = Duration.ofMinutes(5);
  private static final int DOUBLINGS_MAX = 20;
  private static final double LEAST = 0.5;
  private static final double MOST = 1.5;

  private final Clock clock;
  private final RandomGenerator random;
  private Instant due;

  /** When the clock was looked at last. */
  private Instant seen;

  private Instant lastSuccess;
  private int failures;
  private String trouble = "";

  Attempts(Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    seen = clock.instant();
    due = seen;
  }

  Instant now() {
    return clock.instant();
  }

  Instant due() {
    return due;
  }

  boolean isDue() {
    Instant now = now();
    if (now.isBefore(seen)) {
      due = now;
    }
    seen = now;
    return !due.isAfter(now);
  }

  /** When the clock was looked at last: who finds it earlier knows that it was set back. */
  Instant seen() {
    return seen;
  }

  /** Null when there was none. */
  Instant lastSuccess() {
    return lastSuccess;
  }

  int failures() {
    return failures;
  }

  /** Why the last one failed; empty when it did not. */
  String trouble() {
    return trouble;
  }

  void dueAt(Instant time) {
    due = time;
  }

  /** Takes {@code time} over, which was so at {@code since}. */
  void restore(Instant time, Instant since) {
    due = time;
    seen = since;
  }

  /** It is done again after {@code least} to {@code most} parts of {@code of}. */
  void succeeded(Duration of, double least, double most) {
    failures = 0;
    trouble = "";
    lastSuccess = now();
    due = lastSuccess.plusMillis((long) (of.toMillis() * random.nextDouble(least, most)));
  }

  /** It failed by {@code failure}. */
  void failed(CofreException failure) {
    boolean refused =
        failure.kind() == CofreException.Kind.REFUSED
            && failure.status() < 500
            && failure.status() != 429;
    failed(
        failure.reason(),
        refused ? REFUSED_FIRST : AWAY_FIRST,
        refused ? REFUSED_MOST : AWAY_MOST,
        failure.retryAfterSeconds());
  }

  /** It was refused, as {@code why} says. */
  void refused(String why) {
    failed(why, REFUSED_FIRST, REFUSED_MOST, OptionalInt.empty());
  }

  /**
   * A part was done, and a part refused as {@code why} says: it is done again as after a success,
   * or sooner.
   */
  void partly(String why, Duration of, double least, double most) {
    refused(why);
    lastSuccess = now();
    Instant usual = lastSuccess.plusMillis((long) (of.toMillis() * random.nextDouble(least, most)));
    due = usual.isBefore(due) ? usual : due;
  }

  private void failed(String why, Duration first, Duration most, OptionalInt retryAfterSeconds) {
    trouble = why;
    long ms = Math.min(most.toMillis(), first.toMillis() << Math.min(failures, DOUBLINGS_MAX));
    long asked = Math.min(retryAfterSeconds.orElse(0) * 1_000L, REFUSED_MOST.toMillis());
    failures++;
    // What was asked for is the least.
    double wait = Math.max(ms * random.nextDouble(LEAST, MOST), asked * random.nextDouble(1, MOST));
    due = now().plusMillis((long) wait);
  }
}
