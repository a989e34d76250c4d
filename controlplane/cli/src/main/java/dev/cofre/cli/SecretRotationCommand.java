package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret rotation}: secrets whose values the vault makes, for two users in turn. */
@Command(
    name = "rotation",
    description = "Secrets whose values the vault makes: passwords of two users in turn.")
final class SecretRotationCommand {
  private static final String NAME = "The secret's name.";

  private final Terminal terminal;
  private final CallAs owner;

  SecretRotationCommand(Terminal terminal) {
    this.terminal = terminal;
    this.owner = new CallAs(terminal, SecretCommand.OWNER);
  }

  @Command(
      description = {
        "Has the vault make a secret's values, as a JSON file says; the first rotation follows at",
        "once. Of a rotation that is there, changes period and grants."
      })
  int set(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(
              names = "--file",
              paramLabel = "FILE",
              required = true,
              description = "The document: engine, users, create, grants, periodSeconds, inUse.")
          Path file,
      @Option(
              names = "--in-use",
              paramLabel = "USER",
              description =
                  "Whom clients use now, when the secret's value does not tell: not changed first.")
          String inUse,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    if (inUse != null) {
      document.put("inUse", inUse);
    }
    return owner.print(output, plane, HttpMethod.PUT, path(name), document);
  }

  @Command(description = "Shows how a secret is rotated, and how far that is.")
  int show(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return owner.print(output, plane, HttpMethod.GET, path(name), null);
  }

  @Command(
      description = {
        "Rotates now: publishes a new value for the user that the current one does not name. Values",
        "before the current one end."
      })
  int rotate(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(
              names = "--dry-run",
              description =
                  "Ask the system whether it could, say what would change, change nothing.")
          boolean dryRun,
      @Option(
              names = "--force",
              description =
                  "Also when the last one was less than a minute ago: ends what clients may use.")
          boolean force,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = new JsonObject().put("dryRun", dryRun);
    if (force) {
      document.put("force", true);
    }
    return owner.print(output, plane, HttpMethod.POST, path(name) + "/rotate", document);
  }

  @Command(description = "Stops the rotation; the secret and the users stay as they are.")
  int stop(
      @Parameters(paramLabel = "NAME", description = NAME) String name, @Mixin ControlPlane plane) {
    return owner.delete(plane, path(name));
  }

  private static String path(String name) {
    return SecretCommand.PATH + "/" + ControlPlane.escaped(name) + "/rotation";
  }
}
