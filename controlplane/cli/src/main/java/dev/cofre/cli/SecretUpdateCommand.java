package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code secret update}: owner, description, expiry and rotation of a secret. */
@Command(
    name = "update",
    description = "Changes what is named of a secret, its value aside; the rest stays.")
final class SecretUpdateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "NAME", description = "The secret's name.")
  private String name;

  @Mixin private SecretOptions options;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  SecretUpdateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    JsonObject document = options.document();
    if (document.isEmpty()) {
      throw new CliException(
          ExitCodes.USAGE, "name at least one thing to be changed (see secret update --help)");
    }
    output.print(
        terminal,
        plane.call(
            terminal.environment(),
            SecretCommand.OWNER,
            calls -> calls.call(HttpMethod.PATCH, SecretCommand.path(name), document)));
    return ExitCodes.OK;
  }
}
