package dev.cofre.loadtest.report;

import java.util.Locale;

/** Text of a drawing, part by part. Not thread-safe. */
final class Svg {
  private final StringBuilder text = new StringBuilder();

  Svg(int width, int height, String title) {
    text.append("<svg viewBox=\"0 0 ").append(width).append(' ').append(height);
    text.append("\" role=\"img\" aria-label=\"").append(escape(title)).append("\">");
  }

  /** What HTML and SVG take for text alone. */
  static String escape(String raw) {
    return raw.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  Svg add(String part) {
    text.append(part);
    return this;
  }

  Svg line(String type, double x1, double y1, double x2, double y2) {
    return add(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            type,
            x1,
            y1,
            x2,
            y2));
  }

  Svg text(String type, double x, double y, String words) {
    return add(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
            type,
            x,
            y,
            escape(words)));
  }

  String end() {
    return text.append("</svg>").toString();
  }
}
