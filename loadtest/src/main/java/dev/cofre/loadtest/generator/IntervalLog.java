package dev.cofre.loadtest.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Gathers what the generator's threads have measured, in a run an {@link Interval} each second.
 *
 * <p>Concurrency: a thread of its own. It may share the generator's processor, which then sends
 * nothing: its work is done in steps of a fraction of a millisecond, and nothing is written while
 * the run is on.
 */
final class IntervalLog {
  /** Of a run. */
  static final long SECOND_NS = 1_000_000_000;

  /** Of a warm-up, whose intervals are not kept: what runs once a second is compiled by then. */
  static final long OFTEN_NS = 25_000_000;

  private static final long BREATH_NS = 5_000_000;

  private final List<Recording> recordings;
  private final HiccupMeter hiccups;
  private final List<Interval> intervals = new ArrayList<>();
  private final long startNs;
  private final long lengthNs;
  private final Consumer<Interval> listener;
  private final Histogram all = Recording.newHistogram();
  private final Histogram allLate = Recording.newHistogram();
  private final Histogram[] reused;
  private long fromNs;
  private long done;
  private long failed;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("interval-log").unstarted(this::run);
  private volatile boolean stopping;

  /**
   * Begins to gather.
   *
   * @param startNs when the run begins, by the monotonic clock
   * @param lengthNs of an interval
   * @param listener is told of each interval, by this log's thread
   */
  IntervalLog(
      List<Recording> recordings,
      HiccupMeter hiccups,
      long startNs,
      long lengthNs,
      Consumer<Interval> listener) {
    this.recordings = recordings;
    this.hiccups = hiccups;
    this.startNs = startNs;
    this.lengthNs = lengthNs;
    this.fromNs = startNs;
    this.listener = listener;
    this.reused = new Histogram[recordings.size() * 2];
    thread.start();
  }

  private void run() {
    long nextNs = startNs + lengthNs;
    while (!stopping) {
      LockSupport.parkNanos(nextNs - System.nanoTime());
      if (!stopping && System.nanoTime() >= nextNs) {
        gather();
        nextNs += lengthNs;
      }
    }
  }

  private void breathe() {
    if (!stopping) {
      LockSupport.parkNanos(BREATH_NS);
    }
  }

  private void gather() {
    long nowNs = System.nanoTime();
    long doneNow = recordings.stream().mapToLong(Recording::done).sum();
    long failedNow = recordings.stream().mapToLong(Recording::failed).sum();
    Histogram latency = Recording.newHistogram();
    Histogram late = Recording.newHistogram();
    for (int i = 0; i < recordings.size(); i++) {
      reused[2 * i] = recordings.get(i).takeInterval(reused[2 * i]);
      latency.add(reused[2 * i]);
      reused[2 * i + 1] = recordings.get(i).takeLate(reused[2 * i + 1]);
      late.add(reused[2 * i + 1]);
    }
    breathe();
    all.add(latency);
    allLate.add(late);
    breathe();
    PackedHistogram packedLatency = new PackedHistogram(latency);
    breathe();
    PackedHistogram packedLate = new PackedHistogram(late);
    breathe();
    Interval interval =
        new Interval(
            (fromNs - startNs) / 1e9,
            (nowNs - fromNs) / 1e9,
            late.getTotalCount(),
            doneNow - done,
            failedNow - failed,
            packedLatency,
            packedLate,
            new PackedHistogram(hiccups.takeInterval()));
    fromNs = nowNs;
    done = doneNow;
    failed = failedNow;
    if (lengthNs == SECOND_NS) {
      intervals.add(interval);
    }
    listener.accept(interval);
  }

  /** Gathers the last interval; to be called when the generator's threads have ended. */
  void finish() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    gather();
  }

  /** All latencies; complete after {@link #finish}. */
  Histogram all() {
    return all;
  }

  /** How late all sends were; complete after {@link #finish}. */
  Histogram allLate() {
    return allLate;
  }

  /** All intervals; complete after {@link #finish}. */
  List<Interval> intervals() {
    return intervals;
  }
}
