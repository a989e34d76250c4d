package dev.cofre.loadtest.generator;

import org.HdrHistogram.Histogram;

/** What happened between two looks, about a second apart. Immutable. */
public final class Interval {
  private final double startSeconds;
  private final double seconds;
  private final long due;
  private final long done;
  private final long failed;
  private final PackedHistogram latency;
  private final PackedHistogram late;
  private final PackedHistogram hiccups;

  /**
   * An interval.
   *
   * @param startSeconds since the run's start
   * @param due requests that the schedule had in it, as far as the generator saw them
   * @param done requests that were done in it
   * @param failed requests that were refused or had no answer
   * @param latency from the intended send, in nanoseconds
   * @param late of sends, in nanoseconds
   * @param hiccups pauses of the generator's process, in nanoseconds
   */
  public Interval(
      double startSeconds,
      double seconds,
      long due,
      long done,
      long failed,
      Histogram latency,
      Histogram late,
      Histogram hiccups) {
    this(
        startSeconds,
        seconds,
        due,
        done,
        failed,
        new PackedHistogram(latency),
        new PackedHistogram(late),
        new PackedHistogram(hiccups));
  }

  Interval(
      double startSeconds,
      double seconds,
      long due,
      long done,
      long failed,
      PackedHistogram latency,
      PackedHistogram late,
      PackedHistogram hiccups) {
    this.startSeconds = startSeconds;
    this.seconds = seconds;
    this.due = due;
    this.done = done;
    this.failed = failed;
    this.latency = latency;
    this.late = late;
    this.hiccups = hiccups;
  }

  /** Since the run's start. */
  public double startSeconds() {
    return startSeconds;
  }

  /** How long it is. */
  public double seconds() {
    return seconds;
  }

  /** Requests that the schedule had in it. */
  public long due() {
    return due;
  }

  /** Requests that were done in it. */
  public long done() {
    return done;
  }

  /** Requests that were refused or had no answer. */
  public long failed() {
    return failed;
  }

  /** From the intended send, in nanoseconds; a copy. */
  public Histogram latency() {
    return latency.unpacked();
  }

  /** Of sends, in nanoseconds; a copy. */
  public Histogram late() {
    return late.unpacked();
  }

  /** The longest pause of the generator's process. */
  public long hiccupMaxNs() {
    return hiccups.maxValue();
  }

  /** Pauses of the generator's process, in nanoseconds; a copy. */
  public Histogram hiccups() {
    return hiccups.unpacked();
  }
}
