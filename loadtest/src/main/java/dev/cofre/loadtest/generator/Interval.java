package dev.cofre.loadtest.generator;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What happened between two looks, about a second apart. Its histograms are kept compressed: a run
 * of hours has thousands. Immutable.
 */
public final class Interval {
  private final double startSeconds;
  private final double seconds;
  private final long due;
  private final long done;
  private final long failed;
  private final byte[] latency;
  private final byte[] late;
  private final long hiccupMaxNs;

  /**
   * An interval.
   *
   * @param startSeconds since the run's start
   * @param due requests that the schedule had in it, as far as the generator saw them
   * @param done requests that were done in it
   * @param failed requests that were refused or had no answer
   * @param latency from the intended send, in nanoseconds
   * @param late of sends, in nanoseconds
   * @param hiccupMaxNs the longest pause of the generator's process
   */
  public Interval(
      double startSeconds,
      double seconds,
      long due,
      long done,
      long failed,
      Histogram latency,
      Histogram late,
      long hiccupMaxNs) {
    this.startSeconds = startSeconds;
    this.seconds = seconds;
    this.due = due;
    this.done = done;
    this.failed = failed;
    this.latency = packed(latency);
    this.late = packed(late);
    this.hiccupMaxNs = hiccupMaxNs;
  }

  private static byte[] packed(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Arrays.copyOf(buffer.array(), length);
  }

  private static Histogram unpacked(byte[] bytes) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
    } catch (DataFormatException e) {
      throw new AssertionError("what was packed here", e);
    }
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
    return unpacked(latency);
  }

  /** Of sends, in nanoseconds; a copy. */
  public Histogram late() {
    return unpacked(late);
  }

  /** The longest pause of the generator's process. */
  public long hiccupMaxNs() {
    return hiccupMaxNs;
  }
}
