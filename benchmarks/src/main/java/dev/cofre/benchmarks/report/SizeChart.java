package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A figure over the size of an item, both logarithmic, one line for each series, as inline SVG. */
final class SizeChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 300;
  private static final int LEFT = 70;
  private static final int RIGHT = 200;
  private static final int BOTTOM = 30;
  private static final int COLOURS = 6;

  private final String title;
  private final Map<String, NavigableMap<Integer, Double>> series = new TreeMap<>();

  SizeChart(String title) {
    this.title = title;
  }

  /** A point of a series. */
  void add(String name, int size, double value) {
    series.computeIfAbsent(name, n -> new TreeMap<>()).put(size, value);
  }

  boolean isEmpty() {
    return series.isEmpty();
  }

  String svg() {
    Axis x =
        Axis.of(
            series.values().stream().flatMap(s -> s.keySet().stream().map(k -> 1.0 * k)).toList());
    Axis y = Axis.of(series.values().stream().flatMap(s -> s.values().stream()).toList());
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            Html.escape(title)));
    grid(svg, x, y);
    List<String> names = new ArrayList<>(series.keySet());
    for (int i = 0; i < names.size(); i++) {
      line(svg, names.get(i), i, x, y);
    }
    return svg.append("</svg>").toString();
  }

  private static void grid(StringBuilder svg, Axis x, Axis y) {
    for (double value = y.firstTick(); value <= y.high; value *= 10) {
      int at = py(y, value);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" class=\"grid\"/>",
              LEFT,
              WIDTH - RIGHT,
              at,
              at));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" class=\"label\">%,.4g</text>",
              LEFT - 6,
              at + 4,
              value));
    }
    for (int size : new int[] {64, 1024, 16_384, 65_536, 1 << 20}) {
      if (size >= x.low && size <= x.high) {
        String text = size < 1024 ? size + " B" : size < 1 << 20 ? size / 1024 + " KiB" : "1 MiB";
        svg.append(
            String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" class=\"middle\">%s</text>",
                px(x, size),
                HEIGHT - 8,
                text));
      }
    }
  }

  private void line(StringBuilder svg, String name, int index, Axis x, Axis y) {
    StringBuilder points = new StringBuilder();
    series
        .get(name)
        .forEach(
            (size, value) ->
                points.append(px(x, size)).append(',').append(py(y, value)).append(' '));
    String colour = "s" + index % COLOURS;
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" class=\"line %s\"/>",
            points.toString().strip(),
            colour));
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>",
            WIDTH - RIGHT + 12,
            20 + index * 18,
            colour,
            Html.escape(name)));
  }

  private static int px(Axis axis, double value) {
    return (int) Math.round(LEFT + axis.part(value) * (WIDTH - LEFT - RIGHT));
  }

  private static int py(Axis axis, double value) {
    return (int) Math.round(HEIGHT - BOTTOM - axis.part(value) * (HEIGHT - BOTTOM - 10));
  }

  private record Axis(double low, double high) {
    static Axis of(List<Double> values) {
      var summary = values.stream().mapToDouble(v -> Math.max(v, 1e-3)).summaryStatistics();
      return new Axis(summary.getMin() / 1.2, summary.getMax() * 1.2);
    }

    double part(double value) {
      return Math.log(Math.max(value, 1e-3) / low) / Math.log(high / low);
    }

    double firstTick() {
      return Math.pow(10, Math.ceil(Math.log10(low)));
    }
  }
}
