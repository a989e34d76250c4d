package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code node}: the data plane nodes, as a platform administrator. */
@Command(name = "node", description = "Shows the data plane nodes and what is in force on them.")
final class NodeCommand {
  private static final String ROLE = "platform-admin";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NODE", 20, "node"),
          Column.of("STATE", 6, "state"),
          Column.of("REVISION", 8, "revision"),
          Column.of("SINCE", 27, "acknowledgedAt"),
          Column.of("SEEN", 27, "seenAt"),
          Column.of("FENCED AT", 27, "fencedAt"),
          new Column(
              "AUDIT",
              7,
              node -> node.getJsonObject("audit", new JsonObject()).getString("state", "-")),
          Column.of("IDENTITY", 16, "identity"));

  private final Terminal terminal;

  NodeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Lists the nodes; one that refused everything for an hour is forgotten.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    Pages pages = new Pages(terminal, output, COLUMNS);
    pages.print(plane.call(terminal.environment(), ROLE, calls -> calls.get("/v1/nodes")));
    return ExitCodes.OK;
  }
}
