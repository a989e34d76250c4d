package dev.cofre.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ratios are taken within a round, and everything measured is written. */
class ReportTest {
  private static final Suite SUITE = new Suite();
  private static final String TEXT =
      """
      batch <fast> | envelope.BatchBenchmark.seal size=1024 | speed | envelope.BareBenchmark.seal size=1024 | 0.9
      garbage | envelope.BatchBenchmark.seal size=1024 | garbage+32 | envelope.BareBenchmark.seal size=1024 | 1
      """;
  private static final List<Gate> GATES = Gate.parse(TEXT, SUITE);
  private static final Subject OURS = GATES.get(0).subject();
  private static final Subject BARE = GATES.get(0).reference();
  private static final Subject SINGLE = SUITE.subject("envelope.SingleBenchmark.seal size=16384");

  private final Measurements measurements = new Measurements();

  /** The machine is three times slower in the second round. */
  private Report report(Effort effort) {
    measurements.add(BARE, 1, new Sample(80, 850));
    measurements.add(OURS, 1, new Sample(100, 870));
    measurements.add(BARE, 2, new Sample(240, 850));
    measurements.add(OURS, 2, new Sample(300, 890));
    measurements.add(BARE, 3, new Sample(95, 850));
    measurements.add(OURS, 3, new Sample(100, 870));
    measurements.add(SINGLE, 4, new Sample(5000, 1700));
    return new Report(Row.all(measurements, GATES), effort, Map.of("cpu", "a & b"));
  }

  @Test
  void aRatioIsTheMedianOfThoseOfARound() {
    Report report = report(Effort.GATE);
    assertEquals(0.8, report.rows().get(0).ratio(), 1e-9);
    assertEquals(882.0 / 870, report.rows().get(1).ratio(), 1e-9);
    assertEquals(100, report.rows().get(0).ns());
    assertEquals(100, report.rows().get(0).errorNs());
  }

  @Test
  void aGateIsMissedBelowItsMargin() {
    assertEquals(List.of("batch <fast>"), missed(report(Effort.GATE)));
    assertEquals(List.of(), missed(report(Effort.QUICK)));
  }

  private static List<String> missed(Report report) {
    return report.missed().stream().map(row -> row.gate().what()).toList();
  }

  @Test
  void anEvenNumberOfRoundsTakesTheMiddle() {
    measurements.add(BARE, 1, new Sample(100, 0));
    measurements.add(OURS, 1, new Sample(100, 0));
    measurements.add(BARE, 2, new Sample(300, 0));
    measurements.add(OURS, 2, new Sample(100, 0));
    measurements.add(OURS, 3, new Sample(1, 0));
    assertEquals(2, measurements.ratio(GATES.get(0)).orElseThrow(), 1e-9);
    assertEquals(32, measurements.ratio(GATES.get(1)).orElseThrow(), 1e-9);
  }

  @Test
  void theJsonHasTheAgreedShape() {
    JsonObject json = new JsonObject(ResultsJson.of(report(Effort.GATE)));
    assertEquals(Set.of("benchmarks", "environment"), json.fieldNames());
    assertEquals(4, json.getJsonArray("benchmarks").size());
    for (Object each : json.getJsonArray("benchmarks")) {
      JsonObject row = (JsonObject) each;
      assertEquals(
          List.of(
              "name",
              "params",
              "score",
              "unit",
              "error",
              "bytesPerOp",
              "reference",
              "ratio",
              "gate"),
          List.copyOf(row.fieldNames()));
      assertEquals(row.getValue("ratio") == null, row.getValue("gate") == null);
    }
    JsonObject first = json.getJsonArray("benchmarks").getJsonObject(0);
    assertEquals(
        new JsonObject("{\"backEnd\":\"sunjce\",\"size\":\"1024\"}"), first.getValue("params"));
    assertEquals(0.8, first.getDouble("ratio"));
    assertEquals(0.9, first.getDouble("gate"));
    assertEquals(
        "envelope.BareBenchmark.seal backEnd=sunjce size=1024 (speed)",
        first.getString("reference"));
    assertNull(json.getJsonArray("benchmarks").getJsonObject(3).getValue("gate"));
  }

  @Test
  void thePageNeedsNothingElse() {
    String page = HtmlReport.of(report(Effort.GATE), History.NONE);
    assertFalse(page.matches("(?s).*(src=|href=|url\\(|@import|<script|https?:).*"));
    assertTrue(page.contains("1 of 2 gates are missed"));
    assertTrue(page.contains("batch &lt;fast&gt;"));
    assertTrue(page.contains("a &amp; b"));
    assertFalse(page.contains("<fast>"));
    assertEquals(2, page.split("<svg class=\"plot\" ", -1).length - 1, "by size: time, throughput");
    assertTrue(page.contains("--keep"), "no run is committed");
  }

  @Test
  void thePageShowsTheRunsThatWereCommitted(@TempDir Path folder) throws Exception {
    Report report = report(Effort.GATE);
    for (String day : List.of("2026-03-02", "2026-03-01")) {
      JsonObject run = new JsonObject(ResultsJson.of(report));
      double ratio = day.endsWith("1") ? 0.4 : 0.95;
      run.getJsonArray("benchmarks").getJsonObject(0).put("ratio", ratio);
      run.getJsonObject("environment").put("date", day + "T10:00:00Z").put("commit", "c" + day);
      Files.writeString(folder.resolve(day + ".json"), run.encode());
    }
    History history = History.read(folder);
    assertEquals(
        List.of("2026-03-01 c2026-03-01", "2026-03-02 c2026-03-02"),
        history.runs().stream().map(History.Past::name).toList());
    String key = ResultsJson.key(new JsonObject(ResultsJson.object(report.rows().get(0)).encode()));
    assertEquals(List.of(0.4, 0.95), history.ratios(key));
    String page = HtmlReport.of(report, history);
    assertTrue(page.contains("0.40 → 0.80"), "from the oldest to this one");
    assertTrue(page.contains("2026-03-02 c2026-03-02"));

    Files.writeString(folder.resolve("broken.json"), "{}");
    IOException broken = assertThrows(IOException.class, () -> History.read(folder));
    assertTrue(broken.getMessage().contains("broken.json"), broken.getMessage());
  }

  @Test
  void theAdviceNamesWhatIsMissedAndHowNoisyItWas() {
    String advice = String.join("\n", Advice.of(report(Effort.GATE)));
    assertTrue(advice.contains("Missed: batch <fast>, 0.80 of Bare.seal, where 0.9 must"), advice);
    assertTrue(advice.contains("busy with other work"), advice);
  }

  @Test
  void theTableHoldsGatesAndFigures() {
    String table = MarkdownTable.of(report(Effort.GATE));
    assertTrue(
        table.contains("| batch <fast> | speed | Bare.seal | 0.80 | 0.9 | **missed** |"), table);
    assertTrue(
        table.contains("| envelope.SingleBenchmark.seal backEnd=sunjce size=16384 | 5,000 | 0 |"),
        table);
  }
}
