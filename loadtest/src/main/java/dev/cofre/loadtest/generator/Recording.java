package dev.cofre.loadtest.generator;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What one thread of the generator has measured.
 *
 * <p>Concurrency: one thread writes; {@link #takeInterval} may be called by another at any time,
 * the rest when the writer has ended.
 */
final class Recording {
  private static final int DIGITS = 3;

  /** From the intended send; each request that was done, and each that never had an answer. */
  private final SingleWriterRecorder latency = new SingleWriterRecorder(DIGITS);

  /** From the real send, of requests that were done: what a closed loop would tell. */
  private final Histogram service = newHistogram();

  /** From the intended send, of requests that were refused. */
  private final Histogram refused = newHistogram();

  /** From the intended send to when the generator saw that it was due: its own fault. */
  private final Histogram late = newHistogram();

  private final Map<String, Long> errors = new TreeMap<>();
  private long done;
  private long waited;
  private long busyNs;
  private long idleNs;
  private long lastAnswerNs = Long.MIN_VALUE;

  static Histogram newHistogram() {
    return new Histogram(DIGITS);
  }

  void due(long lateNs) {
    late.recordValue(lateNs);
  }

  /** Counts {@code more} requests that found all connections taken. */
  void waited(long more) {
    waited += more;
  }

  void answered(long nowNs, long intendedNs, long sentNs, String code) {
    lastAnswerNs = nowNs;
    if (code == null) {
      done++;
      latency.recordValue(nowNs - intendedNs);
      service.recordValue(nowNs - sentNs);
    } else {
      count(code, 1);
      refused.recordValue(nowNs - intendedNs);
    }
  }

  /** A request without an answer counts with the time for which it was waited for. */
  void failed(long nowNs, long intendedNs, String failure) {
    count(failure, 1);
    latency.recordValue(Math.max(0, nowNs - intendedNs));
  }

  private void count(String code, long more) {
    errors.merge(code, more, Long::sum);
  }

  void spent(boolean busy, long ns) {
    if (busy) {
      busyNs += ns;
    } else {
      idleNs += ns;
    }
  }

  /** The latencies since the last call, into {@code reused} when that is not null. */
  Histogram takeInterval(Histogram reused) {
    return latency.getIntervalHistogram(reused);
  }

  Histogram service() {
    return service;
  }

  Histogram refused() {
    return refused;
  }

  Histogram late() {
    return late;
  }

  Map<String, Long> errors() {
    return errors;
  }

  long done() {
    return done;
  }

  long waitedCount() {
    return waited;
  }

  double busyShare() {
    return busyNs / (double) Math.max(1, busyNs + idleNs);
  }

  /** When the last answer came, by the monotonic clock. */
  long lastAnswerNs() {
    return lastAnswerNs;
  }
}
