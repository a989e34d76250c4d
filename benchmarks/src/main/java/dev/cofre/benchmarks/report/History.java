package dev.cofre.benchmarks.report;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The runs that were committed, in {@code docs/perf/runs}: each is the {@code results.json} of its
 * run. Immutable.
 *
 * @param runs the oldest first, the newest {@value #RUNS_MAX} of them
 */
record History(List<Past> runs) {
  /** Of none. */
  static final History NONE = new History(List.of());

  private static final int RUNS_MAX = 40;

  /**
   * A run.
   *
   * @param date when, RFC 3339
   * @param commit what was measured
   * @param ratios by {@link ResultsJson#key}
   */
  record Past(String date, String commit, Map<String, Double> ratios) {
    /** The day and the commit. */
    String name() {
      return date.replaceAll("T.*", "") + " " + commit;
    }

    static Past of(JsonObject results) {
      Map<String, Double> ratios = new HashMap<>();
      JsonArray benchmarks = results.getJsonArray("benchmarks");
      for (int i = 0; i < benchmarks.size(); i++) {
        JsonObject row = benchmarks.getJsonObject(i);
        if (row.getValue("ratio") != null) {
          ratios.put(ResultsJson.key(row), row.getDouble("ratio"));
        }
      }
      JsonObject environment = results.getJsonObject("environment");
      return new Past(
          environment.getString("date", ""),
          environment.getString("commit", "unknown"),
          Map.copyOf(ratios));
    }
  }

  /**
   * The runs in {@code folder}; none without it.
   *
   * @throws IOException naming a file that holds no run
   */
  static History read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return NONE;
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(file -> file.toString().endsWith(".json")).toList();
    }
    List<Past> runs = new ArrayList<>();
    for (Path file : files) {
      try {
        runs.add(Past.of(new JsonObject(Files.readString(file))));
      } catch (DecodeException | NullPointerException | ClassCastException e) {
        throw new IOException(file + " holds no results of a run: " + e.getMessage(), e);
      }
    }
    runs.sort(Comparator.comparing(Past::date));
    return new History(List.copyOf(runs.subList(Math.max(0, runs.size() - RUNS_MAX), runs.size())));
  }

  /** The ratios of what {@code key} names, the oldest first. */
  List<Double> ratios(String key) {
    return runs.stream().map(run -> run.ratios().get(key)).filter(ratio -> ratio != null).toList();
  }
}
