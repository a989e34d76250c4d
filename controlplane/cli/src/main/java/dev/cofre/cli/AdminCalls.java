package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/**
 * What the commands of a security administrator do with objects of one kind: list, print, remove.
 *
 * @param root the path of their list
 */
record AdminCalls(Terminal terminal, String root) {
  /** The path of the object {@code name}. */
  String path(String name) {
    return root + "/" + ControlPlane.escaped(name);
  }

  /** Prints all of them. */
  int list(OutputOption output, ControlPlane plane, List<Column> columns) {
    return new Pages(terminal, output, columns)
        .list(plane, PolicyCommand.ROLE, root, "", Long.MAX_VALUE);
  }

  /** Prints what {@code call} is answered. */
  int print(
      OutputOption output, ControlPlane plane, Function<ControlPlane.Calls, JsonObject> call) {
    output.print(terminal, plane.call(terminal.environment(), PolicyCommand.ROLE, call));
    return ExitCodes.OK;
  }

  /** Removes what is at {@code path}. */
  int delete(ControlPlane plane, String path) {
    plane.call(
        terminal.environment(),
        PolicyCommand.ROLE,
        calls -> calls.call(HttpMethod.DELETE, path, null));
    return ExitCodes.OK;
  }
}
