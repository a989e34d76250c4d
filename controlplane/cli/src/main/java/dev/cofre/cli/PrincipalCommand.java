package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.random.KernelRandom;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code principal}: who there is, their roles and tokens, as a security administrator. */
@Command(name = "principal", description = "Keeps principals, their roles and their tokens.")
final class PrincipalCommand {
  static final String PATH = "/v1/principals";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ID", 24, "id"),
          texts("ROLES", 24, "roles"),
          Column.of("CHANGED BY", 16, "updatedBy"),
          Column.of("CHANGED", 20, "updatedAt"));

  private final Terminal terminal;
  private final AdminCalls admin;

  /** What a principal is there for. */
  static final class Roles {
    @Option(
        names = "--role",
        required = true,
        split = ",",
        paramLabel = "R",
        description = "What it is there for: one or more roles.")
    private List<String> roles;

    JsonArray names() {
      return new JsonArray(roles);
    }
  }

  PrincipalCommand(Terminal terminal) {
    this.terminal = terminal;
    this.admin = new AdminCalls(terminal, PATH);
  }

  @Command(description = "Lists the principals.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.list(output, plane, COLUMNS);
  }

  @Command(description = "Shows a principal.")
  int show(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(output, plane, calls -> calls.get(admin.path(id)));
  }

  @Command(description = "Makes a principal; it has no token yet, see principal token.")
  int create(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Mixin Roles roles,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    JsonObject document = new JsonObject().put("id", id).put("roles", roles.names());
    return admin.print(output, plane, calls -> calls.post(PATH, document));
  }

  @Command(description = "Gives a principal other roles, in place of those that it has.")
  int update(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Mixin Roles roles,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    JsonObject document = new JsonObject().put("roles", roles.names());
    return admin.print(
        output, plane, calls -> calls.call(HttpMethod.PUT, admin.path(id), document));
  }

  @Command(description = "Removes a principal that no policy and no group names.")
  int delete(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Mixin ChangingPlane plane) {
    return admin.delete(plane, admin.path(id));
  }

  @Command(
      description =
          "Gives a principal a fresh token, which is made here, is sent to nobody and goes to a"
              + " file (mode 0600); the one before is refused from then on. That of a principal"
              + " with an administrator's role works once another person has approved it.")
  int token(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Option(
              names = "--out",
              required = true,
              paramLabel = "FILE",
              description = "Where to write it.")
          Path file,
      @Option(names = "--force", description = "Replaces a file that is there.") boolean force,
      @Mixin ChangingPlane plane)
      throws IOException {
    TokenFile out = new TokenFile(file, force);
    out.check();
    BearerToken token = BearerToken.generate(KernelRandom.INSTANCE);
    JsonObject document = new JsonObject().put("sha256", HexFormat.of().formatHex(token.digest()));
    try {
      plane.call(
          terminal.environment(),
          PolicyCommand.ROLE,
          calls -> calls.post(admin.path(id) + "/token", document));
    } catch (PendingException pending) {
      out.write(token);
      throw pending.noting("the token in " + file + " works once this is approved");
    }
    out.write(token);
    return ExitCodes.OK;
  }

  /** A column of texts. */
  static Column texts(String heading, int width, String field) {
    return new Column(
        heading,
        width,
        item ->
            String.join(
                ",",
                item.getJsonArray(field, new JsonArray()).stream().map(String::valueOf).toList()));
  }
}
