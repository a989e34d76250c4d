package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars as inline SVG. Colours are the page's variables, so that it is readable on dark
 * and on light.
 */
final class BarChart {
  private static final int WIDTH = 900;
  private static final int LABEL_WIDTH = 380;
  private static final int BAR_WIDTH = WIDTH - LABEL_WIDTH - 90;
  private static final int LINE = 22;

  private record Bar(String label, double value, String text, double mark, boolean good) {}

  private final String title;
  private final double most;
  private final List<Bar> bars = new ArrayList<>();

  /** Bars longer than {@code most} are cut there; the text beside them tells. */
  BarChart(String title, double most) {
    this.title = title;
    this.most = most;
  }

  /** A bar with a line at {@code mark}, if that is not 0. */
  BarChart add(String label, double value, String text, double mark, boolean good) {
    bars.add(new Bar(label, value, text, mark, good));
    return this;
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    int height = bars.size() * LINE + 4;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            height,
            Html.escape(title)));
    for (int i = 0; i < bars.size(); i++) {
      append(svg, bars.get(i), i * LINE + 2);
    }
    return svg.append("</svg>").toString();
  }

  private void append(StringBuilder svg, Bar bar, int top) {
    int length = length(bar.value);
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" class=\"label\">%s</text>",
            LABEL_WIDTH - 8,
            top + 14,
            Html.escape(bar.label)));
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>",
            LABEL_WIDTH,
            top,
            length,
            LINE - 5,
            bar.good ? "bar" : "bad"));
    if (bar.mark > 0) {
      int x = LABEL_WIDTH + length(bar.mark);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" class=\"mark\"/>",
              x,
              x,
              top - 1,
              top + LINE - 4));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\">%s</text>",
            LABEL_WIDTH + Math.max(length, length(bar.mark)) + 6,
            top + 14,
            Html.escape(bar.text)));
  }

  private int length(double value) {
    return (int) Math.round(Math.min(1, value / most) * BAR_WIDTH);
  }
}
