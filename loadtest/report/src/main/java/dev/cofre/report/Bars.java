package dev.cofre.report;

import java.util.List;
import java.util.Locale;

/** Rows of a name, a bar or a course, and a figure. Not thread-safe. */
public final class Bars {
  private static final int COURSE_WIDTH = 200;
  private static final int COURSE_HEIGHT = 26;
  private static final double COURSE_EDGE = 3;

  private final StringBuilder rows = new StringBuilder();
  private final double most;

  /** Bars longer than {@code most} are cut there; the figure beside them tells. */
  public Bars(double most) {
    this.most = most > 0 ? most : 1;
  }

  /**
   * A bar.
   *
   * @param mark where an upright line stands; 0: none
   */
  public Bars add(String name, double value, String figure, double mark, boolean good) {
    String line = mark > 0 ? "<b style=\"left:" + percent(mark) + "\"></b>" : "";
    return row(
        name,
        "<span class=\"track\"><i class=\""
            + (good ? "good" : "missed")
            + "\" style=\"width:"
            + percent(value)
            + "\"></i>"
            + line
            + "</span>",
        figure);
  }

  /** How a value went, the latest at the right, beside an even line at {@code mark}. */
  public Bars course(String name, List<Double> values, String figure, double mark, boolean good) {
    double step = (COURSE_WIDTH - 2 * COURSE_EDGE) / Math.max(1, values.size() - 1);
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      path.append(
          String.format(
              Locale.ROOT,
              i == 0 ? "M%.1f %.1fh.1" : "L%.1f %.1f",
              COURSE_EDGE + i * step,
              height(values.get(i))));
    }
    String svg =
        String.format(
            Locale.ROOT,
            "<svg class=\"course\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                + "<line class=\"mark\" x1=\"0\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                + "<path class=\"line %s\" d=\"%s\"/></svg>",
            COURSE_WIDTH,
            COURSE_HEIGHT,
            COURSE_WIDTH,
            height(mark),
            height(mark),
            good ? "s0" : "s4",
            path);
    return row(name, svg, figure);
  }

  private double height(double value) {
    double part = Math.clamp(value / most, 0, 1);
    return COURSE_HEIGHT - COURSE_EDGE - part * (COURSE_HEIGHT - 2 * COURSE_EDGE);
  }

  private Bars row(String name, String drawing, String figure) {
    rows.append("<div class=\"row\"><span class=\"what\">")
        .append(Html.escape(name))
        .append("</span>")
        .append(drawing)
        .append("<span class=\"figure\">")
        .append(Html.escape(figure))
        .append("</span></div>\n");
    return this;
  }

  private String percent(double value) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * Math.clamp(value / most, 0, 1));
  }

  /** All rows; nothing when there is none. */
  public String html() {
    return rows.isEmpty() ? "" : "<div class=\"bars\">\n" + rows + "</div>\n";
  }
}
