package dev.cofre.loadtest.observe;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the target's {@code /metrics} said at one moment. Immutable.
 *
 * @param atSeconds from the start of the measured part
 * @param values by name and labels
 */
public record MetricsSample(double atSeconds, Map<String, Double> values) {
  private static final int VALUES_MAX = 2_000;

  /** Reads the text format of Prometheus; of ours alone, without the buckets of histograms. */
  static MetricsSample parse(double atSeconds, String text) {
    Map<String, Double> values = new TreeMap<>();
    text.lines()
        .filter(line -> line.startsWith("cofre_") && !line.contains("_bucket{"))
        .limit(VALUES_MAX)
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              try {
                values.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
              } catch (NumberFormatException | IndexOutOfBoundsException e) {
                // A line that is no metric tells nothing; the others do.
                values.remove(line);
              }
            });
    return new MetricsSample(atSeconds, values);
  }

  /** The sum over all labels of {@code name}; NaN when it is not there. */
  public double sum(String name) {
    double sum = Double.NaN;
    for (Map.Entry<String, Double> value : values.entrySet()) {
      String key = value.getKey();
      if (key.equals(name) || key.startsWith(name + "{")) {
        sum = (Double.isNaN(sum) ? 0 : sum) + value.getValue();
      }
    }
    return sum;
  }
}
