package dev.cofre.controlplane.server.investigate;

/**
 * How many events there were in each part of a time. Used by one thread.
 *
 * <p>Two of the same length have parts of the same length.
 */
public final class Rate {
  static final int PARTS = 48;

  private final long fromNs;
  private final long partNs;
  private final long[] events = new long[PARTS];
  private long sum;

  /** From {@code fromNs} on, for {@code lengthNs}. */
  Rate(long fromNs, long lengthNs) {
    this.fromNs = fromNs;
    this.partNs = Math.max(1, Math.ceilDiv(lengthNs, PARTS));
  }

  void add(Happened happened) {
    long part = (happened.timeNs() - fromNs) / partNs;
    events[Math.clamp(part, 0, PARTS - 1)] += happened.times();
    sum += happened.times();
  }

  /** How long a part is, in nanoseconds. */
  public long partNs() {
    return partNs;
  }

  /** Events of each part, the oldest first. */
  public long[] events() {
    return events.clone();
  }

  /** All events. */
  public long sum() {
    return sum;
  }
}
