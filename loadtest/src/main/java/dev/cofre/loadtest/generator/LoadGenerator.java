package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Loads one target by a {@link LoadPlan}. Not thread-safe; its connections stay open from one run
 * to the next.
 */
public final class LoadGenerator implements AutoCloseable {
  /** Between the order to start and the first request: all threads shall be there. */
  private static final long LEAD_NS = 2_000_000;

  /** Is told how a run goes on; its calls must be short. */
  public interface Watcher {
    /** Looks away. */
    Watcher NONE =
        new Watcher() {
          @Override
          public void started(long startNs) {}

          @Override
          public void interval(Interval interval) {}
        };

    /**
     * The recorded part begins at {@code startNs} by the monotonic clock; by the caller's thread.
     */
    void started(long startNs);

    /** A second is over; by a thread of the generator that sends nothing. */
    void interval(Interval interval);
  }

  private final LoadPlan plan;
  private final List<LoadLoop> loops = new ArrayList<>();
  private volatile boolean stopped;

  /** Connects when it runs. */
  public LoadGenerator(SocketAddress target, Protocol protocol, LoadPlan plan) throws IOException {
    this.plan = plan;
    for (int i = 0; i < plan.threads(); i++) {
      loops.add(new LoadLoop(target, protocol, plan, i));
    }
  }

  /** One run over connections of its own. */
  public static LoadResult run(SocketAddress target, Protocol protocol, LoadPlan plan)
      throws IOException, InterruptedException {
    try (LoadGenerator generator = new LoadGenerator(target, protocol, plan)) {
      return generator.run();
    }
  }

  /** Warms up, then runs and records. */
  public LoadResult run() throws IOException, InterruptedException {
    return runAt(System.nanoTime() + LEAD_NS + plan.warmUp().toNanos(), Watcher.NONE);
  }

  /**
   * The same; {@code watcher} is told of its progress.
   *
   * @param startNs when the recorded part begins, by the monotonic clock
   */
  public LoadResult runAt(long startNs, Watcher watcher) throws IOException, InterruptedException {
    if (!plan.warmUp().isZero()) {
      warmUp(startNs - plan.warmUp().toNanos());
    }
    // What is done for the first time takes tens of milliseconds, so that it is done before the
    // beginning is set: else the first sends would be late by it.
    List<Recording> recordings = recordings();
    Consumer<Interval> listener = watcher::interval;
    Disturbance.Counters before = Disturbance.Counters.now();
    HiccupMeter hiccups = new HiccupMeter();
    Instant now = Instant.now();
    long nowNs = System.nanoTime();
    // A warm-up ends with its last answer, which a slow target may give late.
    long beginNs = Math.max(startNs, nowNs + LEAD_NS);
    Instant startedAt = now.plusNanos(beginNs - nowNs);
    IntervalLog log =
        new IntervalLog(recordings, hiccups, beginNs, IntervalLog.SECOND_NS, listener);
    watcher.started(beginNs);
    long endNs;
    try {
      endNs = phase(plan.pacing(), 0, beginNs, plan.duration().toNanos(), recordings);
    } finally {
      log.finish();
      hiccups.stop();
    }
    Disturbance disturbance = before.until(Disturbance.Counters.now());
    return result(startedAt, beginNs, endNs, recordings, log, hiccups.all(), disturbance);
  }

  /** All that the run will do is done once and thrown away: classes, compiled code, threads. */
  private void warmUp(long startNs) throws IOException, InterruptedException {
    double rate = plan.pacing().firstRatePerSecond();
    Pacing pacing = rate == 0 ? Pacing.closed() : Pacing.constant(rate);
    List<Recording> recordings = recordings();
    HiccupMeter hiccups = new HiccupMeter();
    IntervalLog log =
        new IntervalLog(recordings, hiccups, startNs, IntervalLog.OFTEN_NS, interval -> {});
    try {
      phase(pacing, Sequence.WARM_UP, startNs, plan.warmUp().toNanos(), recordings);
    } finally {
      log.finish();
      hiccups.stop();
    }
  }

  /** Lets a run end now, as if its time were over; by any thread. */
  public void stop() {
    stopped = true;
  }

  private List<Recording> recordings() {
    return loops.stream().map(loop -> new Recording()).toList();
  }

  /** Runs all loops and returns when the last of them ended to send, by the monotonic clock. */
  private long phase(
      Pacing pacing, long callsFrom, long startNs, long lengthNs, List<Recording> recordings)
      throws IOException, InterruptedException {
    long endNs = startNs + lengthNs;
    List<FutureTask<Long>> runs = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      LoadLoop loop = loops.get(i);
      Recording recording = recordings.get(i);
      runs.add(
          new FutureTask<>(
              () -> loop.run(pacing, callsFrom, startNs, endNs, recording, () -> stopped)));
      Thread.ofPlatform().daemon().name("load-" + i).start(runs.get(i));
    }
    long lastNs = startNs + 1;
    for (FutureTask<Long> run : runs) {
      try {
        lastNs = Math.max(lastNs, run.get());
      } catch (ExecutionException e) {
        throw new IOException("the generator failed: " + e.getCause().getMessage(), e.getCause());
      }
    }
    return lastNs;
  }

  private LoadResult result(
      Instant startedAt,
      long startNs,
      long endNs,
      List<Recording> recordings,
      IntervalLog log,
      Histogram hiccups,
      Disturbance disturbance) {
    Histogram service = Recording.newHistogram();
    Histogram refused = Recording.newHistogram();
    Map<String, Long> errors = new TreeMap<>();
    long done = 0;
    long waited = 0;
    double busy = 0;
    long lastNs = endNs;
    for (Recording recording : recordings) {
      service.add(recording.service());
      refused.add(recording.refused());
      recording.errors().forEach((code, count) -> errors.merge(code, count, Long::sum));
      done += recording.done();
      waited += recording.waitedCount();
      busy = Math.max(busy, recording.busyShare());
      lastNs = Math.max(lastNs, recording.lastAnswerNs());
    }
    double seconds = (lastNs - startNs) / 1e9;
    return new LoadResult(
        plan,
        startedAt,
        seconds,
        done / seconds,
        done,
        errors,
        waited,
        log.all(),
        service,
        refused,
        log.allLate(),
        hiccups,
        log.intervals(),
        stopped,
        busy,
        disturbance);
  }

  @Override
  public void close() throws IOException {
    for (LoadLoop loop : loops) {
      loop.close();
    }
  }
}
