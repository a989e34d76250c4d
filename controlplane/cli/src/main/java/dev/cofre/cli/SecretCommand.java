package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret}: the secrets of the vault; values go through standard streams and files alone. */
@Command(
    name = "secret",
    description = "Keeps secrets and reads them. A value never stands on the command line.",
    subcommands = {
      SecretPutCommand.class,
      SecretUpdateCommand.class,
      SecretImportCommand.class,
      SecretExportCommand.class,
      SecretOpenCommand.class,
      SecretGroupCommand.class,
      SecretEngineCommand.class,
      SecretRoleCommand.class,
      SecretLeaseCommand.class,
      SecretRotationCommand.class
    })
final class SecretCommand {
  static final String OWNER = "app-owner";
  static final String PATH = "/v1/secrets";
  private static final String READER = "app";
  private static final String NAME = "The secret's name.";
  private static final String WHICH = "A version; may be repeated (default: all).";
  private static final String FORCE = "Also when templates refer to it.";
  private static final String WHOM = "A principal's id, or group:NAME.";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 32, "name"),
          Column.of("ENVIRONMENT", 11, "environment"),
          Column.of("CLASS", 12, "dataClass"),
          Column.of("OWNER", 20, "owner"),
          Column.of("VERSION", 7, "currentVersion"),
          Column.of("EXPIRES", 20, "expiresAt"));
  private static final List<Column> VERSIONS =
      List.of(
          Column.of("VERSION", 7, "version"),
          Column.of("STATE", 9, "state"),
          Column.of("CREATED", 24, "createdAt"),
          Column.of("CREATED BY", 20, "createdBy"),
          Column.of("CHANGED BY", 20, "changedBy"));
  private static final List<Column> GRANTS =
      List.of(
          Column.of("PRINCIPAL", 32, "principal"),
          Column.of("ON", 32, "secret"),
          Column.of("NOT AFTER", 24, "notAfter"),
          Column.of("GRANTED", 24, "createdAt"),
          Column.of("GRANTED BY", 20, "createdBy"));

  private final Terminal terminal;

  SecretCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Writes a secret's value to the standard output, as it is.")
  int get(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(
              names = "--secret-version",
              paramLabel = "N",
              description = "Not the current version.")
          Integer version,
      @Option(
              names = "--resolve",
              description = "Fill a template with the values that it refers to.")
          boolean resolve,
      @Mixin ControlPlane plane)
      throws IOException {
    String query =
        (version == null ? "" : "?version=" + version)
            + (resolve ? (version == null ? "?" : "&") + "resolve=true" : "");
    JsonObject answer =
        plane.call(
            terminal.environment(), READER, calls -> calls.get(path(name) + "/value" + query));
    byte[] value = Base64.getDecoder().decode(answer.getString("value"));
    try {
      terminal.out().write(value);
      terminal.out().flush();
    } catch (IOException e) {
      throw new CliException(ExitCodes.LOCAL_IO, "cannot write the output: " + e.getMessage());
    } finally {
      Arrays.fill(value, (byte) 0);
    }
    return ExitCodes.OK;
  }

  @Command(description = "Lists the secrets that you may know of, without their values.")
  int list(
      @Option(names = "--group", paramLabel = "GROUP", description = "Only those of this group.")
          String group,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    String filter = group == null ? "" : "group=" + ControlPlane.escaped(group);
    return new Pages(terminal, output, COLUMNS).list(plane, OWNER, PATH, filter, Long.MAX_VALUE);
  }

  @Command(description = "Shows what is known of a secret, without its values.")
  int describe(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return new CallAs(terminal, OWNER).print(output, plane, HttpMethod.GET, path(name), null);
  }

  @Command(description = "Lists the versions of a secret with their states.")
  int versions(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return pages(output, plane, VERSIONS, path(name) + "/versions");
  }

  @Command(description = "Takes versions away from readers; undelete brings them back.")
  int delete(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(names = "--secret-version", paramLabel = "N", description = WHICH)
          List<Integer> versions,
      @Option(names = "--force", description = FORCE) boolean force,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return move(output, plane, name, "delete", versions, force);
  }

  @Command(description = "Gives deleted versions back to readers.")
  int undelete(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(names = "--secret-version", paramLabel = "N", description = WHICH)
          List<Integer> versions,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return move(output, plane, name, "undelete", versions, false);
  }

  @Command(description = "Removes the values of versions for good; a second person approves it.")
  int destroy(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Option(names = "--secret-version", paramLabel = "N", description = WHICH)
          List<Integer> versions,
      @Option(names = "--force", description = FORCE) boolean force,
      @Mixin Confirmation confirmation,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    confirmation.require(
        terminal, "Values of the secret " + Terminal.plain(name) + " will be lost for ever.", name);
    return move(output, plane, name, "destroy", versions, force);
  }

  @Command(description = "Lets a workload, or those of a group, read a secret.")
  int grant(
      @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
      @Parameters(index = "1", paramLabel = "PRINCIPAL", description = WHOM) String principal,
      @Option(
              names = "--not-after",
              paramLabel = "TIME",
              converter = KeyCreateCommand.Rfc3339.class,
              description = "When it ends by itself: RFC 3339, like 2030-01-01T00:00:00Z.")
          Instant notAfter,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = new JsonObject();
    if (notAfter != null) {
      document.put("notAfter", notAfter.toString());
    }
    String path = grants(name) + "/" + ControlPlane.escaped(principal);
    return new CallAs(terminal, PolicyCommand.ROLE)
        .print(output, plane, HttpMethod.PUT, path, document);
  }

  @Command(description = "Takes a grant back.")
  int ungrant(
      @Parameters(index = "0", paramLabel = "NAME", description = NAME) String name,
      @Parameters(index = "1", paramLabel = "PRINCIPAL", description = WHOM) String principal,
      @Mixin ControlPlane plane) {
    String path = grants(name) + "/" + ControlPlane.escaped(principal);
    return new CallAs(terminal, PolicyCommand.ROLE).delete(plane, path);
  }

  @Command(description = "Lists who may read a secret, by a grant on a group that it is in too.")
  int grants(
      @Parameters(paramLabel = "NAME", description = NAME) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return pages(output, plane, GRANTS, grants(name));
  }

  private int move(
      OutputOption output,
      ControlPlane plane,
      String name,
      String how,
      List<Integer> versions,
      boolean force) {
    JsonObject document = new JsonObject();
    if (versions != null) {
      document.put("versions", new JsonArray(versions));
    }
    if (force) {
      document.put("force", true);
    }
    String path = path(name) + "/" + how;
    return new CallAs(terminal, OWNER)
        .print(output, plane, HttpMethod.POST, path, document.isEmpty() ? null : document);
  }

  private int pages(OutputOption output, ControlPlane plane, List<Column> columns, String path) {
    return new Pages(terminal, output, columns).list(plane, OWNER, path, "", Long.MAX_VALUE);
  }

  private static String grants(String name) {
    return path(name) + "/grants";
  }

  static String path(String name) {
    return PATH + "/" + ControlPlane.escaped(name);
  }
}
