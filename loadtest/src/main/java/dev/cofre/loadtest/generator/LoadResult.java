package dev.cofre.loadtest.generator;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run has shown. All histograms are in nanoseconds and belong to the reader.
 *
 * @param startedAt when the recorded part began
 * @param seconds how long it took, the wait for the last answers included
 * @param reached requests done for each second
 * @param done requests that were done
 * @param errors requests that were not, by code
 * @param waited requests that found all connections taken
 * @param latency from the intended send, of requests done and of those that never had an answer
 * @param service from the real send, of requests done
 * @param refused from the intended send, of requests that were answered with an error
 * @param late from the intended send to when the generator saw that it was due
 * @param hiccups of the generator's process
 * @param intervals the same by seconds
 * @param stopped whether it was ended before its time
 * @param busyShare the largest share of time in which a thread of the generator had work
 */
public record LoadResult(
    LoadPlan plan,
    Instant startedAt,
    double seconds,
    double reached,
    long done,
    Map<String, Long> errors,
    long waited,
    Histogram latency,
    Histogram service,
    Histogram refused,
    Histogram late,
    Histogram hiccups,
    List<Interval> intervals,
    boolean stopped,
    double busyShare,
    Disturbance disturbance) {
  /** A generator that has less idle time than this waits for itself. */
  static final double BUSY_SHARE_MAX = 0.95;

  /** How late the 99th percentile of sends may be seen. */
  static final long LATE_NS_MAX = 10_000_000;

  /** Whether the figures can be believed. */
  public Validity validity() {
    if (stopped) {
      return Validity.STOPPED;
    }
    if (done == 0) {
      return Validity.NOTHING_DONE;
    }
    boolean closed = plan.ratePerSecond() == 0;
    boolean behind = busyShare > BUSY_SHARE_MAX || late.getValueAtPercentile(99) > LATE_NS_MAX;
    return behind && !closed ? Validity.FELL_BEHIND : Validity.VALID;
  }

  /** Why, in one line. */
  public String reason() {
    return switch (validity()) {
      case VALID -> "the generator kept its schedule";
      case STOPPED -> "the run was stopped before its end";
      case NOTHING_DONE -> "no request was done: " + errors;
      case FELL_BEHIND ->
          "the generator had work for %.0f%% of the time and saw 1%% of the sends %.1f ms late or more; use a lower rate, more threads or a quieter machine"
              .formatted(100 * busyShare, late.getValueAtPercentile(99) / 1e6);
    };
  }

  /** Requests that were not done. */
  public long failed() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A percentile of the latency, in microseconds. */
  public double latencyUs(double percentile) {
    return latency.getValueAtPercentile(percentile) / 1e3;
  }
}
