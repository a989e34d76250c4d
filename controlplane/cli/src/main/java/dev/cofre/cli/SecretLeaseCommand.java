package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret lease}: credentials that end by themselves. */
@Command(name = "lease", description = "Credentials that the vault makes and removes.")
final class SecretLeaseCommand {
  private static final String PATH = "/v1/leases";
  private static final String WORKLOAD = "app";
  private static final String LEASE = "The lease's id.";
  private static final String ONLY_ENGINE = "Those of this engine alone.";
  private static final String ONLY_ROLE = "Those of this role of the engine alone.";
  private static final String ONLY_PRINCIPAL = "Those of this principal alone.";
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ID", 36, "id"),
          Column.of("ROLE", 16, "role"),
          Column.of("PRINCIPAL", 20, "principal"),
          Column.of("STATE", 8, "state"),
          Column.of("EXPIRES", 24, "expiresAt"),
          Column.of("ATTEMPTS", 8, "attempts"),
          Column.of("LAST ERROR", 20, "lastError"));

  private final Terminal terminal;

  SecretLeaseCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      description = {
        "Makes a credential and prints it with its password, which is kept nowhere and cannot be",
        "shown again."
      })
  int issue(
      @Parameters(index = "0", paramLabel = "ENGINE", description = "The engine.") String engine,
      @Parameters(index = "1", paramLabel = "ROLE", description = "Its role.") String role,
      @Option(names = "--ttl-seconds", paramLabel = "N", description = "How long it lives.")
          Integer ttl,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = new JsonObject().put("engine", engine).put("role", role);
    return new CallAs(terminal, WORKLOAD)
        .print(output, plane, HttpMethod.POST, PATH, ttl(document, ttl));
  }

  @Command(description = "Prolongs a lease, to its role's limit at most.")
  int renew(
      @Parameters(paramLabel = "LEASE", description = LEASE) String lease,
      @Option(names = "--ttl-seconds", paramLabel = "N", description = "How long from now on.")
          Integer ttl,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = ttl(new JsonObject(), ttl);
    return new CallAs(terminal, WORKLOAD)
        .print(output, plane, HttpMethod.POST, path(lease) + "/renew", document);
  }

  private static JsonObject ttl(JsonObject document, Integer ttl) {
    return ttl == null ? document : document.put("ttlSeconds", ttl);
  }

  @Command(description = "Lists the leases that you may know of.")
  int list(
      @Option(names = "--engine", description = ONLY_ENGINE) String engine,
      @Option(names = "--role", description = ONLY_ROLE) String role,
      @Option(names = "--principal", description = ONLY_PRINCIPAL) String principal,
      @Option(names = "--state", description = "PENDING, ACTIVE, REVOKING or REVOKED alone.")
          String state,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    String query = selected(engine, role, principal).with("state", state).query();
    return new Pages(terminal, output, COLUMNS)
        .list(plane, SecretCommand.OWNER, PATH, query, Long.MAX_VALUE);
  }

  private static Named selected(String engine, String role, String principal) {
    return new Named().with("engine", engine).with("role", role).with("principal", principal);
  }

  @Command(description = "Shows a lease.")
  int show(
      @Parameters(paramLabel = "LEASE", description = LEASE) String lease,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return new CallAs(terminal, SecretCommand.OWNER)
        .print(output, plane, HttpMethod.GET, path(lease), null);
  }

  @Command(description = "Ends a lease; its credential goes at once, or when its system is back.")
  int revoke(
      @Parameters(paramLabel = "LEASE", description = LEASE) String lease,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return new CallAs(terminal, PolicyCommand.ROLE)
        .print(output, plane, HttpMethod.POST, path(lease) + "/revoke", null);
  }

  @Command(
      name = "revoke-all",
      description = "Ends all leases of an engine, a role of it, a principal, or both.")
  int revokeAll(
      @Option(names = "--engine", description = ONLY_ENGINE) String engine,
      @Option(names = "--role", description = ONLY_ROLE) String role,
      @Option(names = "--principal", description = ONLY_PRINCIPAL) String principal,
      @Option(names = "--dry-run", description = "Count them and change nothing.") boolean dryRun,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = selected(engine, role, principal).document().put("dryRun", dryRun);
    return new CallAs(terminal, PolicyCommand.ROLE)
        .print(output, plane, HttpMethod.POST, "/v1/lease-revocations", document);
  }

  private static String path(String lease) {
    return PATH + "/" + ControlPlane.escaped(lease);
  }
}
