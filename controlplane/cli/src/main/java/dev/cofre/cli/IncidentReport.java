package dev.cofre.cli;

import dev.cofre.report.Page;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An answer to a leak, or its plan, for people: words first, then tables. Stateless. */
final class IncidentReport {
  private static final List<InvestigationTable.Cell> STEPS =
      cells("number", "action", "subject", "state", "amount", "attempts", "endedAt");
  private static final List<InvestigationTable.Cell> READERS =
      cells("principal", "reads", "first", "last", "seenBefore");
  private static final List<InvestigationTable.Cell> SECRETS =
      cells("secret", "version", "reads", "first", "last");

  private IncidentReport() {}

  private static List<InvestigationTable.Cell> cells(String... fields) {
    List<InvestigationTable.Cell> cells = new ArrayList<>();
    for (String field : fields) {
      cells.add(new InvestigationTable.Cell(field, row -> InvestigationTable.text(row, field)));
    }
    return cells;
  }

  /** Prints {@code report}, and writes it as a page to {@code html} unless that is null. */
  static void print(Terminal terminal, JsonObject report, boolean isJson, Path html) {
    terminal.print(isJson ? report.encodePrettily() + "\n" : text(report));
    if (html != null) {
      HtmlFile.write(html, page(report)); // after the answer, which a full disk must not lose
    }
  }

  /** 0 when all was done and looked at; 3 else, which the words tell. */
  static int exitCode(JsonObject report) {
    return isDone(report) ? ExitCodes.OK : ExitCodes.PENDING;
  }

  private static boolean isDone(JsonObject report) {
    return report.getString("state", "").equals("DONE")
        && report.getBoolean("traceComplete", false);
  }

  /** The words alone. */
  static String words(JsonObject report) {
    StringBuilder text = new StringBuilder();
    lines(report).forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static List<String> lines(JsonObject report) {
    return report.getJsonArray("words", new JsonArray()).stream()
        .map(line -> Terminal.plain((String) line))
        .toList();
  }

  private static Map<String, List<InvestigationTable.Cell>> tables() {
    Map<String, List<InvestigationTable.Cell>> tables = new LinkedHashMap<>();
    tables.put("readers", READERS);
    tables.put("secretsRead", SECRETS);
    return tables;
  }

  private static String title(String field) {
    return field.equals("readers") ? "Who got it" : "Secrets that were read";
  }

  private static List<JsonObject> rows(JsonObject report, String field) {
    return AuditInvestigateCommand.objects(
        report.getJsonObject(field, new JsonObject()).getJsonArray("items", new JsonArray()));
  }

  private static String more(JsonObject report, String field) {
    long more = report.getJsonObject(field, new JsonObject()).getLong("more", 0L);
    return more == 0 ? "" : "and " + more + " more or so, which are not listed";
  }

  private static String text(JsonObject report) {
    StringBuilder text = new StringBuilder(words(report)).append("\nSteps\n");
    AuditInvestigateCommand.append(
        text, STEPS, AuditInvestigateCommand.objects(report.getJsonArray("steps")));
    tables()
        .forEach(
            (field, cells) -> {
              List<JsonObject> rows = rows(report, field);
              if (!rows.isEmpty()) {
                text.append('\n').append(title(field)).append('\n');
                AuditInvestigateCommand.append(text, cells, rows);
                text.append(more(report, field).isEmpty() ? "" : more(report, field) + "\n");
              }
            });
    return text.toString();
  }

  private static String page(JsonObject report) {
    String title =
        (report.getBoolean("dryRun", false) ? "Plan for the leak of " : "Leak of ")
            + InvestigationTable.text(report, "kind")
            + " "
            + InvestigationTable.text(report, "subject");
    List<String> lines = lines(report);
    Page page = new Page(title).heading(1, title);
    String state = report.getString("state", "");
    if (lines.size() > 1 && !state.isEmpty()) {
      page.verdict(isDone(report), lines.get(1)).paragraph(lines.get(0));
      page.list(lines.subList(2, lines.size()));
    } else {
      page.list(lines);
    }
    page.heading(2, "Steps");
    table(page, STEPS, AuditInvestigateCommand.objects(report.getJsonArray("steps")));
    tables()
        .forEach(
            (field, cells) -> {
              List<JsonObject> rows = rows(report, field);
              if (!rows.isEmpty()) {
                page.heading(2, title(field));
                table(page, cells, rows);
                if (!more(report, field).isEmpty()) {
                  page.paragraph(more(report, field));
                }
              }
            });
    JsonObject investigation = report.getJsonObject("investigation");
    if (investigation != null) {
      evidence(page, investigation);
    }
    return page.end();
  }

  private static void evidence(Page page, JsonObject investigation) {
    for (InvestigationTable table : InvestigationTable.ALL) {
      List<JsonObject> rows = table.rows(investigation);
      if (!rows.isEmpty()) {
        page.heading(2, table.title());
        table(page, table.cells(), rows);
        if (!table.more(investigation).isEmpty()) {
          page.paragraph(table.more(investigation));
        }
      }
    }
  }

  private static void table(Page page, List<InvestigationTable.Cell> cells, List<JsonObject> rows) {
    page.table(
        cells.stream().map(InvestigationTable.Cell::heading).toList(),
        rows.stream()
            .map(row -> cells.stream().map(cell -> cell.value().apply(row)).toList())
            .toList());
  }
}
