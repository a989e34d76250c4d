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

  private static final int WARM_UP_PARTS = 4;

  /** The part of a warm-up that is paced as the run itself, the others by its first rate. */
  private static final int OWN_PART = 1;

  /** More calls than a part of a warm-up makes. */
  private static final long WARM_UP_CALLS = 1L << 40;

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
    warmUp(startNs);
    return measure(
        plan.pacing(), 0, startNs, plan.duration().toNanos(), IntervalLog.SECOND_NS, watcher);
  }

  /**
   * All that the run will do is done and thrown away: classes, compiled code, threads. Done more
   * than once: the end of a part is the first time that the loops have nothing left to send, and
   * what was compiled until then does not know of it, nor of another kind of schedule. They are
   * compiled anew in the next part, else it were in the run.
   */
  private void warmUp(long endNs) throws IOException, InterruptedException {
    double rate = plan.pacing().firstRatePerSecond();
    Pacing pacing = rate == 0 ? Pacing.closed() : Pacing.constant(rate);
    long partNs = plan.warmUp().toNanos() / WARM_UP_PARTS;
    for (int part = 0; part < WARM_UP_PARTS && !stopped; part++) {
      long partEndNs = endNs - (WARM_UP_PARTS - 1 - part) * partNs;
      long fromNs = Math.max(partEndNs - partNs, System.nanoTime());
      if (fromNs < partEndNs) {
        measure(
            part == OWN_PART ? plan.pacing() : pacing,
            Sequence.WARM_UP + part * WARM_UP_CALLS,
            fromNs,
            partEndNs - fromNs,
            IntervalLog.OFTEN_NS,
            Watcher.NONE);
      }
    }
  }

  private LoadResult measure(
      Pacing pacing, long callsFrom, long startNs, long lengthNs, long intervalNs, Watcher watcher)
      throws IOException, InterruptedException {
    // What is done for the first time takes tens of milliseconds, so that it is done before the
    // beginning is set: else the first sends would be late by it.
    List<Recording> recordings = loops.stream().map(loop -> new Recording()).toList();
    Consumer<Interval> listener = watcher::interval;
    Disturbance.Counters before = Disturbance.Counters.now();
    HiccupMeter hiccups = new HiccupMeter();
    Instant now = Instant.now();
    long nowNs = System.nanoTime();
    // A warm-up ends with its last answer, which a slow target may give late.
    long beginNs = Math.max(startNs, nowNs + LEAD_NS);
    Instant startedAt = now.plusNanos(beginNs - nowNs);
    IntervalLog log = new IntervalLog(recordings, hiccups, beginNs, intervalNs, listener);
    watcher.started(beginNs);
    long endNs;
    try {
      endNs = phase(pacing, callsFrom, beginNs, lengthNs, recordings);
    } finally {
      log.finish();
      hiccups.stop();
    }
    Disturbance disturbance = before.until(Disturbance.Counters.now());
    return result(startedAt, beginNs, endNs, recordings, log, hiccups.all(), disturbance);
  }

  /** Lets a run end now, as if its time were over; by any thread. */
  public void stop() {
    stopped = true;
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
