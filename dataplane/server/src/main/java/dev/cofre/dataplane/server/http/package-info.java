/**
 * The HTTP face of the data plane: {@link dev.cofre.dataplane.server.http.Dispatcher} routes, one
 * class for each kind of body.
 */
package dev.cofre.dataplane.server.http;
