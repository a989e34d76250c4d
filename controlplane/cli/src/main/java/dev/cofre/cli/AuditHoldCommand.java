package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit hold}: events that must not be removed, as a security administrator. */
@Command(
    name = "hold",
    description = "Places, lists and lifts legal holds: archived events that retention must keep.")
final class AuditHoldCommand {
  private static final String PATH = "/v1/audit/holds";
  private static final String NAME = "The hold's name.";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("ACTIVE", 6, "active"),
          Column.of("KEY", 24, "key"),
          Column.of("PRINCIPAL", 20, "principal"),
          Column.of("FROM", 20, "from"),
          Column.of("TO", 20, "to"),
          Column.of("PLACED BY", 16, "createdBy"),
          Column.of("PLACED", 24, "createdAt"),
          Column.of("LIFTED BY", 16, "liftedBy"));

  private final AdminCalls admin;

  AuditHoldCommand(Terminal terminal) {
    this.admin = new AdminCalls(terminal, PATH);
  }

  @Command(description = "Lists the holds, those that were lifted too.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.list(output, plane, COLUMNS);
  }

  @Command(description = "Shows a hold.")
  int show(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(output, plane, calls -> calls.get(admin.path(name)));
  }

  @Command(
      description = {
        "Places a hold on the events that have all that is named. It holds as soon as it is answered,",
        "and until it is lifted. A name is never given again."
      })
  int place(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(
              names = "--for",
              required = true,
              paramLabel = "TEXT",
              description = "Why it is placed: a case, an order.")
          String reason,
      @Mixin About about,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = about.document().put("name", name).put("reason", reason);
    return admin.print(output, plane, calls -> calls.post(PATH, document));
  }

  @Command(
      description = {
        "Lifts a hold. Takes the approval of another security administrator; whoever sets how long",
        "events are kept can do neither."
      })
  int lift(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(
        output, plane, calls -> calls.call(HttpMethod.POST, admin.path(name) + "/lift", null));
  }

  /** Which events. */
  static final class About {
    @Option(names = "--key", paramLabel = "KEY", description = "Of this key: its id or alias.")
    private String key;

    @Option(names = "--principal", paramLabel = "ID", description = "Of this principal.")
    private String principal;

    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Not older than this: 2026-01-31T12:00:00Z.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Not newer than this.")
    private String to;

    @Option(names = "--all", description = "All events; alone.")
    private boolean all;

    private JsonObject document() {
      JsonObject document = new JsonObject();
      put(document, "key", key);
      put(document, "principal", principal);
      put(document, "from", from);
      put(document, "to", to);
      if (document.isEmpty() != all) {
        throw new CliException(
            ExitCodes.USAGE, "name some of --key, --principal, --from and --to, or --all alone");
      }
      return all ? document.put("all", true) : document;
    }

    private static void put(JsonObject document, String field, String value) {
      if (value != null) {
        document.put(field, value);
      }
    }
  }
}
