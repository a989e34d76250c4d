package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit investigate}: what a key, a secret, a principal or an address touched. */
@Command(
    name = "investigate",
    description = {
      "Tells who used a key or read a secret, or what a principal or somebody at an address did, from",
      "the control plane's archive: from where, how often against the same time before, who was never seen before,",
      "what was refused, and which keys, data keys, messages and bytes it reached. It is audited itself.",
      "Exit code 1 when the time was over before all was looked at; what is missing is told."
    })
final class AuditInvestigateCommand implements Callable<Integer> {
  static final String PATH = "/v1/audit/investigations";
  private static final long ANSWER_MS = 10_000;
  private static final long TIMEOUT_SECONDS_MAX = 100;

  private final Terminal terminal;

  @Mixin private ControlPlane control;
  @Mixin private OutputOption output;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Begin, as 2026-01-31T12:00:00Z (default a day before the end).")
  private String from;

  @Option(names = "--to", paramLabel = "TIME", description = "End (default now).")
  private String to;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many rows a table has at most, to 500 (default ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long it may take, to 100 (default ${DEFAULT-VALUE}).")
  private long timeoutSeconds;

  @Option(names = "--json", description = "The same as --output json.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes it to FILE too, as one HTML page that reaches for nothing.")
  private Path html;

  AuditInvestigateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What it is about. */
  static final class Subject {
    @Option(names = "--key", paramLabel = "KEY", description = "This key: its id or alias.")
    private String key;

    @Option(
        names = "--secret",
        paramLabel = "NAME",
        description = "This secret, by its exact name: who read which version of it.")
    private String secret;

    @Option(names = "--principal", paramLabel = "ID", description = "This principal.")
    private String principal;

    @Option(names = "--address", paramLabel = "ADDRESS", description = "This address.")
    private String address;
  }

  @Override
  public Integer call() {
    if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX) {
      throw new CliException(
          ExitCodes.USAGE, "--timeout is a number from 1 to " + TIMEOUT_SECONDS_MAX);
    }
    long timeoutMs = TimeUnit.SECONDS.toMillis(timeoutSeconds);
    JsonObject answer =
        control.callSlowly(
            terminal.environment(),
            AuditHeadsCommand.ROLE,
            timeoutMs + ANSWER_MS,
            calls -> calls.get(PATH + "?" + query(timeoutMs)));
    terminal.print(json || output.isJson() ? answer.encodePrettily() + "\n" : text(answer));
    if (html != null) {
      HtmlFile.write(
          html, InvestigationPage.of(answer)); // after the answer, which a full disk must not lose
    }
    if (!answer.getBoolean("complete")) {
      throw new CliException(ExitCodes.FAILED, "not all was looked at: see INCOMPLETE above");
    }
    return ExitCodes.OK;
  }

  private String query(long timeoutMs) {
    return new Named()
        .with("key", subject.key)
        .with("secret", subject.secret)
        .with("principal", subject.principal)
        .with("address", subject.address)
        .with("from", from)
        .with("to", to)
        .with("limit", Integer.toString(limit))
        .with("timeoutMs", Long.toString(timeoutMs))
        .query();
  }

  private static String text(JsonObject answer) {
    StringBuilder text = new StringBuilder();
    answer
        .getJsonArray("words")
        .forEach(line -> text.append(Terminal.plain((String) line)).append('\n'));
    text.append('\n')
        .append(answer.getString("from"))
        .append(" to ")
        .append(answer.getString("to"))
        .append('\n');
    for (InvestigationTable table : InvestigationTable.ALL) {
      List<JsonObject> rows = table.rows(answer);
      if (!rows.isEmpty()) {
        text.append('\n').append(table.title()).append('\n');
        append(text, table.cells(), rows);
        String more = table.more(answer);
        text.append(more.isEmpty() ? "" : more + "\n");
      }
    }
    text.append("\nArchive\n");
    append(text, archiveCells(), objects(answer.getJsonObject("archive").getJsonArray("items")));
    return text.toString();
  }

  /** How far each log is archived. */
  static List<InvestigationTable.Cell> archiveCells() {
    List<InvestigationTable.Cell> cells = new ArrayList<>();
    for (String field :
        List.of("log", "state", "missing", "oldest", "newest", "removedTo", "currentAt")) {
      cells.add(new InvestigationTable.Cell(field, row -> InvestigationTable.text(row, field)));
    }
    return cells;
  }

  static List<JsonObject> objects(JsonArray items) {
    return items.stream().map(JsonObject.class::cast).toList();
  }

  static void append(
      StringBuilder text, List<InvestigationTable.Cell> cells, List<JsonObject> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(cells.stream().map(cell -> cell.heading().toUpperCase(Locale.ROOT)).toList());
    rows.forEach(row -> lines.add(cells.stream().map(cell -> cell.value().apply(row)).toList()));
    int[] widths = new int[cells.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        row.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
  }
}
