package dev.cofre.loadtest.report;

import dev.cofre.loadtest.observe.Happened;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;

/** Lines over time or over percentiles, as inline SVG. Not thread-safe. */
final class Plot {
  private static final int WIDTH = 940;
  private static final int HEIGHT = 260;
  private static final int LEFT = 76;
  private static final int RIGHT = 170;
  private static final int TOP = 22;
  private static final int BOTTOM = 34;
  private static final int COLOURS = 6;

  /** A place on a line; a NaN breaks the line. */
  record Point(double x, double y) {}

  private final String title;
  private final String unit;
  private final Map<String, List<Point>> lines = new LinkedHashMap<>();
  private List<Happened> events = List.of();
  private boolean tenfolds;

  Plot(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  Plot add(String name, List<Point> points) {
    if (points.stream().anyMatch(point -> !Double.isNaN(point.y()))) {
      lines.put(name, points);
    }
    return this;
  }

  /** Draws what happened as upright lines. */
  Plot with(List<Happened> newEvents) {
    events = newEvents;
    return this;
  }

  /** Gives each tenfold the same room. */
  Plot tenfolds() {
    tenfolds = true;
    return this;
  }

  /** Over seconds from 0 to {@code seconds}; nothing when no line has a point. */
  String overTime(double seconds) {
    Axis x = Axis.fromZero(seconds);
    return draw(x, x.ticks(), Axis::label, "s");
  }

  /** Over nines: x is the number of them, 1 for 90%, 2 for 99%. */
  String overPercentiles(double nines) {
    List<Double> ticks = new ArrayList<>();
    for (double nine = 0; nine <= nines; nine++) {
      ticks.add(nine);
    }
    DoubleFunction<String> label =
        nine ->
            nine == 0
                ? "0%"
                : nine == 1
                    ? "90%"
                    : "99" + (nine > 2 ? "." + "9".repeat((int) nine - 2) : "") + "%";
    return draw(new Axis(0, nines, false), ticks, label, "");
  }

  private String draw(Axis x, List<Double> ticks, DoubleFunction<String> label, String xUnit) {
    if (lines.isEmpty()) {
      return "";
    }
    double least = values().filter(value -> value > 0).min().orElse(1);
    double most = values().max().orElse(1);
    Axis y = tenfolds ? Axis.tenfolds(least, most) : Axis.fromZero(most * 1.05);
    Svg svg = new Svg(WIDTH, HEIGHT, title);
    svg.text("title", LEFT, 13, title + (unit.isEmpty() ? "" : ", " + unit));
    for (double tick : y.ticks()) {
      svg.line("grid", LEFT, py(y, tick), WIDTH - RIGHT, py(y, tick));
      svg.text("label", LEFT - 6, py(y, tick) + 4, Axis.label(tick));
    }
    for (double tick : ticks) {
      svg.line("grid", px(x, tick), TOP, px(x, tick), HEIGHT - BOTTOM);
      svg.text("middle", px(x, tick), HEIGHT - BOTTOM + 16, label.apply(tick) + xUnit);
    }
    drawEvents(svg, x);
    int colour = 0;
    for (Map.Entry<String, List<Point>> line : lines.entrySet()) {
      drawLine(svg, line.getKey(), line.getValue(), colour++, x, y);
    }
    return svg.end();
  }

  private java.util.stream.DoubleStream values() {
    return lines.values().stream()
        .flatMap(List::stream)
        .mapToDouble(Point::y)
        .filter(value -> !Double.isNaN(value));
  }

  private void drawEvents(Svg svg, Axis x) {
    int row = 0;
    for (Happened event : events) {
      double at = px(x, event.atSeconds());
      svg.line("event", at, TOP, at, HEIGHT - BOTTOM);
      svg.text("note", at + 3, TOP + 10 + 12 * (row++ % 4), event.name());
    }
  }

  private static void drawLine(
      Svg svg, String name, List<Point> points, int index, Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (Point point : points) {
      if (Double.isNaN(point.y())) {
        pen = false;
        continue;
      }
      path.append(
          String.format(
              java.util.Locale.ROOT,
              "%s%.1f %.1f",
              pen ? "L" : "M",
              px(x, point.x()),
              py(y, point.y())));
      pen = true;
    }
    String colour = "s" + index % COLOURS;
    svg.add("<path class=\"line " + colour + "\" d=\"" + path + "\"/>");
    svg.text("key " + colour, WIDTH - RIGHT + 10, TOP + 10 + 16 * index, name);
  }

  private static double px(Axis axis, double value) {
    return LEFT + axis.part(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double py(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.part(value) * (HEIGHT - BOTTOM - TOP);
  }
}
