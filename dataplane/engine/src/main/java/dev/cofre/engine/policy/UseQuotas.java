package dev.cofre.engine.policy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * How much principals and tenants have used on this node, by the second and by the day in UTC, and
 * what of their quotas is this node's share: an equal part of each, at least 1. Thread-safe; taking
 * uses no lock and makes no garbage.
 *
 * <p>Nothing is stored: a restart begins the day anew. Windows are fixed, so up to twice what a
 * second allows fits around its turn.
 */
public final class UseQuotas {
  /** The most that is counted for; quotas beyond allow nothing until others are gone. */
  public static final int COUNTS_MAX = 100_000;

  private final ConcurrentHashMap<String, Counts> counts = new ConcurrentHashMap<>();
  private volatile int nodes = 1;

  private static final class Counts {
    private final AtomicLong second = new AtomicLong();
    private final AtomicLong day = new AtomicLong();
  }

  /** Says how many nodes share the quotas; 0: as before. */
  public void sharedBy(int nodeCount) {
    if (nodeCount > 0) {
      nodes = nodeCount;
    }
  }

  /**
   * What a principal's uses are counted by, by one snapshot revision; null when nothing limits
   * them.
   *
   * @param limits the quota with an id, or null
   */
  public Quota of(PolicyEvaluator.Subject subject, Function<String, QuotaLimit> limits) {
    QuotaLimit own = limits.apply(QuotaLimit.id(subject.tenant(), subject.id()));
    QuotaLimit all = limits.apply(QuotaLimit.id(subject.tenant(), ""));
    return own == null && all == null ? null : new Quota(part(own), part(all));
  }

  private Part part(QuotaLimit limit) {
    if (limit == null) {
      return null;
    }
    Counts found = counts.get(limit.id());
    if (found == null && counts.size() < COUNTS_MAX) {
      found = counts.computeIfAbsent(limit.id(), made -> new Counts());
    }
    return new Part(limit, found);
  }

  private record Part(QuotaLimit limit, Counts counts) {}

  /** What one principal's uses are counted by. Thread-safe. */
  public final class Quota {
    private final Part own;
    private final Part all;

    private Quota(Part own, Part all) {
      this.own = own;
      this.all = all;
    }

    /**
     * Takes {@code uses}; when they are not left, none is taken.
     *
     * @param nowMs UTC milliseconds
     * @return 0, or after how many milliseconds to try again
     */
    public long take(int uses, long nowMs) {
      long refused = take(own, uses, nowMs);
      if (refused != 0) {
        return refused;
      }
      refused = take(all, uses, nowMs);
      if (refused != 0) {
        add(own, -uses, nowMs);
      }
      return refused;
    }

    /** Gives back what was taken and then not used. */
    public void giveBack(int uses, long nowMs) {
      add(own, -uses, nowMs);
      add(all, -uses, nowMs);
    }

    private long take(Part part, int uses, long nowMs) {
      if (part == null) {
        return 0;
      }
      long day = nowMs / UseWindow.DAY_MS;
      if (part.counts == null
          || !UseWindow.add(
              part.counts.day, day, UseWindow.DAY_BITS, uses, share(part.limit.perDay()))) {
        return UseWindow.DAY_MS - nowMs % UseWindow.DAY_MS;
      }
      if (UseWindow.add(
          part.counts.second,
          nowMs / UseWindow.SECOND_MS,
          UseWindow.SECOND_BITS,
          uses,
          share(part.limit.perSecond()))) {
        return 0;
      }
      UseWindow.add(part.counts.day, day, UseWindow.DAY_BITS, -uses, 0);
      return UseWindow.SECOND_MS;
    }

    private void add(Part part, int uses, long nowMs) {
      if (part != null && part.counts != null) {
        long day = nowMs / UseWindow.DAY_MS;
        long second = nowMs / UseWindow.SECOND_MS;
        UseWindow.add(part.counts.day, day, UseWindow.DAY_BITS, uses, 0);
        UseWindow.add(part.counts.second, second, UseWindow.SECOND_BITS, uses, 0);
      }
    }

    private long share(long limit) {
      return limit == 0 ? 0 : Math.max(1, limit / nodes);
    }
  }
}
