package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quota}: how much principals may use keys, as a security administrator. */
@Command(
    name = "quota",
    description = "Keeps how much principals, and the tenant as a whole, may use keys.")
final class QuotaCommand {
  private static final String PATH = "/v1/quotas";
  private static final String WHOSE = "A principal's id, or * for the tenant as a whole.";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("PRINCIPAL", 24, "principal"),
          Column.of("PER SECOND", 12, "perSecond"),
          Column.of("PER DAY", 14, "perDay"),
          Column.of("CHANGED BY", 16, "updatedBy"),
          Column.of("CHANGED", 20, "updatedAt"));

  private final Terminal terminal;

  QuotaCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Lists the quotas.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    Pages pages = new Pages(terminal, output, COLUMNS);
    return plane.call(
        terminal.environment(),
        PolicyCommand.ROLE,
        calls -> {
          pages.print(calls, PATH, Long.MAX_VALUE);
          return ExitCodes.OK;
        });
  }

  @Command(description = "Sets a quota, new or in place of what it was.")
  int set(
      @Parameters(paramLabel = "PRINCIPAL", description = WHOSE) String principal,
      @Option(
              names = "--per-second",
              paramLabel = "N",
              description = "Uses of keys in a second (default: no limit).")
          Long perSecond,
      @Option(
              names = "--per-day",
              paramLabel = "N",
              description = "Uses of keys in a day of UTC (default: no limit).")
          Long perDay,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    JsonObject document = new JsonObject();
    if (perSecond != null) {
      document.put("perSecond", perSecond);
    }
    if (perDay != null) {
      document.put("perDay", perDay);
    }
    output.print(
        terminal,
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> calls.call(HttpMethod.PUT, path(principal), document)));
    return ExitCodes.OK;
  }

  @Command(description = "Removes a quota.")
  int delete(
      @Parameters(paramLabel = "PRINCIPAL", description = WHOSE) String principal,
      @Mixin ChangingPlane plane) {
    plane.call(
        terminal.environment(),
        PolicyCommand.ROLE,
        calls -> calls.call(HttpMethod.DELETE, path(principal), null));
    return ExitCodes.OK;
  }

  private static String path(String principal) {
    return PATH + "/" + ControlPlane.escaped(principal);
  }
}
