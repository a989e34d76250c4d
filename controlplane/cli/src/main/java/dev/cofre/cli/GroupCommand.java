package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code group}: principals under one name, as a security administrator. */
@Command(name = "group", description = "Keeps groups of principals and of other groups.")
final class GroupCommand {
  private static final String PATH = "/v1/groups";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          PrincipalCommand.texts("MEMBERS", 32, "members"),
          PrincipalCommand.texts("ROLES", 16, "roles"),
          Column.of("CHANGED", 20, "updatedAt"));

  private final AdminCalls admin;

  /** What a group holds. */
  static final class Contents {
    @Option(
        names = "--member",
        split = ",",
        paramLabel = "M",
        description = "Principals' ids, and group:NAME.")
    private List<String> members = List.of();

    @Option(
        names = "--role",
        split = ",",
        paramLabel = "R",
        description = "Roles that every member has by being one.")
    private List<String> roles = List.of();

    JsonObject document() {
      return new JsonObject()
          .put("members", new JsonArray(members))
          .put("roles", new JsonArray(roles));
    }
  }

  GroupCommand(Terminal terminal) {
    this.admin = new AdminCalls(terminal, PATH);
  }

  @Command(description = "Lists the groups.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.list(output, plane, COLUMNS);
  }

  @Command(description = "Shows a group.")
  int show(
      @Parameters(paramLabel = "NAME", description = "The group's name.") String name,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(output, plane, calls -> calls.get(admin.path(name)));
  }

  @Command(description = "Makes a group.")
  int create(
      @Parameters(paramLabel = "NAME", description = "The group's name.") String name,
      @Mixin Contents contents,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return admin.print(
        output, plane, calls -> calls.post(PATH, contents.document().put("name", name)));
  }

  @Command(description = "Gives a group other members and roles, in place of those that it has.")
  int update(
      @Parameters(paramLabel = "NAME", description = "The group's name.") String name,
      @Mixin Contents contents,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return admin.print(
        output, plane, calls -> calls.call(HttpMethod.PUT, admin.path(name), contents.document()));
  }

  @Command(description = "Removes a group that no policy and no other group names.")
  int delete(
      @Parameters(paramLabel = "NAME", description = "The group's name.") String name,
      @Mixin ChangingPlane plane) {
    return admin.delete(plane, admin.path(name));
  }
}
