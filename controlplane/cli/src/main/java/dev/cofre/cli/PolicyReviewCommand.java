package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code policy review}: who can do what, for an access review. */
@Command(
    name = "review",
    description = "Lists what each principal can do with which keys, and through what.")
final class PolicyReviewCommand implements Callable<Integer> {
  private static final List<String> FIELDS =
      List.of(
          "principal",
          "key",
          "keyId",
          "environment",
          "action",
          "conditional",
          "policy",
          "statement",
          "via",
          "notAfter");

  /** The forms, named as on the command line. */
  enum Form {
    csv,
    json
  }

  private final Terminal terminal;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "csv",
      description = "How to print: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private Form form;

  @Mixin private ControlPlane plane;

  PolicyReviewCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    terminal.print(form == Form.csv ? String.join(",", FIELDS) + "\n" : "{\"items\":[");
    plane.call(terminal.environment(), PolicyCommand.ROLE, this::pages);
    terminal.print(form == Form.csv ? "" : "\n]}\n");
    return ExitCodes.OK;
  }

  /** Page by page, so that a review of any length takes the memory of one page. */
  private Integer pages(ControlPlane.Calls calls) {
    String after = "";
    boolean first = true;
    while (after != null) {
      JsonObject page = calls.get(PolicyCommand.PATH + "/review?limit=100" + after);
      for (Object item : page.getJsonArray("items", new JsonArray())) {
        JsonObject row = (JsonObject) item;
        terminal.print(form == Form.csv ? csv(row) : (first ? "\n" : ",\n") + row.encode());
        first = false;
      }
      String next = page.getString("next");
      after = next == null ? null : "&after=" + ControlPlane.escaped(next);
    }
    return 0;
  }

  private static String csv(JsonObject row) {
    return FIELDS.stream()
            .map(field -> cell(row.getValue(field) == null ? "" : row.getValue(field).toString()))
            .collect(Collectors.joining(","))
        + "\n";
  }

  /** RFC 4180; what a spreadsheet would take for a formula is text. */
  private static String cell(String value) {
    String text = value.matches("[=+@-].*") ? "'" + value : value;
    return text.matches("[A-Za-z0-9 ._:/*@'-]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
