package dev.cofre.controlplane.server.archive;

/**
 * A segment of the archive that is written no more. Immutable.
 *
 * @param origin its log
 * @param number of it in the archive
 * @param first the index of its first record
 * @param end the index behind its last record
 * @param oldestNs the time of its oldest event, nanoseconds since 1970; greater than {@code
 *     newestNs} when it has none
 * @param newestNs the time of its newest event
 * @param bytes how much its files take
 * @param isNewest whether it is the newest complete one of its log: there the log's end is known
 */
public record CompleteSegment(
    String origin,
    long number,
    long first,
    long end,
    long oldestNs,
    long newestNs,
    long bytes,
    boolean isNewest) {
  /** Whether it has no event that says when it was. */
  public boolean isTimeless() {
    return oldestNs > newestNs;
  }
}
