package dev.cofre.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One HTML file that needs nothing else and reaches for nothing. Not thread-safe. */
public final class Page {
  private final StringBuilder html = new StringBuilder();

  /** With {@code title} in its head. */
  public Page(String title) {
    html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
        .append("<title>")
        .append(Html.escape(title))
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

  /** A heading of {@code level} 1 to 6. */
  public Page heading(int level, String words) {
    html.append("<h").append(level).append('>').append(Html.escape(words));
    html.append("</h").append(level).append(">\n");
    return this;
  }

  /** What it all comes to, in large letters. */
  public Page verdict(boolean good, String words) {
    html.append("<p class=\"verdict ").append(good ? "good" : "missed").append("\">");
    html.append(Html.escape(words)).append("</p>\n");
    return this;
  }

  /** What it all comes to, in large letters, when it is neither good nor bad. */
  public Page verdict(String words) {
    html.append("<p class=\"verdict\">").append(Html.escape(words)).append("</p>\n");
    return this;
  }

  /** Text. */
  public Page paragraph(String words) {
    html.append("<p>").append(Html.escape(words)).append("</p>\n");
    return this;
  }

  /** A figure of {@link Plot} or {@link Bars}, or nothing. */
  public Page drawing(String figure) {
    html.append(figure).append('\n');
    return this;
  }

  /** Points; nothing when there is none. */
  public Page list(List<String> lines) {
    if (lines.isEmpty()) {
      return this;
    }
    html.append("<ul>\n");
    lines.forEach(line -> html.append("<li>").append(Html.escape(line)).append("</li>\n"));
    html.append("</ul>\n");
    return this;
  }

  /** Names and what they are. */
  public Page facts(Map<String, String> facts) {
    html.append("<dl>\n");
    facts.forEach(
        (name, value) ->
            html.append("<dt>")
                .append(Html.escape(name))
                .append("</dt><dd>")
                .append(Html.escape(value))
                .append("</dd>\n"));
    html.append("</dl>\n");
    return this;
  }

  /**
   * The first cell of each row is a name, the others are figures; {@code holds} and {@code missed}
   * are shown as such.
   */
  public Page table(List<String> head, List<List<String>> rows) {
    html.append("<div class=\"wide\"><table><tr>");
    for (int i = 0; i < head.size(); i++) {
      html.append(i == 0 ? "<th>" : "<th class=\"n\">");
      html.append(Html.escape(head.get(i))).append("</th>");
    }
    html.append("</tr>\n");
    for (List<String> row : rows) {
      html.append("<tr>");
      for (int i = 0; i < row.size(); i++) {
        html.append(i == 0 ? "<td>" : cell(row.get(i)));
        html.append(Html.escape(row.get(i))).append("</td>");
      }
      html.append("</tr>\n");
    }
    html.append("</table></div>\n");
    return this;
  }

  private static String cell(String words) {
    return switch (words.toLowerCase(Locale.ROOT)) {
      case "holds" -> "<td class=\"n good\">";
      case "missed" -> "<td class=\"n missed\">";
      default -> "<td class=\"n\">";
    };
  }

  /** The whole file. */
  public String end() {
    return html.append("</main></body></html>\n").toString();
  }
}
