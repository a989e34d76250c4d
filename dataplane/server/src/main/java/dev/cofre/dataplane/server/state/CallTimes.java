package dev.cofre.dataplane.server.state;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long calls took, as a histogram for each action. Two buckets for each doubling, from 16 µs to
 * 8.4 s, and one for all above: a percentile that is read from it is at most half as long again as
 * what was. Recording makes no garbage and takes no lock; a look beside it may miss what is
 * recorded meanwhile. Thread-safe.
 */
public final class CallTimes {
  private static final String NAME = "cofre_call_us";
  private static final int FIRST_EXPONENT = 4;
  private static final int DOUBLINGS = 19;

  /** The bound of bucket 2n is 2^(4+n), that of 2n+1 half as much again. */
  private static final int BOUNDS = 2 * DOUBLINGS + 1;

  private final Map<String, Times> byAction = new ConcurrentHashMap<>();

  private static final class Times {
    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS + 1);
    private final LongAdder sumUs = new LongAdder();
  }

  /**
   * Records one call.
   *
   * @param action one of a bounded number
   */
  public void record(String action, long tookNs) {
    Times times = byAction.get(action);
    if (times == null) {
      times = byAction.computeIfAbsent(action, absent -> new Times());
    }
    long tookUs = TimeUnit.NANOSECONDS.toMicros(Math.max(0, tookNs));
    times.counts.incrementAndGet(bucket(tookUs));
    times.sumUs.add(tookUs);
  }

  /** The first bucket whose bound is not below {@code us}. */
  static int bucket(long us) {
    if (us <= 1L << FIRST_EXPONENT) {
      return 0;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(us - 1);
    boolean upper = us > 3L << (exponent - 1);
    return Math.min(2 * (exponent - FIRST_EXPONENT) + (upper ? 2 : 1), BOUNDS);
  }

  /** The longest time that {@code bucket} counts, in microseconds; the last one has no such. */
  static long boundUs(int bucket) {
    int exponent = FIRST_EXPONENT + bucket / 2;
    return bucket % 2 == 0 ? 1L << exponent : 3L << (exponent - 1);
  }

  /** Adds its lines to {@code text}, in the text format of Prometheus. */
  void write(StringBuilder text) {
    text.append("# HELP ").append(NAME).append(" How long calls over HTTP and gRPC took.\n");
    text.append("# TYPE ").append(NAME).append(" histogram\n");
    new TreeMap<>(byAction).forEach((action, times) -> write(text, action, times));
  }

  private static void write(StringBuilder text, String action, Times times) {
    long count = 0;
    for (int bucket = 0; bucket <= BOUNDS; bucket++) {
      count += times.counts.get(bucket);
      String bound = bucket == BOUNDS ? "+Inf" : Long.toString(boundUs(bucket));
      text.append(NAME).append("_bucket{action=\"").append(action);
      text.append("\",le=\"").append(bound).append("\"} ").append(count).append('\n');
    }
    line(text, "_sum", action, times.sumUs.sum());
    line(text, "_count", action, count);
  }

  private static void line(StringBuilder text, String what, String action, long value) {
    text.append(NAME).append(what).append("{action=\"").append(action).append("\"} ");
    text.append(value).append('\n');
  }
}
