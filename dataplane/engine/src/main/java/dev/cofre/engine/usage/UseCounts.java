package dev.cofre.engine.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts permitted requests per principal, action and key since the start, and gives out what was
 * added since the last time.
 *
 * <p>Thread-safe. Counting takes no lock and makes no garbage; one thread takes. At most {@value
 * #COUNTS_MAX} counts are kept; what comes beyond is not counted.
 */
public final class UseCounts {
  /** How many principals, actions and keys are told apart. */
  public static final int COUNTS_MAX = 100_000;

  private final ConcurrentMap<Id, Count> counts = new ConcurrentHashMap<>();
  private final Count beyond = new Count();

  private record Id(String principal, String action, UUID key) {}

  /** The uses of one key by one principal for one action. Thread-safe. */
  public static final class Count {
    private final LongAdder uses = new LongAdder();
    private long taken;

    private Count() {}

    /** Counts one more. */
    public void add() {
      uses.increment();
    }
  }

  /**
   * What was added.
   *
   * @param uses at least 1
   */
  public record Added(String principal, String action, UUID key, long uses) {}

  /** Where the uses of {@code key} by {@code principal} for {@code action} are counted. */
  public Count of(String principal, String action, UUID key) {
    Id id = new Id(principal, action, key);
    Count known = counts.get(id);
    if (known != null) {
      return known;
    }
    return counts.size() < COUNTS_MAX ? counts.computeIfAbsent(id, fresh -> new Count()) : beyond;
  }

  /** Takes what was added since it was taken last, of {@code max} counts at most. */
  public synchronized List<Added> take(int max) {
    List<Added> added = new ArrayList<>();
    for (var entry : counts.entrySet()) {
      if (added.size() == max) {
        break;
      }
      Count count = entry.getValue();
      long now = count.uses.sum();
      if (now > count.taken) {
        Id id = entry.getKey();
        added.add(new Added(id.principal, id.action, id.key, now - count.taken));
        count.taken = now;
      }
    }
    return added;
  }
}
