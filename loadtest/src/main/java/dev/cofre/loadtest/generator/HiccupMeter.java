package dev.cofre.loadtest.generator;

import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * A thread that does nothing but wake up each millisecond, and records how much later than that it
 * ran: what machine and JVM did to every thread of this process meanwhile. A request's latency
 * below this figure says nothing of the target.
 *
 * <p>Thread-safe.
 */
final class HiccupMeter {
  private static final long RESOLUTION_NS = 1_000_000;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(3);
  private final Histogram all = Recording.newHistogram();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("hiccup-meter").unstarted(this::measure);
  private volatile boolean stopping;

  HiccupMeter() {
    thread.start();
  }

  private void measure() {
    long shortestNs = Long.MAX_VALUE;
    while (!stopping) {
      long before = System.nanoTime();
      LockSupport.parkNanos(RESOLUTION_NS);
      long tookNs = System.nanoTime() - before;
      // What even the best wake-up takes is the timer's own, not a hiccup.
      shortestNs = Math.min(shortestNs, tookNs);
      recorder.recordValueWithExpectedInterval(tookNs - shortestNs, RESOLUTION_NS);
    }
  }

  /** The hiccups since the last call, in nanoseconds. */
  synchronized Histogram takeInterval() {
    Histogram interval = recorder.getIntervalHistogram();
    all.add(interval);
    return interval;
  }

  /** All hiccups up to the last interval. */
  synchronized Histogram all() {
    return all;
  }

  /** Ends the thread. */
  void stop() throws InterruptedException {
    stopping = true;
    thread.join();
  }
}
