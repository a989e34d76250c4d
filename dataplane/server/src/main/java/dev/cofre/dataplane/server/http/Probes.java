package dev.cofre.dataplane.server.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.call.Identification;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Engine;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.http.RequestIds;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Answers about the node itself: liveness, readiness, metrics, the API's description. */
final class Probes {
  private static final Buffer OPENAPI = load("/openapi.yaml");

  private final ServerState state;
  private final RequestPath path;

  Probes(ServerState state, RequestPath path) {
    this.state = state;
    this.path = path;
  }

  void answer(Call call, HttpServerRequest request) {
    try {
      if (!HttpMethod.GET.equals(request.method()) && !HttpMethod.HEAD.equals(request.method())) {
        request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
        throw new ProblemException(ErrorCode.METHOD_NOT_ALLOWED, "send this call with GET");
      }
      switch (call.kind()) {
        case LIVE -> json(request, 200, new JsonObject().put("status", "live"));
        case READY -> ready(request);
        case METRICS -> metrics(request);
        default -> send(request, 200, "application/yaml", OPENAPI);
      }
    } catch (ProblemException problem) {
      ProblemBody.write(request, RequestIds.next(), problem);
    }
  }

  private void ready(HttpServerRequest request) {
    Engine engine = state.engine();
    String reason = state.unreadiness();
    JsonArray degraded = new JsonArray();
    if (!engine.gateway().isHealthy()) {
      degraded.add("hsm");
    }
    if (engine.auditFigures().losses() > 0 || state.seals().broken() > 0) {
      degraded.add("audit");
    }
    if (engine.auditFigures().lacksNext()) {
      degraded.add("audit-room");
    }
    if (!state.seals().isWorking()) {
      degraded.add("audit-sealing");
    }
    if (state.ships().isLate()) {
      degraded.add("audit-shipping");
    }
    if (engine.digestKeys().undigestedEvents() > 0 && !engine.digestKeys().isReady()) {
      degraded.add("audit-digests");
    }
    JsonObject body = new JsonObject().put("status", reason == null ? "ready" : "not ready");
    if (reason != null) {
      body.put("reason", reason);
    }
    json(request, reason == null ? 200 : 503, body.put("degraded", degraded));
  }

  /**
   * In development open; elsewhere for any authenticated principal, or any client that the
   * listener's CA vouches for.
   */
  private void metrics(HttpServerRequest request) {
    boolean certified =
        request.isSSL() && request.connection().sslSession() != null && hasPeer(request);
    if (!state.isDevelopment() && !certified) {
      path.authenticate(Identification.bearerToken(request));
    }
    send(
        request,
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        Buffer.buffer(state.metrics().text(state)));
  }

  private static boolean hasPeer(HttpServerRequest request) {
    try {
      return request.connection().sslSession().getPeerCertificates().length > 0;
    } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
      return false;
    }
  }

  private static void json(HttpServerRequest request, int status, JsonObject body) {
    send(request, status, "application/json", body.toBuffer());
  }

  private static void send(HttpServerRequest request, int status, String contentType, Buffer body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body);
  }

  private static Buffer load(String resource) {
    try (InputStream in = Probes.class.getResourceAsStream(resource)) {
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
