package dev.cofre.benchmarks.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** One page that needs nothing else: verdict, plots, advice, all figures. */
final class HtmlReport {
  private static final List<String> BY_SIZE =
      List.of(
          "envelope.BareBenchmark.seal",
          "envelope.BatchBenchmark.seal",
          "envelope.SingleBenchmark.seal",
          "envelope.SingleBenchmark.open");

  private final Report report;
  private final StringBuilder page = new StringBuilder();

  private HtmlReport(Report report) {
    this.report = report;
  }

  static String of(Report report) {
    return new HtmlReport(report).page();
  }

  private String page() {
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    page.append("<title>Cofre benchmarks</title><style>").append(style()).append("</style></head>");
    page.append("<body><main><h1>Cofre benchmarks</h1>");
    verdict();
    section("Advice from these figures", list(Advice.of(report)));
    section("Ratios and their gates", ratios());
    section("Time per item by size, ns", bySize(BY_SIZE, Row::ns));
    section("Throughput by size, GB/s", bySize(BY_SIZE, row -> size(row) / row.ns()));
    section("Garbage per item, bytes", garbage());
    section("AEAD back ends, throughput by size, GB/s", backEnds());
    section("All figures", figures());
    return page.append("</main></body></html>\n").toString();
  }

  private void verdict() {
    long missed = report.missed().size();
    page.append(
        String.format(
            Locale.ROOT,
            "<p class=\"%s\">%s</p><dl>",
            missed == 0 ? "good" : "missed",
            missed == 0
                ? "All " + report.gated().size() + " gates hold"
                : missed + " of " + report.gated().size() + " gates are missed"));
    report
        .environment()
        .forEach(
            (key, value) ->
                page.append(
                    String.format(
                        Locale.ROOT,
                        "<dt>%s</dt><dd>%s</dd>",
                        Html.escape(key),
                        Html.escape(value))));
    page.append("</dl>");
  }

  private void section(String title, String content) {
    if (!content.isEmpty()) {
      page.append("<section><h2>").append(Html.escape(title)).append("</h2>");
      page.append(content).append("</section>\n");
    }
  }

  private static String list(List<String> lines) {
    StringBuilder list = new StringBuilder();
    lines.forEach(line -> list.append("<li>").append(Html.escape(line)).append("</li>"));
    return lines.isEmpty() ? "" : "<ul>" + list + "</ul>";
  }

  /** Bars are multiples of the gate, so that all gates stand on one line. */
  private String ratios() {
    if (report.gated().isEmpty()) {
      return "";
    }
    BarChart chart = new BarChart("ratios, as multiples of their gates", 3);
    for (Row row : report.gated()) {
      Gate gate = row.gate();
      double gated = gate.atLeast() * report.effort().margin();
      chart.add(
          gate.what() + " / " + gate.reference().shortName(),
          row.ratio() / gated,
          String.format(Locale.ROOT, "%.2f (gate %s)", row.ratio(), MarkdownTable.number(gated)),
          1,
          row.holds(report.effort().margin()));
    }
    return "<p>Better to the right; the line is the gate, a bar ends at three times it.</p>"
        + chart.svg();
  }

  private String bySize(List<String> names, ToDoubleFunction<Row> value) {
    SizeChart chart = new SizeChart("by size");
    for (Row row : report.rows()) {
      if (names.contains(row.subject().name()) && size(row) > 0) {
        String series = row.subject().shortName() + " " + row.subject().param("backEnd");
        chart.add(series, size(row), value.applyAsDouble(row));
      }
    }
    return chart.isEmpty() ? "" : chart.svg();
  }

  private String backEnds() {
    return bySize(
        List.of("aead.AeadBenchmark.seal", "aead.AeadBenchmark.sealNewKey"),
        row -> size(row) / row.ns());
  }

  private String garbage() {
    Function<Row, String> label =
        row -> row.subject().shortName() + " " + row.subject().paramText();
    List<Row> rows =
        report.subjects().stream()
            .filter(row -> row.subject().param("size").equals("1024"))
            .toList();
    double most = rows.stream().mapToDouble(Row::bytes).max().orElse(1);
    BarChart chart = new BarChart("garbage per item of 1 KiB", Math.min(most, 8000));
    rows.forEach(
        row ->
            chart.add(
                label.apply(row),
                row.bytes(),
                String.format(Locale.ROOT, "%,.0f B", row.bytes()),
                0,
                true));
    return rows.isEmpty() ? "" : "<p>Items of 1 KiB.</p>" + chart.svg();
  }

  private String figures() {
    StringBuilder table = new StringBuilder("<div class=\"wide\"><table><tr>");
    for (String head :
        List.of("benchmark", "parameters", "ns", "±", "B", "against", "measure", "ratio", "gate")) {
      table.append("<th>").append(head).append("</th>");
    }
    table.append("</tr>");
    report.rows().forEach(row -> table.append(line(row)));
    return table.append("</table></div>").toString();
  }

  private String line(Row row) {
    Gate gate = row.gate();
    String held =
        gate == null
            ? "<td></td><td></td><td></td><td></td>"
            : String.format(
                Locale.ROOT,
                "<td>%s</td><td>%s</td><td class=\"%s\">%.2f</td><td>%s</td>",
                Html.escape(gate.reference()),
                gate.measure(),
                row.holds(report.effort().margin()) ? "good" : "missed",
                row.ratio(),
                MarkdownTable.number(gate.atLeast()));
    return String.format(
            Locale.ROOT,
            "<tr><td>%s</td><td>%s</td><td>%,.0f</td><td>%,.0f</td><td>%,.0f</td>",
            Html.escape(row.subject().name()),
            Html.escape(row.subject().paramText()),
            row.ns(),
            row.errorNs(),
            row.bytes())
        + held
        + "</tr>\n";
  }

  private static int size(Row row) {
    String size = row.subject().param("size");
    return size.isEmpty() ? 0 : Integer.parseInt(size);
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("/report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
