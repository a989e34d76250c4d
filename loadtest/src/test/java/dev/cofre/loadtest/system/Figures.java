package dev.cofre.loadtest.system;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What a plane's {@code /metrics} said at one moment, each line by its name and labels. */
final class Figures {
  private final Map<String, Double> values = new TreeMap<>();

  private Figures() {}

  /** Asks {@code api}. */
  static Figures of(Api api) throws IOException, InterruptedException {
    Figures figures = new Figures();
    api.get("/metrics")
        .text()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              figures.values.put(
                  line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
            });
    return figures;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The value of {@code name}; 0 for one that nothing was counted in yet. */
  double value(String name) {
    return values.getOrDefault(name, 0.0);
  }

  /**
   * The bound, from the buckets of the histogram {@code name}, that {@code share} of what was
   * counted since {@code before} does not exceed.
   */
  String percentile(String name, double share, Figures before) {
    double all = value(name + "_count") - before.value(name + "_count");
    return values.keySet().stream()
        .filter(key -> key.startsWith(name + "_bucket"))
        .sorted((a, b) -> Double.compare(bound(a), bound(b)))
        .filter(key -> value(key) - before.value(key) >= share * all)
        .map(key -> "≤ " + key.replaceAll(".*\"(.*)\".*", "$1"))
        .findFirst()
        .orElse("?");
  }

  private static double bound(String key) {
    String text = key.replaceAll(".*\"(.*)\".*", "$1");
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }
}
