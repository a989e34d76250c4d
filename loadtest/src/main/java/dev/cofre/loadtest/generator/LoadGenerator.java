package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.HdrHistogram.Histogram;

/**
 * Loads one target by a {@link LoadPlan}. Not thread-safe; its connections stay open from one run
 * to the next.
 */
public final class LoadGenerator implements AutoCloseable {
  /** Between the order to start and the first request: all threads shall be there. */
  private static final long LEAD_NS = 2_000_000;

  private final LoadPlan plan;
  private final List<LoadLoop> loops = new ArrayList<>();

  /** Connects when it runs. */
  public LoadGenerator(SocketAddress target, Protocol protocol, LoadPlan plan) throws IOException {
    this.plan = plan;
    for (int i = 0; i < plan.threads(); i++) {
      loops.add(new LoadLoop(target, protocol, plan, i));
    }
  }

  /** One run whose interval logs are thrown away. */
  public static LoadResult run(SocketAddress target, Protocol protocol, LoadPlan plan)
      throws IOException, InterruptedException {
    try (LoadGenerator generator = new LoadGenerator(target, protocol, plan)) {
      return generator.run(null);
    }
  }

  /**
   * Warms up, then runs and records.
   *
   * @param folder where the interval logs go; null for nowhere
   */
  public LoadResult run(Path folder) throws IOException, InterruptedException {
    if (!plan.warmUp().isZero()) {
      phase(plan.warmUp(), recordings());
    }
    List<Recording> recordings = recordings();
    Instant startedAt = Instant.now();
    Disturbance.Counters before = Disturbance.Counters.now();
    HiccupMeter hiccups = new HiccupMeter();
    IntervalLog log = new IntervalLog(folder, recordings, hiccups);
    long startNs;
    try {
      startNs = phase(plan.duration(), recordings);
    } finally {
      log.finish();
      hiccups.stop();
    }
    Disturbance disturbance = before.until(Disturbance.Counters.now());
    return result(startedAt, startNs, recordings, log.all(), hiccups.all(), disturbance);
  }

  private List<Recording> recordings() {
    return loops.stream().map(loop -> new Recording()).toList();
  }

  /** Runs all loops for {@code duration} and returns when it began, by the monotonic clock. */
  private long phase(Duration duration, List<Recording> recordings)
      throws IOException, InterruptedException {
    long startNs = System.nanoTime() + LEAD_NS;
    long endNs = startNs + duration.toNanos();
    List<FutureTask<Void>> runs = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      LoadLoop loop = loops.get(i);
      Recording recording = recordings.get(i);
      runs.add(
          new FutureTask<>(
              () -> {
                loop.run(plan.pacing(), startNs, endNs, recording);
                return null;
              }));
      Thread.ofPlatform().daemon().name("load-" + i).start(runs.get(i));
    }
    for (FutureTask<Void> run : runs) {
      try {
        run.get();
      } catch (ExecutionException e) {
        throw new IOException("the generator failed: " + e.getCause().getMessage(), e.getCause());
      }
    }
    return startNs;
  }

  private LoadResult result(
      Instant startedAt,
      long startNs,
      List<Recording> recordings,
      Histogram latency,
      Histogram hiccups,
      Disturbance disturbance) {
    Histogram service = Recording.newHistogram();
    Histogram refused = Recording.newHistogram();
    Histogram late = Recording.newHistogram();
    Map<String, Long> errors = new TreeMap<>();
    long done = 0;
    long waited = 0;
    double busy = 0;
    long lastNs = startNs + plan.duration().toNanos();
    for (Recording recording : recordings) {
      service.add(recording.service());
      refused.add(recording.refused());
      late.add(recording.late());
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
        latency,
        service,
        refused,
        late,
        hiccups,
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
