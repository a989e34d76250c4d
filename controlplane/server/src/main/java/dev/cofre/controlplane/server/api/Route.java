package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.ManagementAction;
import io.vertx.core.http.HttpMethod;

/**
 * One route of the management API: a method on a path, the action it is, what it does.
 *
 * @param path as in OpenAPI, parameters in braces
 * @param takesDocument whether its body may hold fields
 */
record Route(
    HttpMethod method,
    String path,
    ManagementAction action,
    Operation operation,
    boolean takesDocument) {
  /** One whose body may hold fields when it makes something: a POST to a collection. */
  Route(HttpMethod method, String path, ManagementAction action, Operation operation) {
    this(method, path, action, operation, method.equals(HttpMethod.POST) && !path.contains("{"));
  }
}
