package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code policy}: who may use which key, as a security administrator. */
@Command(
    name = "policy",
    description = "Creates, lists, shows and deletes policies.",
    subcommands = PolicyCreateCommand.class)
final class PolicyCommand {
  static final String ROLE = "security-admin";
  static final String PATH = "/v1/policies";

  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 24, "name"),
          Column.of("EFFECT", 6, "effect"),
          list("PRINCIPALS", 24, "principals"),
          list("ACTIONS", 24, "actions"),
          list("KEYS", 16, "keys"));

  private final Terminal terminal;

  PolicyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Lists the policies.")
  int list(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    Pages pages = new Pages(terminal, output, COLUMNS);
    return plane.call(
        terminal.environment(),
        ROLE,
        calls -> {
          pages.print(calls, PATH, Long.MAX_VALUE);
          return ExitCodes.OK;
        });
  }

  @Command(description = "Shows a policy.")
  int show(
      @Parameters(paramLabel = "POLICY", description = "Name or id.") String policy,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject found =
        plane.call(terminal.environment(), ROLE, calls -> calls.get(path(calls, policy)));
    output.print(terminal, found);
    return ExitCodes.OK;
  }

  @Command(description = "Deletes a policy; what it alone allowed is refused from then on.")
  int delete(
      @Parameters(paramLabel = "POLICY", description = "Name or id.") String policy,
      @Mixin ControlPlane plane) {
    plane.call(
        terminal.environment(),
        ROLE,
        calls -> calls.call(HttpMethod.DELETE, path(calls, policy), null));
    return ExitCodes.OK;
  }

  /** The path of the policy with this id or name; the service knows policies by id alone. */
  private static String path(ControlPlane.Calls calls, String policy) {
    String id = ID.matcher(policy).matches() ? policy : idOf(calls, policy);
    return PATH + "/" + ControlPlane.escaped(id);
  }

  private static String idOf(ControlPlane.Calls calls, String name) {
    String after = "";
    do {
      JsonObject page = calls.get(PATH + "?limit=200" + after);
      for (Object item : page.getJsonArray("items", new JsonArray())) {
        if (item instanceof JsonObject found && name.equals(found.getString("name"))) {
          return found.getString("id");
        }
      }
      String next = page.getString("next");
      after = next == null ? null : "&after=" + ControlPlane.escaped(next);
    } while (after != null);
    throw new CliException(
        ExitCodes.FAILED, "there is no policy named " + name + "; see cofre policy list");
  }

  private static Column list(String heading, int width, String field) {
    return new Column(
        heading,
        width,
        item ->
            item.getJsonArray(field) == null
                ? "-"
                : String.join(
                    ",", item.getJsonArray(field).stream().map(String::valueOf).toList()));
  }
}
