package dev.cofre.loadtest.run;

import dev.cofre.loadtest.generator.Disturbance;
import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Sums;
import dev.cofre.loadtest.report.StoredRun;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** Several runs as one: histograms and counts are added up, nothing is averaged. */
public final class Merge {
  /** Starts further apart than this are not one schedule. */
  private static final Duration APART_MAX = Duration.ofSeconds(1);

  private Merge() {}

  /**
   * All {@code runs} as one.
   *
   * @throws IOException when they did not run at the same time
   */
  public static LoadResult of(List<StoredRun> runs) throws IOException {
    Instant first = startedAt(runs.getFirst());
    double seconds = 0;
    double busy = 0;
    double steal = 0;
    double rate = 0;
    long collections = 0;
    long collectionMs = 0;
    int connections = 0;
    long done = 0;
    long waited = 0;
    boolean stopped = false;
    Map<String, Long> errors = new TreeMap<>();
    for (StoredRun run : runs) {
      if (Duration.between(first, startedAt(run)).abs().compareTo(APART_MAX) > 0) {
        throw new IOException(
            run.folder() + " did not start when " + runs.getFirst().folder() + " did");
      }
      JsonObject summary = run.summary();
      JsonObject generator = summary.getJsonObject("generator");
      seconds = Math.max(seconds, summary.getDouble("seconds"));
      busy = Math.max(busy, generator.getDouble("busyShare"));
      steal = Math.max(steal, generator.getDouble("stealShare"));
      rate += summary.getDouble("rateAsked");
      collections += generator.getLong("collections");
      collectionMs += generator.getLong("collectionMs");
      connections += summary.getInteger("connections");
      done += summary.getLong("done");
      waited += summary.getLong("waitedForConnection");
      stopped |= "stopped".equals(summary.getString("valid"));
      summary
          .getJsonObject("errors")
          .forEach(e -> errors.merge(e.getKey(), ((Number) e.getValue()).longValue(), Long::sum));
    }
    LoadPlan plan =
        LoadPlan.of(recorded(rate))
            .lasting(Duration.ZERO, Duration.ofNanos((long) (seconds * 1e9)))
            .over(connections);
    return new LoadResult(
        plan,
        first,
        seconds,
        done / seconds,
        done,
        errors,
        waited,
        sum(runs, StoredRun::latency),
        sum(runs, StoredRun::service),
        sum(runs, StoredRun::refused),
        sum(runs, run -> Sums.of(run.intervals().stream().map(Interval::late).toList())),
        sum(runs, StoredRun::hiccups),
        intervals(runs),
        stopped,
        busy,
        new Disturbance(collections, collectionMs, steal));
  }

  private static Instant startedAt(StoredRun run) {
    return Instant.parse(run.summary().getString("startedAt"));
  }

  private static Histogram sum(List<StoredRun> runs, Function<StoredRun, Histogram> of) {
    return Sums.of(runs.stream().map(of).toList());
  }

  private static List<Interval> intervals(List<StoredRun> runs) {
    List<Interval> merged = new ArrayList<>();
    int most = runs.stream().mapToInt(run -> run.intervals().size()).max().orElse(0);
    for (int i = 0; i < most; i++) {
      int place = i;
      List<Interval> same =
          runs.stream()
              .filter(run -> place < run.intervals().size())
              .map(run -> run.intervals().get(place))
              .toList();
      merged.add(
          new Interval(
              same.getFirst().startSeconds(),
              same.stream().mapToDouble(Interval::seconds).max().orElse(1),
              same.stream().mapToLong(Interval::due).sum(),
              same.stream().mapToLong(Interval::done).sum(),
              same.stream().mapToLong(Interval::failed).sum(),
              Sums.of(same.stream().map(Interval::latency).toList()),
              Sums.of(same.stream().map(Interval::late).toList()),
              Sums.of(same.stream().map(Interval::hiccups).toList())));
    }
    return merged;
  }

  /** A schedule that was kept by others: only its rate is known. */
  private static Pacing recorded(double ratePerSecond) {
    return ratePerSecond > 0 ? Pacing.constant(ratePerSecond) : Pacing.closed();
  }
}
