package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.ManagementAction;
import io.vertx.core.http.HttpMethod;

/**
 * One route of the management API: a method on a path, the action it is, what it does.
 *
 * @param path as in OpenAPI, parameters in braces
 * @param takesDocument whether its body is a document; else it takes none
 */
record Route(
    HttpMethod method,
    String path,
    ManagementAction action,
    Operation operation,
    boolean takesDocument) {
  /** A route that takes no document. */
  Route(HttpMethod method, String path, ManagementAction action, Operation operation) {
    this(method, path, action, operation, false);
  }

  /** A route whose body is a document. */
  static Route withDocument(
      HttpMethod method, String path, ManagementAction action, Operation operation) {
    return new Route(method, path, action, operation, true);
  }
}
