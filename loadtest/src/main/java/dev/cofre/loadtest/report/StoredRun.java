package dev.cofre.loadtest.report;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.Sums;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/**
 * A run as its folder holds it. Its histograms are just those that were measured.
 *
 * @param summary what {@code summary.json} says
 */
public record StoredRun(
    Path folder,
    JsonObject summary,
    List<Interval> intervals,
    Histogram service,
    Histogram refused,
    Histogram hiccups) {
  /**
   * Reads {@code folder}.
   *
   * @throws IOException when it holds no whole run
   */
  public static StoredRun read(Path folder) throws IOException {
    try {
      JsonObject summary = new JsonObject(Files.readString(folder.resolve("summary.json")));
      JsonArray rows = new JsonArray(Files.readString(folder.resolve("intervals.json")));
      List<Histogram> latency = histograms(folder.resolve("latency.hlog"));
      List<Histogram> late = histograms(folder.resolve("late.hlog"));
      List<Histogram> hiccups = histograms(folder.resolve("hiccup.hlog"));
      if (rows.size() != latency.size()
          || rows.size() != late.size()
          || rows.size() != hiccups.size()) {
        throw new IOException(folder + ": its logs have not the same number of intervals");
      }
      List<Interval> intervals = new ArrayList<>();
      for (int i = 0; i < rows.size(); i++) {
        JsonObject row = rows.getJsonObject(i);
        intervals.add(
            new Interval(
                row.getDouble("start"),
                row.getDouble("seconds"),
                row.getLong("due"),
                row.getLong("done"),
                row.getLong("failed"),
                latency.get(i),
                late.get(i),
                hiccups.get(i)));
      }
      return new StoredRun(
          folder,
          summary,
          intervals,
          Sums.of(histograms(folder.resolve("service.hlog"))),
          Sums.of(histograms(folder.resolve("refused.hlog"))),
          Sums.of(hiccups));
    } catch (DecodeException | NullPointerException | ClassCastException e) {
      throw new IOException(folder + " holds no run of this program: " + e.getMessage(), e);
    }
  }

  private static List<Histogram> histograms(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException(file + " cannot be read");
    }
    List<Histogram> histograms = new ArrayList<>();
    try (HistogramLogReader reader = new HistogramLogReader(file.toFile())) {
      while (reader.hasNext()) {
        histograms.add((Histogram) reader.nextIntervalHistogram());
      }
    }
    return histograms;
  }

  /** All latencies. */
  public Histogram latency() {
    return Sums.of(intervals.stream().map(Interval::latency).toList());
  }

  /** Whether the run said something of its target. */
  public boolean isValid() {
    return "valid".equals(summary.getString("valid"));
  }
}
