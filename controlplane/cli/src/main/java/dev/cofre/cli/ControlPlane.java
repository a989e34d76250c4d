package dev.cofre.cli;

import dev.cofre.client.Endpoint;
import dev.cofre.client.JsonApi;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options by which a command reaches the control plane. */
final class ControlPlane {
  @Option(
      names = "--control-url",
      paramLabel = "URL",
      description = "Address of the control plane (COFRE_CONTROL_URL).")
  String url;

  @Mixin Credentials credentials = new Credentials();

  /** Calls of the control plane, each of which waits for its answer. */
  interface Calls {
    JsonObject call(HttpMethod method, String path, JsonObject body);

    default JsonObject get(String path) {
      return call(HttpMethod.GET, path, null);
    }

    default JsonObject post(String path, JsonObject body) {
      return call(HttpMethod.POST, path, body);
    }
  }

  /** Carries out {@code calls} with the token of {@code role}. */
  <T> T call(Map<String, String> environment, String role, Function<Calls, T> calls) {
    Endpoint endpoint =
        credentials.endpoint(environment, PlaneAddress.control(url, environment), role);
    Vertx vertx = Threads.start();
    try (JsonApi api = new JsonApi(vertx, endpoint)) {
      return calls.apply((method, path, body) -> await(api, method, path, body));
    } finally {
      Threads.stop(vertx);
    }
  }

  private static JsonObject await(JsonApi api, HttpMethod method, String path, JsonObject body) {
    try {
      return api.call(method, path, body).toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** {@code segment} as one segment of a path. */
  static String escaped(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
