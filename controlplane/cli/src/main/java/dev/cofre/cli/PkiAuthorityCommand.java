package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pki authority}: certificate authorities. */
@Command(name = "authority", description = "Certificate authorities, each with a key in the HSM.")
final class PkiAuthorityCommand {
  private static final String PATH = "/v1/certificate-authorities";
  private static final String NAME = "The authority's name.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("ENVIRONMENT", 11, "environment"),
          Column.of("KEY", 8, "keyType"),
          Column.of("OWNER", 20, "owner"),
          Column.of("NOT AFTER", 20, "notAfter"),
          Column.of("ID", 36, "id"));

  private final Terminal terminal;
  private final CallAs owner;

  PkiAuthorityCommand(Terminal terminal) {
    this.terminal = terminal;
    this.owner = new CallAs(terminal, SecretCommand.OWNER);
  }

  @Command(
      description = {
        "Makes an authority as a JSON file says: its key is generated in the HSM and never leaves",
        "it, its certificate is signed by itself."
      })
  int create(
      @Option(
              names = "--file",
              paramLabel = "FILE",
              required = true,
              description = "The document: name, environment, owner, commonName and so on.")
          Path file,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    return owner.print(output, plane, HttpMethod.POST, PATH, document);
  }

  @Command(description = "Lists the authorities that you may know of.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return new Pages(terminal, output, COLUMNS)
        .list(plane, SecretCommand.OWNER, PATH, "", Long.MAX_VALUE);
  }

  @Command(description = "Shows what is known of an authority.")
  int show(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return owner.print(output, plane, HttpMethod.GET, path(name), null);
  }

  @Command(description = "Prints an authority's own certificate as PEM.")
  int certificate(
      @Parameters(paramLabel = "NAME", description = NAME) String name, @Mixin ControlPlane plane) {
    JsonObject authority =
        plane.call(terminal.environment(), SecretCommand.OWNER, calls -> calls.get(path(name)));
    terminal.print(authority.getString("certificate"));
    return ExitCodes.OK;
  }

  @Command(
      description =
          "Removes an authority without roles and certificates; its key is destroyed in the HSM.")
  int delete(
      @Parameters(paramLabel = "NAME", description = NAME) String name, @Mixin ControlPlane plane) {
    return owner.delete(plane, path(name));
  }

  static String path(String name) {
    return PATH + "/" + ControlPlane.escaped(name);
  }
}
