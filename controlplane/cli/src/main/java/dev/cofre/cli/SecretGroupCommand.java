package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret group}: secrets of one sensitivity under one name, and who reads them. */
@Command(
    name = "group",
    description = {
      "Keeps groups of secrets of one environment and one data class. Who is granted a group reads",
      "each secret in it, so adding one takes the right to grant."
    })
final class SecretGroupCommand {
  private static final String PATH = "/v1/secret-groups";
  private static final String GROUP = "The group's name.";
  private static final String SECRET = "The secret's exact name.";
  private static final String WHOM = "A principal's id, or group:NAME of principals.";
  private static final String OWNER = "Who answers for it: a principal's id, or group:NAME.";
  private static final String FOR = "What it is for, in words.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("ENVIRONMENT", 11, "environment"),
          Column.of("CLASS", 12, "dataClass"),
          Column.of("OWNER", 20, "owner"),
          Column.of("DESCRIPTION", 32, "description"));
  private static final List<Column> GRANTS =
      List.of(
          Column.of("PRINCIPAL", 32, "principal"),
          Column.of("NOT AFTER", 24, "notAfter"),
          Column.of("GRANTED", 24, "createdAt"),
          Column.of("GRANTED BY", 20, "createdBy"));

  private final Terminal terminal;

  SecretGroupCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Makes a group, empty and without readers.")
  int create(
      @Parameters(paramLabel = "NAME", description = "a-z, 0-9, '.', '_', '-'; at most 63.")
          String name,
      @Option(
              names = "--environment",
              required = true,
              description = "Of all its secrets: dev, staging or prod.")
          String environment,
      @Option(
              names = "--data-class",
              required = true,
              description = "Of all its secrets: public, internal, confidential or restricted.")
          String dataClass,
      @Option(names = "--owner", required = true, description = OWNER) String owner,
      @Option(names = "--description", required = true, description = FOR) String description,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document =
        new JsonObject()
            .put("name", name)
            .put("environment", environment)
            .put("dataClass", dataClass)
            .put("owner", owner)
            .put("description", description);
    return admin().print(output, plane, HttpMethod.POST, PATH, document);
  }

  @Command(description = "Lists the groups of secrets that you may know of.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return pages(output, plane, COLUMNS, PATH);
  }

  @Command(description = "Shows a group and what is in it.")
  int show(
      @Parameters(paramLabel = "NAME", description = GROUP) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin().print(output, plane, HttpMethod.GET, path(name), null);
  }

  @Command(description = "Changes a group's owner and description; what is not named stays.")
  int update(
      @Parameters(paramLabel = "NAME", description = GROUP) String name,
      @Option(names = "--owner", description = OWNER) String owner,
      @Option(names = "--description", description = FOR) String description,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = new JsonObject();
    if (owner != null) {
      document.put("owner", owner);
    }
    if (description != null) {
      document.put("description", description);
    }
    if (document.isEmpty()) {
      throw new CliException(ExitCodes.USAGE, "give --owner or --description");
    }
    return admin().print(output, plane, HttpMethod.PATCH, path(name), document);
  }

  @Command(description = "Removes a group without grants; the secrets in it stay.")
  int delete(
      @Parameters(paramLabel = "NAME", description = GROUP) String name,
      @Mixin ControlPlane plane) {
    return admin().delete(plane, path(name));
  }

  @Command(description = "Puts a secret into a group: all who read the group read it then.")
  int add(
      @Parameters(index = "0", paramLabel = "NAME", description = GROUP) String name,
      @Parameters(index = "1", paramLabel = "SECRET", description = SECRET) String secret,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin().print(output, plane, HttpMethod.PUT, member(name, secret), null);
  }

  @Command(description = "Takes a secret out of a group.")
  int remove(
      @Parameters(index = "0", paramLabel = "NAME", description = GROUP) String name,
      @Parameters(index = "1", paramLabel = "SECRET", description = SECRET) String secret,
      @Mixin ControlPlane plane) {
    return admin().delete(plane, member(name, secret));
  }

  @Command(description = "Lets a workload, or those of a group, read all secrets of a group.")
  int grant(
      @Parameters(index = "0", paramLabel = "NAME", description = GROUP) String name,
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
    return admin().print(output, plane, HttpMethod.PUT, grant(name, principal), document);
  }

  @Command(description = "Takes a grant on a group back.")
  int ungrant(
      @Parameters(index = "0", paramLabel = "NAME", description = GROUP) String name,
      @Parameters(index = "1", paramLabel = "PRINCIPAL", description = WHOM) String principal,
      @Mixin ControlPlane plane) {
    return admin().delete(plane, grant(name, principal));
  }

  @Command(description = "Lists who may read all secrets of a group.")
  int grants(
      @Parameters(paramLabel = "NAME", description = GROUP) String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return pages(output, plane, GRANTS, path(name) + "/grants");
  }

  private CallAs admin() {
    return new CallAs(terminal, PolicyCommand.ROLE);
  }

  private int pages(OutputOption output, ControlPlane plane, List<Column> columns, String path) {
    return new Pages(terminal, output, columns)
        .list(plane, PolicyCommand.ROLE, path, "", Long.MAX_VALUE);
  }

  static String path(String name) {
    return PATH + "/" + ControlPlane.escaped(name);
  }

  private static String member(String name, String secret) {
    return path(name) + "/members/" + ControlPlane.escaped(secret);
  }

  private static String grant(String name, String principal) {
    return path(name) + "/grants/" + ControlPlane.escaped(principal);
  }
}
