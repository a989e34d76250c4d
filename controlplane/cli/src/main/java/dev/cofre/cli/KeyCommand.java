package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code key}: the life of keys, as a crypto officer. */
@Command(
    name = "key",
    description = "Creates, lists, shows, rotates, disables and enables keys.",
    subcommands = {KeyCreateCommand.class, KeyListCommand.class})
final class KeyCommand {
  static final String ROLE = "crypto-officer";
  static final String PATH = "/v1/keys";

  private final Terminal terminal;

  KeyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Shows a key and its versions.")
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
      @Mixin ControlPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/rotate", null));
  }

  @Command(description = "Refuses all use of a key until it is enabled again.")
  int disable(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/disable", null));
  }

  @Command(description = "Takes a disabled key into use again.")
  int enable(
      @Parameters(paramLabel = "KEY", description = "Alias or id.") String key,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, calls -> calls.post(path(key) + "/enable", null));
  }

  private int print(
      OutputOption output, ControlPlane plane, Function<ControlPlane.Calls, JsonObject> call) {
    Map<String, String> environment = terminal.environment();
    output.print(terminal, plane.call(environment, ROLE, call));
    return ExitCodes.OK;
  }

  private static String path(String key) {
    return PATH + "/" + ControlPlane.escaped(key);
  }
}
