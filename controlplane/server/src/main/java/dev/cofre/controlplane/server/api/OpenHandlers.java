package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.server.identity.CertificateNames;
import dev.cofre.controlplane.server.identity.Credentials;
import dev.cofre.controlplane.server.store.StoreException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Health, metrics and the API's description: nothing of these is management, none is audited. */
final class OpenHandlers {
  private final Readiness readiness;
  private final Counters counters;
  private final Gatekeeper gatekeeper;
  private final Workers workers;
  private final boolean metricsOpen;
  private final byte[] openApi;

  OpenHandlers(
      Readiness readiness,
      Counters counters,
      Gatekeeper gatekeeper,
      Workers workers,
      boolean metricsOpen) {
    this.readiness = readiness;
    this.counters = counters;
    this.gatekeeper = gatekeeper;
    this.workers = workers;
    this.metricsOpen = metricsOpen;
    this.openApi = load();
  }

  private static byte[] load() {
    try (InputStream yaml = OpenHandlers.class.getResourceAsStream("/openapi.yaml")) {
      return yaml.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void live(RoutingContext context) {
    Exchange.answer(context.response(), Answer.json(200, new JsonObject().put("status", "live")));
  }

  void ready(RoutingContext context) {
    List<String> obstacles = readiness.obstacles();
    JsonObject body =
        new JsonObject()
            .put("status", obstacles.isEmpty() ? "ready" : "not_ready")
            .put("obstacles", new JsonArray(obstacles))
            .put("degraded", new JsonArray(readiness.degradations()));
    if (!obstacles.isEmpty()) {
      context.response().putHeader("Retry-After", "1");
    }
    Exchange.answer(context.response(), Answer.json(obstacles.isEmpty() ? 200 : 503, body));
  }

  void openApi(RoutingContext context) {
    Exchange.answer(context.response(), new Answer(200, null, "application/yaml", openApi));
  }

  void metrics(RoutingContext context) {
    boolean verified =
        context.request().isSSL() && !CertificateNames.of(context.request().sslSession()).isEmpty();
    var credentials = gatekeeper.credentials(context.request());
    workers
        .run(
            context.vertx().getOrCreateContext(),
            () -> {
              boolean ofKeys = metricsOpen || seesAllKeys(credentials, verified);
              return counters.text(ofKeys).getBytes(StandardCharsets.UTF_8);
            })
        .onSuccess(
            text ->
                Exchange.answer(
                    context.response(), new Answer(200, null, "text/plain; version=0.0.4", text)))
        .onFailure(failure -> Exchange.fail(context.response(), failure));
  }

  /**
   * Whether the reader may see which keys there are. A certificate alone proves that the
   * installation knows the reader, not more.
   */
  private boolean seesAllKeys(Credentials credentials, boolean verified) {
    try {
      return Permissions.seesAllKeys(gatekeeper.authenticate(credentials).principal());
    } catch (ProblemException | StoreException e) {
      if (verified) {
        return false;
      }
      throw e;
    }
  }

  /** The last route: no other one took the path. */
  static void notFound(RoutingContext context) {
    Exchange.fail(
        context.response(),
        new ProblemException(
            ErrorCode.NOT_FOUND, "there is no such path; see /openapi.yaml for all there are"));
  }
}
