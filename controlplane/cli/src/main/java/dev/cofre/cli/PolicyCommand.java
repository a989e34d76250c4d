package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code policy}: who may use which key, as a security administrator. */
@Command(
    name = "policy",
    description = "Keeps policies, and says who may do what, and why.",
    subcommands = {
      PolicyCreateCommand.class,
      PolicyExplainCommand.class,
      PolicySimulateCommand.class,
      PolicyTestCommand.class,
      PolicyReviewCommand.class
    })
final class PolicyCommand {
  static final String ROLE = "security-admin";
  static final String PATH = "/v1/policies";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          count("STATEMENTS", "statements"),
          count("TESTS", "tests"),
          Column.of("ENDS", 20, "notAfter"),
          Column.of("CHANGED BY", 16, "updatedBy"),
          Column.of("CHANGED", 20, "updatedAt"));

  private static final List<Column> VERSIONS =
      List.of(
          Column.of("REVISION", 8, "revision"),
          Column.of("CHANGED", 24, "changedAt"),
          Column.of("BY", 20, "changedBy"),
          Column.of("REMOVED", 7, "removed"),
          Column.of("DOCUMENT", 40, "document"));

  private static final List<Column> GRANTS =
      List.of(
          Column.of("PRINCIPAL", 24, "principal"),
          Column.of("VIA", 20, "via"),
          Column.of("POLICY", 24, "policy"),
          Column.of("STATEMENT", 9, "statement"),
          Column.of("CONDITIONAL", 11, "conditional"),
          Column.of("ENDS", 20, "notAfter"));

  private static final List<Column> FINDINGS =
      List.of(
          Column.of("RULE", 16, "rule"),
          Column.of("POLICY", 24, "policy"),
          Column.of("WHERE", 16, "where"),
          Column.of("MESSAGE", 40, "message"));

  private final Terminal terminal;

  PolicyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Lists the policies.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    Pages pages = new Pages(terminal, output, COLUMNS);
    return plane.call(
        terminal.environment(),
        ROLE,
        calls -> {
          pages.print(calls, PATH, Long.MAX_VALUE);
          return ExitCodes.OK;
        });
  }

  @Command(description = "Shows a policy.")
  int show(
      @Parameters(paramLabel = "POLICY", description = "Name or id.") String policy,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject found = plane.call(terminal.environment(), ROLE, calls -> calls.get(path(policy)));
    output.print(terminal, found);
    return ExitCodes.OK;
  }

  @Command(description = "Makes a policy say what a document does, once its tests pass.")
  int update(
      @Parameters(paramLabel = "POLICY", description = "Name or id.") String policy,
      @Option(
              names = "--file",
              required = true,
              paramLabel = "FILE",
              description = "The policy's document, JSON; - is the standard input.")
          Path file,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane)
      throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    output.print(
        terminal,
        plane.call(
            terminal.environment(),
            ROLE,
            calls -> calls.call(HttpMethod.PUT, path(policy), document)));
    return ExitCodes.OK;
  }

  @Command(description = "Lists what a policy said, the newest first; a deleted one by its id.")
  int history(
      @Parameters(paramLabel = "POLICY", description = "Name or id.") String policy,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return list(output, plane, VERSIONS, path(policy) + "/history");
  }

  @Command(name = "who-can", description = "Lists who can do something with a key.")
  int whoCan(
      @Parameters(paramLabel = "ACTION", description = "encrypt, decrypt, …") String action,
      @Option(names = "--key", required = true, paramLabel = "KEY", description = "Alias or id.")
          String key,
      @Option(
              names = "--at",
              paramLabel = "TIME",
              description = "As it was then, in UTC (default now).")
          String at,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    String query =
        "/who-can?action=" + ControlPlane.escaped(action) + "&key=" + ControlPlane.escaped(key);
    return list(
        output,
        plane,
        GRANTS,
        PATH + query + (at == null ? "" : "&at=" + ControlPlane.escaped(at)));
  }

  @Command(description = "Finds what is allowed but questionable; exit code 1 when it finds any.")
  int lint(
      @Option(
              names = "--unused-days",
              paramLabel = "N",
              defaultValue = "90",
              description =
                  "A statement that nobody has used for so long is told (default"
                      + " ${DEFAULT-VALUE}).")
          int unusedDays,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    Pages pages = new Pages(terminal, output, FINDINGS);
    JsonObject found =
        plane.call(
            terminal.environment(),
            ROLE,
            calls -> calls.get(PATH + "/lint?unusedDays=" + unusedDays));
    pages.print(found);
    return found.getJsonArray("items").isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private int list(OutputOption output, ControlPlane plane, List<Column> columns, String path) {
    Pages pages = new Pages(terminal, output, columns);
    pages.print(plane.call(terminal.environment(), ROLE, calls -> calls.get(path)));
    return ExitCodes.OK;
  }

  @Command(description = "Deletes a policy; what it alone allowed is refused from then on.")
  int delete(
      @Parameters(paramLabel = "POLICY", description = "Name or id.") String policy,
      @Mixin ChangingPlane plane) {
    plane.call(
        terminal.environment(), ROLE, calls -> calls.call(HttpMethod.DELETE, path(policy), null));
    return ExitCodes.OK;
  }

  private static String path(String policy) {
    return PATH + "/" + ControlPlane.escaped(policy);
  }

  private static Column count(String heading, String field) {
    return new Column(
        heading,
        10,
        item ->
            item.getJsonArray(field) == null
                ? "0"
                : Integer.toString(item.getJsonArray(field).size()));
  }
}
