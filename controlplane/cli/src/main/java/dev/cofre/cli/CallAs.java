package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/**
 * Single calls to the control plane in {@code role}.
 *
 * @param role whose token is taken where none is named
 */
record CallAs(Terminal terminal, String role) {
  /** Prints what the call is answered. */
  int print(
      OutputOption output,
      ControlPlane plane,
      HttpMethod method,
      String path,
      JsonObject document) {
    output.print(
        terminal,
        plane.call(terminal.environment(), role, calls -> calls.call(method, path, document)));
    return ExitCodes.OK;
  }

  /** Removes what is at {@code path}. */
  int delete(ControlPlane plane, String path) {
    plane.call(terminal.environment(), role, calls -> calls.call(HttpMethod.DELETE, path, null));
    return ExitCodes.OK;
  }
}
