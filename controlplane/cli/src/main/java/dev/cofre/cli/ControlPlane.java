package dev.cofre.cli;

import dev.cofre.client.Endpoint;
import dev.cofre.client.JsonAnswer;
import dev.cofre.client.JsonApi;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options by which a command reaches the control plane. */
class ControlPlane {
  /** The status of what waits for the approval of others. */
  static final int ACCEPTED = 202;

  @Option(
      names = "--control-url",
      paramLabel = "URL",
      description = "Address of the control plane (COFRE_CONTROL_URL).")
  String url;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for those who must approve it, when it needs approval.")
  String reason;

  @Mixin Credentials credentials = new Credentials();

  /** Calls of the control plane, each of which waits for its answer. */
  interface Calls {
    JsonObject call(HttpMethod method, String path, JsonObject body, Map<String, String> headers);

    default JsonObject call(HttpMethod method, String path, JsonObject body) {
      return call(method, path, body, Map.of());
    }

    default JsonObject get(String path) {
      return call(HttpMethod.GET, path, null);
    }

    default JsonObject post(String path, JsonObject body) {
      return call(HttpMethod.POST, path, body);
    }
  }

  /** Carries out {@code calls} with the token of {@code role}. */
  <T> T call(Map<String, String> environment, String role, Function<Calls, T> calls) {
    return call(endpoint(environment, role), calls);
  }

  /** The same of calls that may take {@code timeoutMs} each. */
  <T> T callSlowly(
      Map<String, String> environment, String role, long timeoutMs, Function<Calls, T> calls) {
    Endpoint.Limits usual = Endpoint.Limits.DEFAULT;
    return call(
        endpoint(environment, role)
            .withLimits(
                new Endpoint.Limits(timeoutMs, usual.stallTimeoutMs(), usual.connectionsMax())),
        calls);
  }

  /** Carries out {@code calls} for somebody who has no token yet. */
  <T> T callWithoutToken(Map<String, String> environment, Function<Calls, T> calls) {
    return call(
        credentials.withoutToken(environment, PlaneAddress.control(url, environment)), calls);
  }

  private <T> T call(Endpoint endpoint, Function<Calls, T> calls) {
    Vertx vertx = Threads.start();
    try (JsonApi api = new JsonApi(vertx, endpoint)) {
      return calls.apply(
          (method, path, body, headers) -> {
            Map<String, String> all = new HashMap<>(headers);
            all.putAll(headers());
            return await(api, method, path, body, all);
          });
    } finally {
      Threads.stop(vertx);
    }
  }

  /** Where the control plane is, and the token of {@code role} when no other one was named. */
  Endpoint endpoint(Map<String, String> environment, String role) {
    return credentials.endpoint(environment, PlaneAddress.control(url, environment), role);
  }

  /** Who asks which control plane: the address, and the paths of what it is asked with. */
  String holder(Map<String, String> environment, String role) {
    String address = PlaneAddress.control(url, environment);
    return address + "\0" + credentials.names(environment, address, role);
  }

  /** What goes with everything that may need approval. */
  Map<String, String> headers() {
    return reason == null ? Map.of() : Map.of("Cofre-Reason", escaped(reason));
  }

  private static JsonObject await(
      JsonApi api, HttpMethod method, String path, JsonObject body, Map<String, String> headers) {
    JsonAnswer answer = await(api.ask(method, path, body, headers));
    if (answer.status() == ACCEPTED) {
      throw new PendingException(answer.document());
    }
    return answer.document();
  }

  /** Waits for {@code answer}; its failure is thrown as it is. */
  static JsonAnswer await(Future<JsonAnswer> answer) {
    try {
      return answer.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** {@code segment} as one segment of a path. */
  static String escaped(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
