package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import java.util.concurrent.TimeUnit;

/**
 * How long nothing is tried after failures in a row: twice as long each time, to a limit, and half
 * more or less of it. Not thread-safe.
 */
final class Backoff {
  private static final long AWAY_FIRST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long AWAY_MOST_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long REFUSED_FIRST_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long REFUSED_MOST_NS = TimeUnit.MINUTES.toNanos(5);
  private static final long REPLACED_FIRST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long REPLACED_MOST_NS = TimeUnit.MINUTES.toNanos(2);
  private static final int DOUBLINGS_MAX = 20;
  private static final double LEAST = 0.5;
  private static final double MOST = 1.5;

  private final Times times;
  private int inRow;

  Backoff(Times times) {
    this.times = times;
  }

  void ended() {
    inRow = 0;
  }

  /** When to try again after {@code failure}. */
  long after(CofreException failure) {
    boolean refused =
        failure.kind() == CofreException.Kind.REFUSED
            && failure.status() < 500
            && failure.status() != 429;
    long ns =
        next(refused ? REFUSED_FIRST_NS : AWAY_FIRST_NS, refused ? REFUSED_MOST_NS : AWAY_MOST_NS);
    long askedNs =
        Math.min(TimeUnit.SECONDS.toNanos(failure.retryAfterSeconds().orElse(0)), REFUSED_MOST_NS);
    long tried = times.in(ns, LEAST, MOST);
    // What was asked for is the least.
    long asked = times.in(askedNs, 1, MOST);
    return asked - tried > 0 ? asked : tried;
  }

  /** When another credential may be asked for again because a system refused one. */
  long afterReplacement() {
    return times.in(next(REPLACED_FIRST_NS, REPLACED_MOST_NS), LEAST, MOST);
  }

  private long next(long firstNs, long mostNs) {
    long ns = Math.min(mostNs, firstNs << Math.min(inRow, DOUBLINGS_MAX));
    inRow++;
    return ns;
  }
}
