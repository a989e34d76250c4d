package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import java.util.concurrent.TimeUnit;

/**
 * How long nothing is tried after failures in a row of one class: twice as long each time, to a
 * limit, and half more or less of it. Not thread-safe.
 */
final class Backoff {
  private static final long AWAY_FIRST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long AWAY_MOST_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long REFUSED_FIRST_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long REFUSED_MOST_NS = TimeUnit.MINUTES.toNanos(5);
  private static final long REPLACED_FIRST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long REPLACED_MOST_NS = TimeUnit.MINUTES.toNanos(2);
  private static final int DOUBLINGS_MAX = 20;
  private static final int LIFE_PARTS = 3;
  private static final double LEAST = 0.5;
  private static final double MOST = 1.5;

  /** The longest time between two replacements. */
  static final long REPLACED_LONGEST_NS = (long) (REPLACED_MOST_NS * MOST);

  private final Times times;
  private int inRow;
  private boolean refusedLast;

  Backoff(Times times) {
    this.times = times;
  }

  void ended() {
    inRow = 0;
  }

  /**
   * When to try again after {@code failure}.
   *
   * @param held what there is still; null for nothing that works. Nobody waits longer than 30 s
   *     without a credential, nor for more than a third of what is left of one, half more at most
   */
  long after(CofreException failure, Held held) {
    boolean refused = isRefusal(failure);
    if (refused != refusedLast) {
      inRow = 0;
      refusedLast = refused;
    }
    long mostNs = Math.min(refused ? REFUSED_MOST_NS : AWAY_MOST_NS, latestNs(held));
    long ns = next(refused ? REFUSED_FIRST_NS : AWAY_FIRST_NS, mostNs);
    long askedNs =
        Math.min(
            TimeUnit.SECONDS.toNanos(failure.retryAfterSeconds().orElse(0)),
            Math.min(REFUSED_MOST_NS, latestNs(held)));
    long tried = times.in(ns, LEAST, MOST);
    // What was asked for is the least.
    long asked = times.in(askedNs, 1, MOST);
    return asked - tried > 0 ? asked : tried;
  }

  /** Whether the same would be refused again before something is changed. */
  private static boolean isRefusal(CofreException failure) {
    return failure.kind() == CofreException.Kind.REFUSED
        && failure.status() < 500
        && failure.status() != 429
        && failure.code().filter(ErrorCode::isRetryable).isEmpty();
  }

  private long latestNs(Held held) {
    if (held == null) {
      return AWAY_MOST_NS;
    }
    return held.isEndless()
        ? REFUSED_MOST_NS
        : Math.max(AWAY_FIRST_NS, (held.endsNs() - times.nowNs()) / LIFE_PARTS);
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
