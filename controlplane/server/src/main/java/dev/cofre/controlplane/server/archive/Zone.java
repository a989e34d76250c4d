package dev.cofre.controlplane.server.archive;

/**
 * Between which times the events of a segment lie. Immutable.
 *
 * @param minNs of the oldest event, nanoseconds since 1970
 * @param maxNs of the newest event
 * @param disorderNs by how much an event is older than one that stands before it, at most
 */
record Zone(long minNs, long maxNs, long disorderNs) {
  /** Of no events. */
  static final Zone EMPTY = new Zone(Long.MAX_VALUE, Long.MIN_VALUE, 0);

  /** With one more event, behind all others. */
  Zone with(long timeNs) {
    if (maxNs == Long.MIN_VALUE) {
      return new Zone(timeNs, timeNs, 0);
    }
    return new Zone(
        Math.min(minNs, timeNs),
        Math.max(maxNs, timeNs),
        Math.max(disorderNs, minus(maxNs, timeNs)));
  }

  /** Over the times of {@code other}, of another segment, too; the disorder within each of both. */
  Zone and(Zone other) {
    return new Zone(
        Math.min(minNs, other.minNs),
        Math.max(maxNs, other.maxNs),
        Math.max(disorderNs, other.disorderNs));
  }

  private static long minus(long one, long other) {
    long difference = one - other;
    return other < 0 && one >= 0 && difference < 0 ? Long.MAX_VALUE : difference;
  }

  /** The newest that an event can be which stands before one of {@code timeNs}. */
  long before(long timeNs) {
    long latest = timeNs + disorderNs;
    return latest < timeNs ? Long.MAX_VALUE : latest;
  }

  boolean overlaps(long fromNs, long toNs) {
    return minNs <= toNs && maxNs >= fromNs;
  }
}
