package dev.cofre.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node's figures at one moment, from the text format of Prometheus. What is no figure of ours is
 * passed over. Immutable.
 */
final class NodeFigures {
  private static final Pattern LINE =
      Pattern.compile("(cofre_[a-z0-9_]+)(?:\\{([^}]*)\\})? (-?[0-9.eE+]+)");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)=\"([^\"]*)\"");

  private final long atNs;
  private final Map<String, Map<Map<String, String>, Double>> figures;

  private NodeFigures(long atNs, Map<String, Map<Map<String, String>, Double>> figures) {
    this.atNs = atNs;
    this.figures = figures;
  }

  static NodeFigures parse(String text, long atNs) {
    Map<String, Map<Map<String, String>, Double>> figures = new LinkedHashMap<>();
    text.lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(
            line ->
                figures
                    .computeIfAbsent(line.group(1), name -> new LinkedHashMap<>())
                    .put(labels(line.group(2)), number(line.group(3))));
    return new NodeFigures(atNs, figures);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher label = LABEL.matcher(text);
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return labels;
  }

  boolean isEmpty() {
    return figures.isEmpty();
  }

  /** The sum of all figures of {@code name}; 0 when there is none. */
  double value(String name) {
    return figures.getOrDefault(name, Map.of()).values().stream().mapToDouble(d -> d).sum();
  }

  /** The figure of {@code name} whose label {@code label} is {@code value}; 0 when absent. */
  double value(String name, String label, String value) {
    return by(name, label).getOrDefault(value, 0.0);
  }

  /** The figures of {@code name}, added up by {@code label}. */
  Map<String, Double> by(String name, String label) {
    Map<String, Double> sums = new TreeMap<>();
    figures
        .getOrDefault(name, Map.of())
        .forEach(
            (labels, figure) -> sums.merge(labels.getOrDefault(label, ""), figure, Double::sum));
    return sums;
  }

  /** Seconds since {@code before}. */
  double secondsSince(NodeFigures before) {
    return Math.max(1e-3, (atNs - before.atNs) / 1e9);
  }

  /** How much {@code now} is above {@code before}; a node that began anew counts from 0. */
  static double rise(double before, double now) {
    return now < before ? now : now - before;
  }

  /**
   * The upper bound of the bucket of the histogram {@code name} in which the share {@code quantile}
   * of what came since {@code before} was reached; 0 when nothing came.
   */
  double quantileSince(NodeFigures before, String name, double quantile) {
    return quantile(before.by(name + "_bucket", "le"), by(name + "_bucket", "le"), quantile);
  }

  /** The same of the histogram whose label {@code label} is {@code value}. */
  double quantileSince(
      NodeFigures before, String name, String label, String value, double quantile) {
    return quantile(
        before.only(label, value).by(name + "_bucket", "le"),
        only(label, value).by(name + "_bucket", "le"),
        quantile);
  }

  /** The figures whose label {@code label} is {@code value}. */
  private NodeFigures only(String label, String value) {
    Map<String, Map<Map<String, String>, Double>> some = new LinkedHashMap<>();
    figures.forEach(
        (name, values) -> {
          Map<Map<String, String>, Double> left = new LinkedHashMap<>(values);
          left.keySet().removeIf(labels -> !value.equals(labels.get(label)));
          some.put(name, left);
        });
    return new NodeFigures(atNs, some);
  }

  private static double quantile(
      Map<String, Double> then, Map<String, Double> now, double quantile) {
    double all = rise(then.getOrDefault("+Inf", 0.0), now.getOrDefault("+Inf", 0.0));
    return now.entrySet().stream()
        .filter(
            bucket ->
                all > 0
                    && rise(then.getOrDefault(bucket.getKey(), 0.0), bucket.getValue())
                        >= quantile * all)
        .mapToDouble(bucket -> bound(bucket.getKey()))
        .min()
        .orElse(0);
  }

  private static double bound(String le) {
    return le.equals("+Inf") ? Double.POSITIVE_INFINITY : number(le);
  }
}
