package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code incident}: answers to leaks, as a security administrator. */
@Command(
    name = "incident",
    description = "Answers leaks of secrets and of principals' credentials.",
    subcommands = {IncidentLeakCommand.class})
final class IncidentCommand {
  static final String PATH = "/v1/incidents";
  private static final String ID = "The incident's id.";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ID", 36, "id"),
          Column.of("STATE", 6, "state"),
          Column.of("KIND", 9, "kind"),
          Column.of("SUBJECT", 24, "subject"),
          Column.of("OPENED", 24, "openedAt"),
          Column.of("BY", 16, "openedBy"));

  private final Terminal terminal;
  private final AdminCalls admin;

  IncidentCommand(Terminal terminal) {
    this.terminal = terminal;
    this.admin = new AdminCalls(terminal, PATH);
  }

  @Command(description = "Lists the answers to leaks, the newest first.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.list(output, plane, COLUMNS);
  }

  @Command(
      description = {
        "Shows an answer to a leak: how far each step is, and who read what. Exit code 0 when all is",
        "done; 3 while it is open and goes on by itself, when it was closed before, and when not all",
        "logs could be asked."
      })
  int show(
      @Parameters(paramLabel = "ID", description = ID) String id,
      @Option(
              names = "--html",
              paramLabel = "FILE",
              description = "Writes it to FILE too, as one HTML page that reaches for nothing.")
          Path html,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject report =
        plane.call(terminal.environment(), PolicyCommand.ROLE, calls -> calls.get(admin.path(id)));
    IncidentReport.print(terminal, report, output.isJson(), html);
    return IncidentReport.exitCode(report);
  }

  @Command(
      description = {
        "Ends an answer before all of its steps are done: what was not done stays with it. Leases that",
        "are on their way out go all the same."
      })
  int close(
      @Parameters(paramLabel = "ID", description = ID) String id,
      @Option(
              names = "--for",
              required = true,
              paramLabel = "TEXT",
              description = "Why: what was done instead.")
          String reason,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject report =
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> calls.post(admin.path(id) + "/close", new JsonObject().put("reason", reason)));
    IncidentReport.print(terminal, report, output.isJson(), null);
    return ExitCodes.OK;
  }
}
