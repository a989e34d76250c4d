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

  private final AdminCalls admin;

  QuotaCommand(Terminal terminal) {
    this.admin = new AdminCalls(terminal, PATH);
  }

  @Command(description = "Lists the quotas.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.list(output, plane, COLUMNS);
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
    return admin.print(
        output, plane, calls -> calls.call(HttpMethod.PUT, admin.path(principal), document));
  }

  @Command(description = "Removes a quota.")
  int delete(
      @Parameters(paramLabel = "PRINCIPAL", description = WHOSE) String principal,
      @Mixin ChangingPlane plane) {
    return admin.delete(plane, admin.path(principal));
  }
}
