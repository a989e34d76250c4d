package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key version}: one version of a key. */
@Command(
    name = "version",
    description = "Disables, enables, marks or destroys one version of a key.")
final class KeyVersionCommand {
  private static final String KEY = "Alias or id.";
  private static final String NUMBER = "The version's number.";

  private final Terminal terminal;

  KeyVersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Refuses the use of a version until it is enabled again.")
  int disable(
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(paramLabel = "N", description = NUMBER) int number,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return move(output, plane, key, number, "disable");
  }

  @Command(description = "Takes a disabled version into use again.")
  int enable(
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(paramLabel = "N", description = NUMBER) int number,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return move(output, plane, key, number, "enable");
  }

  @Command(
      description = "Marks a version as known to others: it decrypts, and never encrypts again.")
  int compromise(
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(paramLabel = "N", description = NUMBER) int number,
      @Mixin Confirmation confirmation,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    confirm(confirmation, plane, key, number, "is marked as compromised. This cannot be undone.");
    return move(output, plane, key, number, "compromise");
  }

  @Command(
      name = "schedule-destruction",
      description = "Refuses the use of a version at once, and destroys it after a waiting period.")
  int scheduleDestruction(
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(paramLabel = "N", description = NUMBER) int number,
      @Option(names = "--days", paramLabel = "DAYS", description = KeyCommand.DAYS) Integer days,
      @Mixin Confirmation confirmation,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    KeyCommand.confirmDestruction(
        terminal,
        confirmation,
        plane,
        key,
        number,
        "Version "
            + number
            + " of the key %s will be destroyed: what it protects will be lost for ever.");
    JsonObject body = days == null ? null : new JsonObject().put("days", days);
    return KeyCommand.print(
        terminal,
        output,
        plane,
        calls -> calls.post(path(key, number) + "/schedule-destruction", body));
  }

  @Command(
      name = "cancel-destruction",
      description = "Leads a version back to the state before its destruction was scheduled.")
  int cancelDestruction(
      @Parameters(paramLabel = "KEY", description = KEY) String key,
      @Parameters(paramLabel = "N", description = NUMBER) int number,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return move(output, plane, key, number, "cancel-destruction");
  }

  private void confirm(
      Confirmation confirmation, ControlPlane plane, String key, int number, String what) {
    KeyCommand.confirm(
        terminal, confirmation, plane, key, "Version " + number + " of the key %s " + what);
  }

  private int move(OutputOption output, ControlPlane plane, String key, int number, String move) {
    return KeyCommand.print(
        terminal, output, plane, calls -> calls.post(path(key, number) + "/" + move, null));
  }

  private static String path(String key, int number) {
    return KeyCommand.path(key) + "/versions/" + number;
  }
}
