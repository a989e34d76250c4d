package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code notice}: what owners were told ahead of an end. */
@Command(name = "notice", description = "Tells what comes to its end.")
final class NoticeCommand {
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("KIND", 16, "kind"),
          Column.of("ALIAS", 24, "alias"),
          Column.of("OWNER", 16, "owner"),
          Column.of("DUE", 24, "dueAt"),
          Column.of("TOLD", 24, "createdAt"));

  private final Terminal terminal;

  NoticeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      description = "Lists which keys expire or are destroyed soon, as their owners were told.")
  int list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "1000",
              description = "At most N (default 1000).")
          long limit,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return new Pages(terminal, output, COLUMNS)
        .list(plane, KeyCommand.ROLE, "/v1/notices", "", limit);
  }
}
