package dev.cofre.loadtest.generator;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
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
  private final SingleWriterRecorder late = new SingleWriterRecorder(DIGITS);

  private final Map<String, Long> errors = new TreeMap<>();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
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
      done.setOpaque(done.getPlain() + 1);
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
    failed.setOpaque(failed.getPlain() + more);
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

  /** How late sends were since the last call, into {@code reused} when that is not null. */
  Histogram takeLate(Histogram reused) {
    return late.getIntervalHistogram(reused);
  }

  Histogram service() {
    return service;
  }

  Histogram refused() {
    return refused;
  }

  Map<String, Long> errors() {
    return errors;
  }

  /** At any time, by any thread. */
  long done() {
    return done.getOpaque();
  }

  /** At any time, by any thread. */
  long failed() {
    return failed.getOpaque();
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
