package dev.cofre.dataplane.server.state;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How late event loops are: a timer of each loop measures by how much it was called after its time,
 * which is how long a request that came meanwhile had to wait. Thread-safe.
 *
 * <p>A stall counts as often as timers were due in it, as requests would have been.
 */
public final class LoopLag {
  private static final String NAME = "cofre_event_loop_lag_us";
  private static final long PERIOD_MS = 10;
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(PERIOD_MS);

  /** Powers of two from a microsecond to eight seconds, and all above. */
  private static final int BUCKETS = 24;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS + 1);
  private final LongAdder sumUs = new LongAdder();

  /** Measures the event loop that this is called on. */
  public void watch(Vertx vertx) {
    long dueNs = System.nanoTime() + PERIOD_NS;
    vertx.setTimer(
        PERIOD_MS,
        timer -> {
          long lateNs = System.nanoTime() - dueNs;
          do {
            record(TimeUnit.NANOSECONDS.toMicros(Math.max(0, lateNs)));
            lateNs -= PERIOD_NS;
          } while (lateNs > 0);
          watch(vertx);
        });
  }

  private void record(long lateUs) {
    int bucket = lateUs <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(lateUs - 1);
    counts.incrementAndGet(Math.min(bucket, BUCKETS));
    sumUs.add(lateUs);
  }

  /** Adds its lines to {@code text}, in the text format of Prometheus. */
  void write(StringBuilder text) {
    text.append("# HELP ").append(NAME).append(" How late timers of event loops ran.\n");
    text.append("# TYPE ").append(NAME).append(" histogram\n");
    long count = 0;
    for (int bucket = 0; bucket <= BUCKETS; bucket++) {
      count += counts.get(bucket);
      String bound = bucket == BUCKETS ? "+Inf" : Long.toString(1L << bucket);
      text.append(NAME).append("_bucket{le=\"").append(bound).append("\"} ");
      text.append(count).append('\n');
    }
    text.append(NAME).append("_sum ").append(sumUs.sum()).append('\n');
    text.append(NAME).append("_count ").append(count).append('\n');
  }
}
