package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orphan}: keys that nobody uses or answers for. */
@Command(name = "orphan", description = "Finds keys that nobody uses or answers for.")
final class OrphanCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ALIAS", 24, "alias"),
          Column.of("ID", 36, "id"),
          Column.of("STATE", 12, "state"),
          Column.of("OWNER", 16, "owner"),
          PrincipalCommand.texts("REASONS", 24, "reasons"),
          Column.of("EXPIRES", 24, "expiresAt"));

  private final Terminal terminal;

  OrphanCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      description =
          "Lists keys that nobody uses, whose owner is gone, that have expired, or that a policy"
              + " allows to use without naming them.")
  int list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "1000",
              description = "At most N (default 1000).")
          long limit,
      @Option(
              names = "--only",
              paramLabel = "R",
              description =
                  "Only those with this reason: unused, no-living-owner, expired or"
                      + " wildcard-policy.")
          String only,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    String filter = only == null ? "" : "reason=" + ControlPlane.escaped(only);
    return new Pages(terminal, output, COLUMNS)
        .list(plane, KeyCommand.ROLE, "/v1/orphans", filter, limit);
  }
}
