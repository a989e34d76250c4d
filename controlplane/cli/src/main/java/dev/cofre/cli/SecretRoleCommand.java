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

/** {@code secret role}: what an engine's credentials may do, and who gets them. */
@Command(
    name = "role",
    description = "What credentials of an engine may do, how long they live and who gets them.")
final class SecretRoleCommand {
  private static final String ENGINE = "The engine's name.";
  private static final String ROLE = "The role's name.";
  private static final String WHOM = "A principal's id, or group:NAME.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("TTL s", 8, "defaultTtlSeconds"),
          Column.of("MAX s", 8, "maxTtlSeconds"),
          Column.of("LEASES", 7, "leasesMax"),
          Column.of("DESCRIPTION", 32, "description"));

  private final RoleCalls calls;

  SecretRoleCommand(Terminal terminal) {
    this.calls = new RoleCalls(terminal, COLUMNS);
  }

  @Command(description = "Makes a role, or replaces it, as a JSON file says.")
  int put(
      @Parameters(index = "0", paramLabel = "ENGINE", description = ENGINE) String engine,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Option(
              names = "--file",
              paramLabel = "FILE",
              required = true,
              description = "The document: description, lives in seconds, grants.")
          Path file,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    return calls.put(role(engine, role), file, output, plane);
  }

  @Command(description = "Lists an engine's roles.")
  int list(
      @Parameters(paramLabel = "ENGINE", description = ENGINE) String engine,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return calls.list(SecretEngineCommand.path(engine), output, plane);
  }

  @Command(description = "Shows a role.")
  int show(
      @Parameters(index = "0", paramLabel = "ENGINE", description = ENGINE) String engine,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return calls.show(role(engine, role), output, plane);
  }

  @Command(description = "Removes a role without live leases and grants.")
  int delete(
      @Parameters(index = "0", paramLabel = "ENGINE", description = ENGINE) String engine,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin ControlPlane plane) {
    return calls.delete(role(engine, role), plane);
  }

  @Command(description = "Lets a workload, or those of a group, get credentials of a role.")
  int grant(
      @Parameters(index = "0", paramLabel = "ENGINE", description = ENGINE) String engine,
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
    return calls.grant(role(engine, role), principal, notAfter, output, plane);
  }

  @Command(description = "Takes a grant back; credentials that were handed out live on.")
  int ungrant(
      @Parameters(index = "0", paramLabel = "ENGINE", description = ENGINE) String engine,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Parameters(index = "2", paramLabel = "PRINCIPAL", description = WHOM) String principal,
      @Mixin ControlPlane plane) {
    return calls.ungrant(role(engine, role), principal, plane);
  }

  @Command(description = "Lists who gets credentials of a role.")
  int grants(
      @Parameters(index = "0", paramLabel = "ENGINE", description = ENGINE) String engine,
      @Parameters(index = "1", paramLabel = "ROLE", description = ROLE) String role,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return calls.grants(role(engine, role), output, plane);
  }

  private static RoleCalls.Of role(String engine, String role) {
    return new RoleCalls.Of(SecretEngineCommand.path(engine), role);
  }
}
