package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pki role}: what an authority's certificates may say, and who gets them. */
@Command(
    name = "role",
    description =
        "What certificates of an authority may say, how long they live and who gets them.")
final class PkiRoleCommand {
  private static final String AUTHORITY = "The authority's name.";
  private static final String ROLE = "The role's name.";
  private static final String WHOM = "A principal's id, or group:NAME.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("TTL s", 8, "defaultTtlSeconds"),
          Column.of("MAX s", 8, "maxTtlSeconds"),
          Column.of("MOST", 6, "certificatesMax"),
          Column.of("DESCRIPTION", 32, "description"));
  private static final List<Column> GRANTS =
      List.of(
          Column.of("PRINCIPAL", 32, "principal"),
          Column.of("NOT AFTER", 24, "notAfter"),
          Column.of("GRANTED BY", 20, "createdBy"));

  private final Terminal terminal;

  PkiRoleCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Makes a role, or replaces it, as a JSON file says.")
  int put(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Option(
              names = "--file",
              paramLabel = "FILE",
              required = true,
              description = "The document: description, names, usages, lives in seconds.")
          Path file,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    return new CallAs(terminal, SecretCommand.OWNER)
        .print(output, plane, HttpMethod.PUT, path(authority, role), document);
  }

  @Command(description = "Lists an authority's roles.")
  int list(
      @Parameters(paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return pages(output, plane, COLUMNS, PkiAuthorityCommand.path(authority) + "/roles");
  }

  @Command(description = "Shows a role.")
  int show(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return new CallAs(terminal, SecretCommand.OWNER)
        .print(output, plane, HttpMethod.GET, path(authority, role), null);
  }

  @Command(description = "Removes a role without grants.")
  int delete(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin ControlPlane plane) {
    return remove(plane, SecretCommand.OWNER, path(authority, role));
  }

  @Command(description = "Lets a workload, or those of a group, get certificates of a role.")
  int grant(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Parameters(index = "2", paramLabel = "PRINCIPAL", description = WHOM) String principal,
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
    return new CallAs(terminal, PolicyCommand.ROLE)
        .print(output, plane, HttpMethod.PUT, grant(authority, role, principal), document);
  }

  @Command(description = "Takes a grant back; certificates that were handed out live on.")
  int ungrant(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Parameters(index = "2", paramLabel = "PRINCIPAL", description = WHOM) String principal,
      @Mixin ControlPlane plane) {
    return remove(plane, PolicyCommand.ROLE, grant(authority, role, principal));
  }

  @Command(description = "Lists who gets certificates of a role.")
  int grants(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return pages(output, plane, GRANTS, path(authority, role) + "/grants");
  }

  private int remove(ControlPlane plane, String as, String path) {
    return new CallAs(terminal, as).delete(plane, path);
  }

  private int pages(OutputOption output, ControlPlane plane, List<Column> columns, String path) {
    return new Pages(terminal, output, columns)
        .list(plane, SecretCommand.OWNER, path, "", Long.MAX_VALUE);
  }

  private static String path(String authority, String role) {
    return PkiAuthorityCommand.path(authority) + "/roles/" + ControlPlane.escaped(role);
  }

  private static String grant(String authority, String role, String principal) {
    return path(authority, role) + "/grants/" + ControlPlane.escaped(principal);
  }
}
