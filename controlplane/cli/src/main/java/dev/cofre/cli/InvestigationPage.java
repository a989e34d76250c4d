package dev.cofre.cli;

import dev.cofre.report.Page;
import dev.cofre.report.Plot;
import dev.cofre.report.Plot.Point;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The answer of an investigation as one HTML page, in the style of the other reports. What an
 * attacker may have chosen (names, addresses, what was asked for) is text on it, never markup.
 * Stateless.
 */
final class InvestigationPage {
  private static final double HOUR_MS = TimeUnit.HOURS.toMillis(1);
  private static final double DAY_MS = TimeUnit.DAYS.toMillis(1);
  private static final double MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
  private static final double SECOND_MS = TimeUnit.SECONDS.toMillis(1);

  /** Axes of some units of time. */
  private static final double UNITS_LEAST = 3;

  private InvestigationPage() {}

  /** The page of {@code answer}. */
  static String of(JsonObject answer) {
    JsonObject subject = answer.getJsonObject("subject");
    String title = "Investigation of " + text(subject, "kind") + " " + text(subject, "name");
    Page page = new Page(title).heading(1, title);
    List<String> words =
        answer.getJsonArray("words").stream().map(line -> Terminal.plain((String) line)).toList();
    boolean complete = answer.getBoolean("complete");
    if (!words.isEmpty()) {
      if (complete && !answer.getJsonObject("archive").getBoolean("whole")) {
        page.verdict(words.get(0)); // nothing wrong is known, nor that all was looked at
      } else {
        page.verdict(complete, words.get(0));
      }
      page.list(words.subList(1, words.size()));
    }
    JsonObject baseline = answer.getJsonObject("baseline");
    page.facts(Map.of("Time", text(answer, "from") + " to " + text(answer, "to")));
    page.facts(
        Map.of(
            "Held against",
            baseline.getLong("lookedAtMs") == 0
                ? nothing(baseline)
                : text(baseline, "from") + " to " + text(baseline, "to")));
    page.heading(2, "Events over time").drawing(plot(answer.getJsonObject("rate")));
    for (InvestigationTable table : InvestigationTable.ALL) {
      List<JsonObject> rows = table.rows(answer);
      if (!rows.isEmpty()) {
        page.heading(2, table.title());
        table(page, table.cells(), rows);
        if (!table.more(answer).isEmpty()) {
          page.paragraph(table.more(answer));
        }
      }
    }
    examples(page, answer.getJsonArray("examples"));
    page.heading(2, "What the archive holds");
    table(
        page,
        AuditInvestigateCommand.archiveCells(),
        AuditInvestigateCommand.objects(answer.getJsonObject("archive").getJsonArray("items")));
    return page.end();
  }

  /** Why it is held against nothing. */
  private static String nothing(JsonObject baseline) {
    String begins = baseline.getString("archiveBegins");
    return begins != null && Instant.parse(begins).isBefore(Instant.parse(baseline.getString("to")))
        ? "nothing: the time was over before the time before was looked at"
        : "nothing: the archive holds no time before";
  }

  private static void examples(Page page, JsonArray examples) {
    if (examples.isEmpty()) {
      return;
    }
    page.heading(2, "Examples")
        .paragraph(
            "Proof of one, in the archive's folder of its log: ./cofre audit receipt make --request"
                + " REQUEST DIRECTORY/node-NODE");
    List<InvestigationTable.Cell> cells = new ArrayList<>();
    for (String field :
        List.of(
            "time",
            "shows",
            "principal",
            "address",
            "action",
            "key",
            "outcome",
            "code",
            "bytes",
            "requestId",
            "log")) {
      cells.add(new InvestigationTable.Cell(field, row -> text(row, field)));
    }
    table(page, cells, AuditInvestigateCommand.objects(examples));
  }

  private static void table(Page page, List<InvestigationTable.Cell> cells, List<JsonObject> rows) {
    page.table(
        cells.stream().map(InvestigationTable.Cell::heading).toList(),
        rows.stream()
            .map(row -> cells.stream().map(cell -> cell.value().apply(row)).toList())
            .toList());
  }

  private static String text(JsonObject object, String field) {
    return InvestigationTable.text(object, field);
  }

  /** Both times over one another, from their begin. */
  private static String plot(JsonObject rate) {
    double partMs = rate.getDouble("partMs");
    double lengthMs = partMs * rate.getJsonArray("events").size();
    double unitMs =
        lengthMs > UNITS_LEAST * DAY_MS
            ? DAY_MS
            : lengthMs > UNITS_LEAST * HOUR_MS
                ? HOUR_MS
                : lengthMs > UNITS_LEAST * MINUTE_MS ? MINUTE_MS : SECOND_MS;
    String unit =
        unitMs == DAY_MS ? "d" : unitMs == HOUR_MS ? "h" : unitMs == MINUTE_MS ? "min" : "s";
    return new Plot("Events", "from the begin of each time")
        .add("this time", points(rate.getJsonArray("events"), partMs / unitMs))
        .add("the time before", points(rate.getJsonArray("baseline"), partMs / unitMs))
        .over(lengthMs / unitMs, unit);
  }

  private static List<Point> points(JsonArray events, double step) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      points.add(new Point((i + 0.5) * step, events.getLong(i)));
    }
    return points;
  }
}
