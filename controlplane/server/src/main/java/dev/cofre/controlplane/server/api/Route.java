package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.ManagementAction;
import io.vertx.core.http.HttpMethod;

/**
 * One route of the management API: a method on a path, the action it is, what it does.
 *
 * @param path as in OpenAPI, parameters in braces
 */
record Route(HttpMethod method, String path, ManagementAction action, Operation operation) {}
