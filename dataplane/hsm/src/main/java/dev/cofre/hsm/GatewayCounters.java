package dev.cofre.hsm;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Counts what a gateway does. Thread-safe; counting never blocks. */
final class GatewayCounters {
  private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(10);
  private static final int DIGITS = 2;

  final LongAdder calls = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder rejected = new LongAdder();
  final LongAdder remembered = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder late = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder batched = new LongAdder();
  private final Histogram callNs = new ConcurrentHistogram(LONGEST_NS, DIGITS);
  private final Histogram totalNs = new ConcurrentHistogram(LONGEST_NS, DIGITS);

  /** The HSM answered. */
  void answered(long tookNs, long sinceSubmissionNs) {
    calls.increment();
    callNs.recordValue(Math.min(tookNs, LONGEST_NS));
    totalNs.recordValue(Math.min(sinceSubmissionNs, LONGEST_NS));
  }

  GatewayFigures figures(boolean up, int waiting, long openings) {
    return new GatewayFigures(
        up,
        waiting,
        calls.sum(),
        failures.sum(),
        rejected.sum(),
        remembered.sum(),
        refused.sum(),
        late.sum(),
        openings,
        batches.sum(),
        batched.sum(),
        callNs.getValueAtPercentile(50),
        callNs.getValueAtPercentile(99),
        totalNs.getValueAtPercentile(50),
        totalNs.getValueAtPercentile(99));
  }
}
