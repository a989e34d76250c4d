package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit retention}: how long archived events are kept, as a platform administrator. */
@Command(
    name = "retention",
    description = "Shows and sets how long archived events are kept, and what that removes.")
final class AuditRetentionCommand {
  private static final String PATH = "/v1/audit/retention";
  private static final String ROLE = "platform-admin";

  private static final List<Column> PLAN =
      List.of(
          Column.of("LOG", 40, "log"),
          Column.of("SEGMENT", 7, "segment"),
          Column.of("EVENTS", 9, "events"),
          Column.of("NEWEST", 30, "newest"),
          Column.of("OUTCOME", 8, "outcome"),
          Column.of("WHY", 30, "why"));

  private static final List<Column> REMOVALS =
      List.of(
          Column.of("DECIDED", 24, "decidedAt"),
          Column.of("LOG", 40, "log"),
          Column.of("SEGMENT", 7, "segment"),
          Column.of("EVENTS", 9, "events"),
          Column.of("OLDEST", 30, "oldest"),
          Column.of("NEWEST", 30, "newest"),
          Column.of("REMOVED", 24, "removedAt"));

  private final Terminal terminal;
  private final CallAs keeper;

  AuditRetentionCommand(Terminal terminal) {
    this.terminal = terminal;
    this.keeper = new CallAs(terminal, ROLE);
  }

  @Command(description = "Shows how long archived events are kept; null: for ever.")
  int show(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return keeper.print(output, plane, HttpMethod.GET, PATH, null);
  }

  @Command(
      description = {
        "Sets how long archived events are kept, by the data class of the key that they are about.",
        "What is not named is kept for ever. A segment of the archive goes when the longest period in",
        "it is over. Takes the approval of a security administrator."
      })
  int set(@Mixin Periods periods, @Mixin OutputOption output, @Mixin ControlPlane plane) {
    return keeper.print(output, plane, HttpMethod.PUT, PATH, periods.document());
  }

  @Command(
      description = {
        "Lists what would be removed now from the archive of the control plane that is asked, and why",
        "the segment that comes next in each log stays. Changes nothing."
      })
  int plan(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    JsonObject page =
        plane.callSlowly(
            terminal.environment(), ROLE, 60_000, calls -> calls.get(PATH + "/plan?limit=500"));
    new Pages(terminal, output, PLAN).print(page);
    if (!page.getBoolean("complete")) {
      throw new CliException(ExitCodes.FAILED, "not all logs were looked at; there is more");
    }
    return ExitCodes.OK;
  }

  @Command(description = "Lists what retention has removed, the newest first.")
  int removals(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    JsonObject page =
        plane.call(terminal.environment(), ROLE, calls -> calls.get(PATH + "/removals?limit=500"));
    new Pages(terminal, output, REMOVALS).print(page);
    return ExitCodes.OK;
  }

  /** How long. */
  static final class Periods {
    @Option(
        names = "--no-key-days",
        paramLabel = "DAYS",
        description = "Events that are about no key.")
    private Integer noKey;

    @Option(names = "--public-days", paramLabel = "DAYS", description = "Of keys of public data.")
    private Integer publicDays;

    @Option(names = "--internal-days", paramLabel = "DAYS", description = "Of internal data.")
    private Integer internal;

    @Option(
        names = "--confidential-days",
        paramLabel = "DAYS",
        description = "Of confidential data.")
    private Integer confidential;

    @Option(names = "--restricted-days", paramLabel = "DAYS", description = "Of restricted data.")
    private Integer restricted;

    @Option(names = "--forever", description = "Nothing is removed any more.")
    private boolean forever;

    private JsonObject document() {
      JsonObject document = new JsonObject();
      put(document, "noKeyDays", noKey);
      put(document, "publicDays", publicDays);
      put(document, "internalDays", internal);
      put(document, "confidentialDays", confidential);
      put(document, "restrictedDays", restricted);
      if (document.isEmpty() != forever) {
        throw new CliException(ExitCodes.USAGE, "name some periods, or --forever alone");
      }
      return document;
    }

    private static void put(JsonObject document, String field, Integer value) {
      if (value != null) {
        document.put(field, value);
      }
    }
  }
}
