package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
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

  private final RoleCalls calls;

  PkiRoleCommand(Terminal terminal) {
    this.calls = new RoleCalls(terminal, COLUMNS);
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
    return calls.put(role(authority, role), file, output, plane);
  }

  @Command(description = "Lists an authority's roles.")
  int list(
      @Parameters(paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return calls.list(PkiAuthorityCommand.path(authority), output, plane);
  }

  @Command(description = "Shows a role.")
  int show(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return calls.show(role(authority, role), output, plane);
  }

  @Command(description = "Removes a role without grants.")
  int delete(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin ControlPlane plane) {
    return calls.delete(role(authority, role), plane);
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
    return calls.grant(role(authority, role), principal, notAfter, output, plane);
  }

  @Command(description = "Takes a grant back; certificates that were handed out live on.")
  int ungrant(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Parameters(index = "2", paramLabel = "PRINCIPAL", description = WHOM) String principal,
      @Mixin ControlPlane plane) {
    return calls.ungrant(role(authority, role), principal, plane);
  }

  @Command(description = "Lists who gets certificates of a role.")
  int grants(
      @Parameters(index = "0", paramLabel = "AUTHORITY", description = AUTHORITY) String authority,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return calls.grants(role(authority, role), output, plane);
  }

  private static RoleCalls.Of role(String authority, String role) {
    return new RoleCalls.Of(PkiAuthorityCommand.path(authority), role);
  }
}
