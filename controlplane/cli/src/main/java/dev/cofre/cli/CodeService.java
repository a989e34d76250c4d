package dev.cofre.cli;

import dev.cofre.cli.code.Service;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.client.Endpoint;
import dev.cofre.client.JsonAnswer;
import dev.cofre.client.JsonApi;
import dev.cofre.client.TokenSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The control plane as two roles: one for keys, one for all else. Not thread-safe. */
final class CodeService implements Service, AutoCloseable {
  private final Vertx vertx;
  private final JsonApi keys;
  private final JsonApi rest;
  private final ControlPlane plane;

  private CodeService(Vertx vertx, JsonApi keys, JsonApi rest, ControlPlane plane) {
    this.vertx = vertx;
    this.keys = keys;
    this.rest = rest;
    this.plane = plane;
  }

  /** Reaches the control plane with the tokens that {@code plane} and {@code token} name. */
  static CodeService open(
      Map<String, String> environment, ControlPlane plane, CodeOptions.KeyToken token) {
    Endpoint rest = plane.endpoint(environment, PolicyCommand.ROLE);
    Endpoint keys = plane.endpoint(environment, KeyCommand.ROLE);
    String named = environment.get("COFRE_KEY_TOKEN_FILE");
    Path file = token.file != null || named == null ? token.file : Path.of(named);
    if (file != null) {
      if (!Files.isReadable(file)) {
        throw new CliException(ExitCodes.USAGE, "cannot read " + file);
      }
      keys = keys.withToken(TokenSource.file(file));
    }
    Vertx vertx = Threads.start();
    return new CodeService(vertx, new JsonApi(vertx, keys), new JsonApi(vertx, rest), plane);
  }

  @Override
  public Reply send(
      DocumentKind kind,
      HttpMethod method,
      String path,
      JsonObject body,
      Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    if (!method.equals(HttpMethod.GET)) {
      all.putAll(plane.headers());
    }
    JsonApi api = kind == DocumentKind.KEY ? keys : rest;
    JsonAnswer answer = ControlPlane.await(api.ask(method, path, body, all));
    return new Reply(answer.status() == ControlPlane.ACCEPTED, answer.document());
  }

  @Override
  public void close() {
    keys.close();
    rest.close();
    Threads.stop(vertx);
  }
}
