package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A table of an investigation's evidence, for the terminal and for the page. Immutable.
 *
 * @param title what its rows are
 * @param field of the answer that it stands in
 * @param names of what its rows are about
 * @param isSeen whether a row tells if it was there before
 */
record InvestigationTable(String title, String field, List<Cell> names, boolean isSeen) {
  private static final String ABSENT = "-";

  /** The tables, in their order. */
  static final List<InvestigationTable> ALL =
      List.of(
          new InvestigationTable("Principals", "principals", List.of(cell("principal")), true),
          new InvestigationTable("Addresses", "addresses", List.of(cell("address")), true),
          new InvestigationTable(
              "Denied and failed",
              "failures",
              List.of(cell("code"), cell("outcome"), cell("action")),
              false),
          new InvestigationTable("Actions", "actions", List.of(cell("action")), false),
          new InvestigationTable(
              "Keys and versions used",
              "keys",
              List.of(cell("alias"), cell("key"), cell("version")),
              false),
          new InvestigationTable(
              "Secrets and versions read",
              "secrets",
              List.of(cell("secret"), cell("version")),
              false),
          new InvestigationTable(
              "Tenants of what was processed", "tenants", List.of(cell("tenant")), false),
          new InvestigationTable("Data keys used", "dataKeys", List.of(cell("dataKeyId")), false),
          new InvestigationTable(
              "Context keys of what was processed",
              "contextKeys",
              List.of(new Cell("context key", row -> text(row, "contextKey"))),
              false),
          new InvestigationTable(
              "Contexts of what was processed",
              "contexts",
              List.of(new Cell("context digest", row -> text(row, "contextDigest"))),
              false));

  /** What stands in a column. */
  record Cell(String heading, Function<JsonObject, String> value) {}

  private static Cell cell(String field) {
    return new Cell(field, row -> text(row, field));
  }

  static String text(JsonObject row, String field) {
    Object value = row.getValue(field);
    return value == null ? ABSENT : Terminal.plain(value.toString());
  }

  private static Cell number(String field) {
    return new Cell(field, row -> String.format(Locale.ROOT, "%,d", row.getLong(field)));
  }

  private static Cell time(String field) {
    return new Cell(
        field,
        row ->
            row.getString(field) == null
                ? ABSENT
                : Instant.parse(row.getString(field)).truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** Its columns. */
  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>(names);
    cells.addAll(List.of(number("events"), number("denied"), number("failed")));
    cells.addAll(List.of(number("messages"), number("bytes"), time("first"), time("last")));
    if (isSeen) {
      cells.add(
          new Cell("an equal time before", row -> number("baselineEvents").value().apply(row)));
      cells.add(new Cell("seen before", InvestigationTable::seen));
    }
    cells.add(cell("requestId"));
    return cells;
  }

  private static String seen(JsonObject row) {
    return switch (text(row, "seenBefore")) {
      case "new" -> "never";
      case "before" -> time("lastBefore").value().apply(row);
      default -> "not known";
    };
  }

  /** Its rows in {@code answer}. */
  List<JsonObject> rows(JsonObject answer) {
    // A control plane of a release before this one may not have it.
    JsonArray items =
        answer.getJsonObject(field, new JsonObject()).getJsonArray("items", new JsonArray());
    return items.stream().map(JsonObject.class::cast).toList();
  }

  /** What of it is not among its rows; empty when nothing is missing. */
  String more(JsonObject answer) {
    JsonObject table = answer.getJsonObject(field);
    long more = table.getLong("more");
    if (more == 0) {
      return "";
    }
    boolean isEstimated = table.getBoolean("estimated");
    return "and "
        + (isEstimated ? "about " : "")
        + String.format(Locale.ROOT, "%,d more", more)
        + (isEstimated
            ? String.format(
                Locale.ROOT,
                "; %,d events are of values that were not counted one by one",
                table.getLong("eventsNotCounted"))
            : "");
  }
}
