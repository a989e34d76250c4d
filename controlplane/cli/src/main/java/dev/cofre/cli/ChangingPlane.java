package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Option;

/**
 * The options by which a command reaches the control plane to change what data planes decide by: it
 * may wait until the change is in force on all of them.
 */
final class ChangingPlane extends ControlPlane {
  private static final String WAIT = "wait=enforced&waitMs=20000";
  private static final String ENFORCEMENT = "enforcement";

  /** Of a control plane that does not tell. */
  private static final JsonObject UNKNOWN =
      new JsonObject().put("complete", false).put("nodes", new JsonArray());

  @Option(
      names = "--wait",
      description =
          "Returns when the change is in force on every data plane node, or the node surely"
              + " refuses everything; says which.")
  boolean wait;

  @Option(
      names = "--wait-seconds",
      paramLabel = "S",
      defaultValue = "360",
      description = "How long --wait waits at most; then exit code 6 (default ${DEFAULT-VALUE}).")
  int waitSeconds;

  @Override
  <T> T call(Map<String, String> environment, String role, Function<Calls, T> calls) {
    return super.call(
        environment,
        role,
        plain ->
            calls.apply(
                (method, path, body, headers) ->
                    wait && !method.equals(HttpMethod.GET)
                        ? enforced(plain, plain.call(method, waiting(path), body, headers))
                        : plain.call(method, path, body, headers)));
  }

  private static String waiting(String path) {
    return path + (path.contains("?") ? "&" : "?") + WAIT;
  }

  /** {@code answer} with how far it is at the end of the wait. */
  private JsonObject enforced(Calls calls, JsonObject answer) {
    long endNs = System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos();
    JsonObject now = answer.getJsonObject(ENFORCEMENT, UNKNOWN);
    while (!now.getBoolean("complete") && now.getLong("revision") != null) {
      if (System.nanoTime() - endNs >= 0) {
        break;
      }
      now =
          calls
              .get(
                  "/v1/nodes/enforcement?epoch="
                      + now.getLong("epoch")
                      + "&revision="
                      + now.getLong("revision")
                      + "&waitMs=20000")
              .getJsonObject(ENFORCEMENT);
    }
    if (!now.getBoolean("complete")) {
      throw new NotEnforcedException(answer.put(ENFORCEMENT, now));
    }
    return answer.put(ENFORCEMENT, now);
  }
}
