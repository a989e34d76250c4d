package dev.cofre.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Lines over time, percentiles or sizes, as a figure with an inline drawing. Colours are the page's
 * variables, and each line has a dash of its own: it is read in the dark and in print. Not
 * thread-safe.
 */
public final class Plot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 250;
  private static final int LEFT = 66;
  private static final int RIGHT = 30;
  private static final int TOP = 14;
  private static final int BOTTOM = 30;
  private static final int STYLES = 6;
  private static final int NOTE_LENGTH_MAX = 28;
  private static final int NOTE_ROWS = 4;

  /** What stands at the ends of sizes that are shown. */
  private static final List<Double> SIZES =
      List.of(16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 1_048_576.0);

  /** A place on a line; a NaN breaks the line. */
  public record Point(double x, double y) {}

  /** What happened at {@code x}. */
  public record Mark(double x, String name) {}

  private final String title;
  private final String unit;
  private final Map<String, List<Point>> lines = new LinkedHashMap<>();
  private List<Mark> marks = List.of();
  private boolean tenfolds;

  /**
   * A plot without lines.
   *
   * @param unit of its values; empty: the title says it
   */
  public Plot(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** Adds a line, unless it has no point. */
  public Plot add(String name, List<Point> points) {
    if (points.stream().anyMatch(point -> !Double.isNaN(point.y()))) {
      lines.put(name, points);
    }
    return this;
  }

  /** Draws what happened as upright lines. */
  public Plot with(List<Mark> newMarks) {
    marks = newMarks;
    return this;
  }

  /** Gives each tenfold the same room. */
  public Plot tenfolds() {
    tenfolds = true;
    return this;
  }

  /** Over seconds from 0 to {@code seconds}; nothing when no line has a point. */
  public String overTime(double seconds) {
    return over(seconds, "s");
  }

  /** The same over another {@code unitOfTime}, which stands at its ticks. */
  public String over(double length, String unitOfTime) {
    Axis x = Axis.fromZero(length);
    return draw(x, x.ticks(), tick -> Axis.label(tick) + " " + unitOfTime);
  }

  /** Over nines: x is the number of them, 1 for 90%, 2 for 99%. */
  public String overPercentiles(double nines) {
    List<Double> ticks = new ArrayList<>();
    for (double nine = 0; nine <= nines; nine++) {
      ticks.add(nine);
    }
    return draw(new Axis(0, nines, false), ticks, Plot::percentile);
  }

  private static String percentile(double nines) {
    int count = (int) nines;
    return switch (count) {
      case 0 -> "0%";
      case 1 -> "90%";
      default -> "99" + (count > 2 ? "." + "9".repeat(count - 2) : "") + "%";
    };
  }

  /** Over numbers of bytes, both axes logarithmic. */
  public String overSizes() {
    tenfolds = true;
    Axis x = Axis.around(values(Point::x).min().orElse(1), values(Point::x).max().orElse(1));
    List<Double> ticks =
        SIZES.stream().filter(size -> size >= x.low() && size <= x.high()).toList();
    return draw(x, ticks, Axis::bytes);
  }

  private String draw(Axis x, List<Double> ticks, DoubleFunction<String> label) {
    if (lines.isEmpty()) {
      return "";
    }
    double least = values(Point::y).filter(value -> value > 0).min().orElse(1);
    double most = values(Point::y).max().orElse(1);
    Axis y = tenfolds ? Axis.tenfolds(least, most) : Axis.fromZero(most * 1.05);
    StringBuilder svg = new StringBuilder();
    for (double tick : y.ticks()) {
      line(svg, "grid", LEFT, py(y, tick), WIDTH - RIGHT, py(y, tick));
      text(svg, "label", LEFT - 7, py(y, tick) + 4, Axis.label(tick));
    }
    for (double tick : ticks) {
      line(svg, "grid", px(x, tick), TOP, px(x, tick), HEIGHT - BOTTOM);
      text(svg, "middle", px(x, tick), HEIGHT - BOTTOM + 18, label.apply(tick));
    }
    drawMarks(svg, x);
    int style = 0;
    for (List<Point> points : lines.values()) {
      svg.append(path(points, style++, x, y));
    }
    return figure(svg);
  }

  /** The key stands in the page's own text, so that it wraps and is as large as that. */
  private String figure(StringBuilder svg) {
    String words = Html.escape(unit.isEmpty() ? title : title + ", " + unit);
    StringBuilder figure = new StringBuilder("<figure><figcaption><b>" + words + "</b>");
    int style = 0;
    for (String name : lines.keySet()) {
      figure
          .append(
              " <span class=\"key\"><svg class=\"swatch\" viewBox=\"0 0 26 8\" aria-hidden=\"true\">")
          .append("<path class=\"line ")
          .append(style(style++))
          .append("\" d=\"M1 4H25\"/></svg>")
          .append(Html.escape(name))
          .append("</span>");
    }
    return figure
        .append("</figcaption><div class=\"wide\"><svg class=\"plot\" viewBox=\"0 0 ")
        .append(WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"" + words + "\">")
        .append(svg)
        .append("</svg></div></figure>\n")
        .toString();
  }

  /** Colours and dashes; when all are taken, the colours again with a dash that no other has. */
  private static String style(int line) {
    return "s" + line % STYLES + (line < STYLES ? "" : " again");
  }

  private DoubleStream values(ToDoubleFunction<Point> of) {
    return lines.values().stream()
        .flatMap(List::stream)
        .filter(point -> !Double.isNaN(point.y()))
        .mapToDouble(of);
  }

  private void drawMarks(StringBuilder svg, Axis x) {
    int row = 0;
    for (Mark mark : marks) {
      double at = px(x, mark.x());
      boolean right = at > (WIDTH - RIGHT + LEFT) / 2.0;
      line(svg, "event", at, TOP, at, HEIGHT - BOTTOM);
      text(
          svg,
          right ? "note before" : "note",
          right ? at - 4 : at + 4,
          TOP + 10 + 13 * (row++ % NOTE_ROWS),
          Html.cut(mark.name(), NOTE_LENGTH_MAX));
    }
  }

  /** A point alone is a dot: its line goes nowhere, and ends round. */
  private static String path(List<Point> points, int style, Axis x, Axis y) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (Point point : points) {
      if (!Double.isNaN(point.y())) {
        String where = String.format(Locale.ROOT, "%.1f %.1f", px(x, point.x()), py(y, point.y()));
        path.append(pen ? "L" + where : "M" + where + "h.1");
      }
      pen = !Double.isNaN(point.y());
    }
    return "<path class=\"line " + style(style) + "\" d=\"" + path + "\"/>";
  }

  private static void line(
      StringBuilder svg, String type, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            type,
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, String type, double x, double y, String words) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
            type,
            x,
            y,
            Html.escape(words)));
  }

  private static double px(Axis axis, double value) {
    return LEFT + axis.part(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double py(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.part(value) * (HEIGHT - BOTTOM - TOP);
  }
}
