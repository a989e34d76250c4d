package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret engine}: systems in which the vault makes credentials. */
@Command(
    name = "engine",
    description = "Systems in which the vault makes credentials that end by themselves.")
final class SecretEngineCommand {
  static final String PATH = "/v1/secret-engines";
  private static final String NAME = "The engine's name.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("ENVIRONMENT", 11, "environment"),
          Column.of("KIND", 10, "kind"),
          Column.of("OWNER", 20, "owner"),
          Column.of("HOST", 24, "host"),
          Column.of("PORT", 5, "port"),
          Column.of("ROTATING", 8, "rotating"));

  private final Terminal terminal;
  private final CallAs owner;

  SecretEngineCommand(Terminal terminal) {
    this.terminal = terminal;
    this.owner = new CallAs(terminal, SecretCommand.OWNER);
  }

  @Command(
      description = {
        "Enrols a system: a JSON file says where it is, the standard input or --password-file has",
        "its root user's password, one line, which is changed at once: nobody knows the new one."
      })
  int create(
      @Option(
              names = "--file",
              paramLabel = "FILE",
              required = true,
              description = "The document: name, environment, kind, owner and so on.")
          Path file,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              defaultValue = "-",
              description = "Where the password is (default: standard input).")
          Path password,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    byte[] value = SecretLine.read(terminal, password).getBytes(StandardCharsets.UTF_8);
    document.put("value", Base64.getEncoder().encodeToString(value));
    return owner.print(output, plane, HttpMethod.POST, PATH, document);
  }

  @Command(description = "Lists the engines that you may know of.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return new Pages(terminal, output, COLUMNS)
        .list(plane, SecretCommand.OWNER, PATH, "", Long.MAX_VALUE);
  }

  @Command(description = "Shows what is known of an engine.")
  int show(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return owner.print(output, plane, HttpMethod.GET, path(name), null);
  }

  @Command(name = "rotate-root", description = "Changes the root user's password.")
  int rotateRoot(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return owner.print(output, plane, HttpMethod.POST, path(name) + "/rotate-root", null);
  }

  @Command(description = "Removes an engine without roles and live leases.")
  int delete(
      @Parameters(paramLabel = "NAME", description = NAME) String name, @Mixin ControlPlane plane) {
    return owner.delete(plane, path(name));
  }

  static String path(String name) {
    return PATH + "/" + ControlPlane.escaped(name);
  }
}
