package dev.cofre.controlplane.server.sink;

import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** All sinks of a control plane. Without any, there is no thread. Thread-safe. */
public final class Sinks implements AutoCloseable {
  private static final String FOLDER = "sinks";
  private static final long WATCH_MS = 1_000;
  private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(5);

  private final List<SinkRunner> runners = new ArrayList<>();
  private ScheduledExecutorService watch;

  /** Takes metrics, one value for each sink. */
  @FunctionalInterface
  public interface Metrics {
    /** Shows {@code values}, one for each value of {@code label}. */
    void family(String name, String label, Supplier<Map<String, Long>> values);
  }

  private Sinks() {}

  /**
   * Begins to send what {@code archive}, in {@code directory}, holds.
   *
   * @throws IOException when the cursors cannot be kept there
   */
  public static Sinks start(Archive archive, Path directory, List<SinkSettings> settings)
      throws IOException {
    Sinks sinks = new Sinks();
    if (settings.isEmpty()) {
      return sinks;
    }
    Path folder = directory.resolve(FOLDER);
    SecretFiles.createDirectory(folder);
    for (SinkSettings one : settings) {
      SinkCursor cursor = new SinkCursor(folder.resolve(one.name() + ".cursor"));
      sinks.runners.add(new SinkRunner(one, new SinkFeed(archive, one, cursor)));
    }
    sinks.runners.forEach(SinkRunner::start);
    sinks.watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("sink-watch").daemon().factory());
    sinks.watch.scheduleWithFixedDelay(
        () -> sinks.runners.forEach(SinkRunner::watch), WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
    return sinks;
  }

  /** Shows what they do. */
  public void show(Metrics metrics) {
    String name = "cofre_controlplane_sink_";
    metrics.family(name + "events_total", "sink", values(SinkFigures::events));
    metrics.family(name + "failures_total", "sink", values(SinkFigures::failures));
    metrics.family(name + "lag_events", "sink", values(SinkFigures::lagEvents));
    metrics.family(name + "lag_ms", "sink", values(SinkFigures::lagMs));
    metrics.family(name + "up", "sink", values(figures -> figures.isWorking() ? 1 : 0));
    metrics.family(name + "skipped_events_total", "sink", values(SinkFigures::skipped));
  }

  private Supplier<Map<String, Long>> values(ToLongFunction<SinkFigures> value) {
    return () -> {
      Map<String, Long> values = new TreeMap<>();
      runners.forEach(one -> values.put(one.name(), value.applyAsLong(one.figures())));
      return values;
    };
  }

  /** A sink whose receiver does not have all records of {@code origin} before {@code end} yet. */
  public Optional<String> behind(String origin, long end) {
    return runners.stream()
        .filter(one -> !one.hasPassed(origin, end))
        .map(SinkRunner::name)
        .findFirst();
  }

  /** Those that fail or are late, for health. */
  public List<String> degradations() {
    return runners.stream()
        .filter(SinkRunner::isDegraded)
        .map(one -> "audit-sink-" + one.name())
        .toList();
  }

  /** Waits 5 s at most, for all of them together. */
  @Override
  public void close() {
    if (watch != null) {
      watch.shutdownNow();
    }
    runners.forEach(SinkRunner::stop);
    long deadlineNs = System.nanoTime() + CLOSE_NS;
    runners.forEach(one -> one.awaitEnd(deadlineNs));
  }
}
