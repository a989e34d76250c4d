package dev.cofre.loadtest.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One HTML file that needs nothing else and reaches for nothing. Not thread-safe. */
final class Page {
  private final StringBuilder html = new StringBuilder();

  Page(String title) {
    html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
        .append("<title>")
        .append(Svg.escape(title))
        .append("</title><style>\n")
        .append(style())
        .append("</style></head><body><main>\n");
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream("page.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Page heading(int level, String words) {
    html.append("<h").append(level).append('>').append(Svg.escape(words));
    html.append("</h").append(level).append(">\n");
    return this;
  }

  Page verdict(boolean good, String words) {
    html.append("<p class=\"verdict ").append(good ? "good" : "missed").append("\">");
    html.append(Svg.escape(words)).append("</p>\n");
    return this;
  }

  Page paragraph(String words) {
    html.append("<p>").append(Svg.escape(words)).append("</p>\n");
    return this;
  }

  /** A drawing of ours, or nothing. */
  Page drawing(String svg) {
    html.append(svg).append('\n');
    return this;
  }

  Page list(List<String> lines) {
    html.append("<ul>\n");
    lines.forEach(line -> html.append("<li>").append(Svg.escape(line)).append("</li>\n"));
    html.append("</ul>\n");
    return this;
  }

  Page facts(Map<String, String> facts) {
    html.append("<dl>\n");
    facts.forEach(
        (name, value) ->
            html.append("<dt>")
                .append(Svg.escape(name))
                .append("</dt><dd>")
                .append(Svg.escape(value))
                .append("</dd>\n"));
    html.append("</dl>\n");
    return this;
  }

  /**
   * The first cell of each row is a name, the others are figures; a row is good, bad or neither.
   */
  Page table(List<String> head, List<List<String>> rows) {
    html.append("<div class=\"wide\"><table><tr>");
    head.forEach(cell -> html.append(head(cell, head.indexOf(cell) > 0)));
    html.append("</tr>\n");
    for (List<String> row : rows) {
      html.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        html.append(i == 0 ? "<td>" : cell(row.get(i)));
        html.append(Svg.escape(row.get(i))).append("</td>");
      }
      html.append("</tr>\n");
    }
    html.append("</table></div>\n");
    return this;
  }

  private static String head(String words, boolean figure) {
    return (figure ? "<th class=\"n\">" : "<th>") + Svg.escape(words) + "</th>";
  }

  private static String cell(String words) {
    return switch (words.toLowerCase(Locale.ROOT)) {
      case "holds" -> "<td class=\"n good\">";
      case "missed" -> "<td class=\"n missed\">";
      default -> "<td class=\"n\">";
    };
  }

  String end() {
    return html.append("</main></body></html>\n").toString();
  }
}
