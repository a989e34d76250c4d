package dev.cofre.engine.policy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often each principal has used each statement that has a rate, on this node: by the second and
 * by the day in UTC. Thread-safe, without locks but for a new pair's place.
 *
 * <p>Nothing is stored: a restart begins the day anew, and nodes do not add up what they counted.
 * Windows are fixed, so up to twice {@code perSecond} fits around the turn of a second.
 */
public final class UseRates {
  /** The most pairs of statement and principal; beyond, the first use of another one is refused. */
  public static final int PAIRS_MAX = 100_000;

  private final ConcurrentHashMap<Pair, Counts> pairs = new ConcurrentHashMap<>();

  /** A policy that was changed counts on. */
  private record Pair(String policyId, int statement, String principal) {}

  private static final class Counts {
    private final AtomicLong second = new AtomicLong();
    private final AtomicLong day = new AtomicLong();
  }

  /**
   * Takes {@code uses} of {@code statement} by {@code principal}; false when they are not left, and
   * then none is taken.
   *
   * @param nowMs UTC milliseconds
   */
  public boolean take(CompiledStatement statement, String principal, int uses, long nowMs) {
    Conditions conditions = statement.conditions();
    if (conditions == null || (conditions.perSecond() == 0 && conditions.perDay() == 0)) {
      return true;
    }
    Counts counts = counts(new Pair(statement.policyId(), statement.index(), principal), nowMs);
    if (counts == null) {
      return false;
    }
    long day = nowMs / UseWindow.DAY_MS;
    if (!UseWindow.add(counts.day, day, UseWindow.DAY_BITS, uses, conditions.perDay())) {
      return false;
    }
    if (UseWindow.add(
        counts.second,
        nowMs / UseWindow.SECOND_MS,
        UseWindow.SECOND_BITS,
        uses,
        conditions.perSecond())) {
      return true;
    }
    UseWindow.add(counts.day, day, UseWindow.DAY_BITS, -uses, 0);
    return false;
  }

  private Counts counts(Pair pair, long nowMs) {
    Counts counts = pairs.get(pair);
    if (counts != null) {
      return counts;
    }
    if (pairs.size() >= PAIRS_MAX) {
      pairs
          .values()
          .removeIf(old -> old.day.get() >>> UseWindow.DAY_BITS < nowMs / UseWindow.DAY_MS);
      if (pairs.size() >= PAIRS_MAX) {
        return null;
      }
    }
    return pairs.computeIfAbsent(pair, made -> new Counts());
  }
}
