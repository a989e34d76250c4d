package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key}: the life of keys, as a crypto officer. */
@Command(
    name = "key",
    description = "Creates, lists, shows and rotates keys, and moves them between their states.",
    subcommands = {
      KeyCreateCommand.class,
      KeyListCommand.class,
      KeyUpdateCommand.class,
      KeyVersionCommand.class,
      KeyImportCommand.class,
      KeyExportCommand.class,
      TombstoneCommand.class
    })
final class KeyCommand {
  static final String ROLE = "crypto-officer";
  static final String PATH = "/v1/keys";
  static final String DAYS =
      "How long it can be cancelled: 7 to 30 days (default: the data class's).";

  private static final List<Column> USES =
      List.of(
          Column.of("PRINCIPAL", 24, "principal"),
          Column.of("ACTION", 18, "action"),
          Column.of("USES", 10, "uses"),
          Column.of("LAST", 24, "lastUsedAt"));

  private final Terminal terminal;

  KeyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Shows a key, its versions and how far they are from their limits.")
  int show(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, calls -> calls.get(path(key)));
  }

  @Command(description = "Makes a new version, with which the key encrypts from now on.")
  int rotate(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/rotate", null));
  }

  @Command(description = "Refuses all use of a key until it is enabled again.")
  int disable(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/disable", null));
  }

  @Command(description = "Takes a disabled key into use again.")
  int enable(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/enable", null));
  }

  @Command(description = "Takes a pre-active key into use.")
  int activate(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/activate", null));
  }

  @Command(description = "Ends encryption for good; the key decrypts on.")
  int deactivate(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin Confirmation confirmation,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    confirm(
        terminal, confirmation, plane, key, "The key %s ends to encrypt. This cannot be undone.");
    return print(output, plane, calls -> calls.post(path(key) + "/deactivate", null));
  }

  @Command(description = "Marks a key as known to others: it decrypts, and never encrypts again.")
  int compromise(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin Confirmation confirmation,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    confirm(
        terminal,
        confirmation,
        plane,
        key,
        "The key %s is marked as compromised and ends to encrypt. This cannot be undone.");
    return print(output, plane, calls -> calls.post(path(key) + "/compromise", null));
  }

  @Command(
      name = "schedule-destruction",
      description = "Refuses all use of a key at once, and destroys it after a waiting period.")
  int scheduleDestruction(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Option(names = "--days", paramLabel = "DAYS", description = DAYS) Integer days,
      @Mixin Confirmation confirmation,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    confirmDestruction(
        terminal,
        confirmation,
        plane,
        key,
        0,
        "The key %s will be destroyed: what it protects will be lost for ever. It is refused from"
            + " now on.");
    JsonObject body = days == null ? null : new JsonObject().put("days", days);
    return print(output, plane, calls -> calls.post(path(key) + "/schedule-destruction", body));
  }

  @Command(
      name = "cancel-destruction",
      description = "Leads a key back to the state before its destruction was scheduled.")
  int cancelDestruction(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/cancel-destruction", null));
  }

  @Command(description = "Lists the versions of a key with their states.")
  int versions(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, calls -> calls.get(path(key) + "/versions"));
  }

  @Command(description = "Lists who used a key for what, how often, and when last.")
  int uses(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    Pages pages = new Pages(terminal, output, USES);
    pages.print(plane.call(terminal.environment(), ROLE, calls -> calls.get(path(key) + "/uses")));
    return ExitCodes.OK;
  }

  private int print(
      OutputOption output, ControlPlane plane, Function<ControlPlane.Calls, JsonObject> call) {
    return print(terminal, output, plane, call);
  }

  static int print(
      Terminal terminal,
      OutputOption output,
      ControlPlane plane,
      Function<ControlPlane.Calls, JsonObject> call) {
    Map<String, String> environment = terminal.environment();
    output.print(terminal, plane.call(environment, ROLE, call));
    return ExitCodes.OK;
  }

  /** Has it confirmed by the alias, which is asked of the service when an id was given. */
  static void confirm(
      Terminal terminal, Confirmation confirmation, ControlPlane plane, String key, String what) {
    if (confirmation.asks()) {
      String alias =
          plane
              .call(terminal.environment(), ROLE, calls -> calls.get(path(key)))
              .getString("alias", key);
      confirmation.require(terminal, what.formatted(Terminal.plain(alias)), alias);
    }
  }

  /**
   * The same for a destruction: it says which values of secrets it ends.
   *
   * @param number of the version; 0: the whole key
   */
  static void confirmDestruction(
      Terminal terminal,
      Confirmation confirmation,
      ControlPlane plane,
      String key,
      int number,
      String what) {
    if (confirmation.asks()) {
      JsonObject sealed =
          plane.call(
              terminal.environment(), ROLE, calls -> calls.get(path(key) + "/secret-values"));
      int values = 0;
      int secrets = 0;
      for (Object item : sealed.getJsonArray("items", new JsonArray())) {
        JsonObject version = (JsonObject) item;
        if (number == 0 || version.getInteger("version", 0) == number) {
          values += version.getInteger("values", 0);
          secrets += version.getInteger("secrets", 0);
        }
      }
      String ends =
          values == 0
              ? ""
              : "\nWith it end "
                  + values
                  + " values of secrets, the current ones of "
                  + secrets
                  + " secrets among them.";
      confirm(terminal, confirmation, plane, key, what + ends);
    }
  }

  static String path(String key) {
    return PATH + "/" + ControlPlane.escaped(key);
  }
}
