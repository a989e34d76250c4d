package dev.cofre.controlplane.server.investigate;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What happened by each of many values. Of the first {@value #KEPT_MAX} values the counts are kept,
 * exactly; of further ones only all their events together, exactly, and about how many values they
 * are. Used by one thread.
 */
public final class Tally<K> {
  static final int KEPT_MAX = 10_000;

  private final Map<K, Count> kept = new HashMap<>();
  private final int keptMax;
  private DistinctEstimate estimate;
  private long otherEvents;

  /** A value and its counts. */
  public record Row<K>(K value, Count count) {}

  Tally() {
    this(KEPT_MAX);
  }

  Tally(int keptMax) {
    this.keptMax = keptMax;
  }

  void add(K value, Happened happened) {
    Count count = kept.get(value);
    if (count == null && kept.size() < keptMax) {
      count = new Count();
      kept.put(value, count);
    }
    if (count != null) {
      count.add(happened);
      return;
    }
    if (estimate == null) {
      estimate = new DistinctEstimate();
      kept.keySet().forEach(known -> estimate.add(known.toString()));
    }
    estimate.add(value.toString());
    otherEvents += happened.times();
  }

  /** The same of the time before: counted for the values that are kept. */
  void addBefore(K value, Happened happened) {
    Count count = kept.get(value);
    if (count != null) {
      count.addBefore(happened);
    }
  }

  /** How many values there are: exactly, or about so many when {@link #isEstimated}. */
  public long distinct() {
    return estimate == null ? kept.size() : Math.max(keptMax + 1L, estimate.count());
  }

  /** Whether {@link #distinct} is an estimate, to about two per cent. */
  public boolean isEstimated() {
    return estimate != null;
  }

  /** How many events are of values that are not kept. */
  public long otherEvents() {
    return otherEvents;
  }

  /** The rows that are kept: what was never there before first, then by events. */
  public List<Row<K>> rows() {
    return kept.entrySet().stream()
        .map(entry -> new Row<>(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.<Row<K>, Boolean>comparing(row -> row.count().seen() != Count.Seen.NEW)
                .thenComparing(
                    Comparator.<Row<K>>comparingLong(row -> row.count().events()).reversed())
                .thenComparing(row -> row.value().toString()))
        .toList();
  }

  Stream<Count> counts() {
    return kept.values().stream();
  }
}
