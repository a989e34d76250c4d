package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code key list}: all keys that the caller may see. */
@Command(name = "list", description = "Lists the keys that you may see.")
final class KeyListCommand implements Callable<Integer> {
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ALIAS", 20, "alias"),
          Column.of("ID", 36, "id"),
          Column.of("STATE", 8, "state"),
          Column.of("VERSION", 7, "currentVersion"),
          Column.of("PROTECTION", 10, "protection"),
          Column.of("CLASS", 12, "dataClass"),
          Column.of("ENV", 7, "environment"),
          Column.of("EXPIRES", 20, "expiresAt"),
          Column.of("OWNER", 8, "owner"));

  private final Terminal terminal;

  @Option(names = "--limit", paramLabel = "N", description = "List at most N keys (default: all).")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--tag",
      paramLabel = "NAME=VALUE",
      description = "Only keys with this tag; may be repeated: all count.")
  private List<String> tags = List.of();

  @Option(
      names = "--environment",
      paramLabel = "ENV",
      description = "Only keys of dev, staging or prod.")
  private String environment;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  KeyListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    return new Pages(terminal, output, COLUMNS)
        .list(plane, KeyCommand.ROLE, KeyCommand.PATH, filter(), limit);
  }

  private String filter() {
    List<String> parts = new ArrayList<>();
    tags.forEach(tag -> parts.add("tag=" + ControlPlane.escaped(tag)));
    if (environment != null) {
      parts.add("environment=" + ControlPlane.escaped(environment));
    }
    return String.join("&", parts);
  }
}
