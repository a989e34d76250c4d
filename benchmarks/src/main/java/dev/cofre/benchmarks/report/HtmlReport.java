package dev.cofre.benchmarks.report;

import dev.cofre.report.Bars;
import dev.cofre.report.Page;
import dev.cofre.report.Plot;
import dev.cofre.report.Plot.Point;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** {@code report.html}: the verdict first, then what to do about it, then what shows it. */
final class HtmlReport {
  private static final List<String> BY_SIZE =
      List.of(
          "envelope.BareBenchmark.seal",
          "envelope.BatchBenchmark.seal",
          "envelope.SingleBenchmark.seal",
          "envelope.SingleBenchmark.open");
  private static final List<String> BACK_ENDS =
      List.of("aead.AeadBenchmark.seal", "aead.AeadBenchmark.sealNewKey");

  /** A bar ends at so many times its gate. */
  private static final double BAR_MOST = 3;

  private static final double GARBAGE_MOST = 8_000;

  private final Report report;
  private final History history;
  private final Page page = new Page("Cofre benchmarks");

  private HtmlReport(Report report, History history) {
    this.report = report;
    this.history = history;
  }

  static String of(Report report, History history) {
    return new HtmlReport(report, history).text();
  }

  private String text() {
    page.heading(1, "Benchmarks");
    verdict();
    page.heading(2, "Advice").list(Advice.of(report));
    section("Ratios and their gates", "Better to the right. The line is the gate.", ratios());
    section(
        "Committed runs",
        "The ratio of each gate from the oldest run in docs/perf/runs to the newest, and this one at the right; the"
            + " line is the gate.",
        courses());
    committed();
    page.heading(2, "By size");
    page.drawing(bySize("Time for an item", "ns", BY_SIZE, Row::ns));
    page.drawing(bySize("Throughput", "GB/s", BY_SIZE, row -> size(row) / row.ns()));
    page.drawing(bySize("AEAD back ends", "GB/s", BACK_ENDS, row -> size(row) / row.ns()));
    section("Garbage", "Bytes for an item of 1 KiB.", garbage());
    page.heading(2, "All figures");
    figures();
    page.heading(2, "Environment").facts(report.environment());
    return page.end();
  }

  private void verdict() {
    int missed = report.missed().size();
    int all = report.gated().size();
    page.verdict(
        missed == 0,
        missed == 0 ? "All " + all + " gates hold" : missed + " of " + all + " gates are missed");
  }

  private void section(String title, String words, String drawing) {
    if (!drawing.isEmpty()) {
      page.heading(2, title).paragraph(words).drawing(drawing);
    }
  }

  /** Bars are multiples of the gate, so that all gates stand on one line. */
  private String ratios() {
    Bars bars = new Bars(BAR_MOST);
    for (Row row : report.gated()) {
      double gate = gate(row);
      bars.add(
          name(row.gate()),
          row.ratio() / gate,
          String.format(Locale.ROOT, "%.2f (gate %s)", row.ratio(), MarkdownTable.number(gate)),
          1,
          holds(row));
    }
    return bars.html();
  }

  private String courses() {
    Bars bars = new Bars(BAR_MOST);
    for (Row row : report.gated()) {
      List<Double> ratios = new ArrayList<>(history.ratios(key(row)));
      if (!ratios.isEmpty()) {
        ratios.add(row.ratio());
        double gate = row.gate().atLeast();
        bars.course(
            name(row.gate()),
            ratios.stream().map(ratio -> ratio / gate).toList(),
            String.format(Locale.ROOT, "%.2f → %.2f", ratios.getFirst(), row.ratio()),
            1,
            holds(row));
      }
    }
    return bars.html();
  }

  private static String key(Row row) {
    return ResultsJson.key(new JsonObject(ResultsJson.object(row).encode()));
  }

  private void committed() {
    if (history.runs().isEmpty()) {
      page.heading(2, "Committed runs")
          .paragraph("None yet: ./cofre bench --keep writes this run where it can be committed.");
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (History.Past past : history.runs()) {
      long held =
          report.gated().stream()
              .filter(row -> past.ratios().getOrDefault(key(row), 0.0) >= row.gate().atLeast())
              .count();
      rows.add(List.of(past.name(), past.ratios().size() + "", held + ""));
    }
    page.table(List.of("run", "ratios", "at or above today's gates"), rows);
  }

  private static String name(Gate gate) {
    return gate.what() + " / " + gate.against();
  }

  private double gate(Row row) {
    return row.gate().atLeast() * report.effort().margin();
  }

  private boolean holds(Row row) {
    return row.holds(report.effort().margin());
  }

  private String bySize(
      String title, String unit, List<String> names, ToDoubleFunction<Row> value) {
    Map<String, List<Point>> series = new TreeMap<>();
    for (Row row : report.subjects()) {
      if (names.contains(row.subject().name()) && size(row) > 0) {
        String name = row.subject().shortName() + " " + row.subject().param("backEnd");
        series
            .computeIfAbsent(name.strip(), n -> new ArrayList<>())
            .add(new Point(size(row), value.applyAsDouble(row)));
      }
    }
    Plot plot = new Plot(title, unit);
    series.forEach(
        (name, points) -> {
          points.sort(Comparator.comparingDouble(Point::x));
          plot.add(name, points);
        });
    return plot.overSizes();
  }

  private String garbage() {
    List<Row> rows =
        report.subjects().stream()
            .filter(row -> row.subject().param("size").equals("1024"))
            .toList();
    double most = rows.stream().mapToDouble(Row::bytes).max().orElse(1);
    Bars bars = new Bars(Math.min(most, GARBAGE_MOST));
    for (Row row : rows) {
      Map<String, String> params = new TreeMap<>(row.subject().params());
      params.remove("size");
      bars.add(
          row.subject().shortName() + " " + String.join(" ", params.values()),
          row.bytes(),
          String.format(Locale.ROOT, "%,.0f B", row.bytes()),
          0,
          true);
    }
    return bars.html();
  }

  private void figures() {
    List<List<String>> rows = new ArrayList<>();
    for (Row row : report.rows()) {
      Gate gate = row.gate();
      rows.add(
          List.of(
              row.subject().toString(),
              String.format(Locale.ROOT, "%,.0f", row.ns()),
              String.format(Locale.ROOT, "%,.0f", row.errorNs()),
              String.format(Locale.ROOT, "%,.0f", row.bytes()),
              gate == null ? "" : gate.against() + ", " + gate.measure(),
              gate == null ? "" : String.format(Locale.ROOT, "%.2f", row.ratio()),
              gate == null ? "" : MarkdownTable.number(gate.atLeast()),
              gate == null ? "" : holds(row) ? "holds" : "missed"));
    }
    page.table(List.of("benchmark", "ns", "±", "B", "against", "ratio", "gate", ""), rows);
  }

  private static int size(Row row) {
    String size = row.subject().param("size");
    return size.isEmpty() ? 0 : Integer.parseInt(size);
  }
}
