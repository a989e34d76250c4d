package dev.cofre.controlplane.server.api;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.identity.CertificateNames;
import dev.cofre.controlplane.server.identity.Credentials;
import dev.cofre.engine.identity.SpiffeId;
import dev.cofre.http.ProblemJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** Reads requests and writes answers; on the event loop. Stateless. */
final class Exchange {
  private static final long LINGER_MS = 500;
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final String REQUEST_ID_HEADER = "Request-Id";

  private Exchange() {}

  /** Sets what every answer carries. */
  static void begin(HttpServerRequest request) {
    String asked = request.getHeader(REQUEST_ID_HEADER);
    String id =
        asked != null && REQUEST_ID.matcher(asked).matches() ? asked : UUID.randomUUID().toString();
    request
        .response()
        .putHeader(REQUEST_ID_HEADER, id)
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff");
  }

  /** Has the connection closed after the answer, where the protocol has a word for that. */
  static void closeAfter(HttpServerRequest request) {
    if (request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader("Connection", "close");
      // A moment later: a reset would take the answer away from a caller that still sends.
      Vertx vertx = Vertx.currentContext().owner();
      request
          .response()
          .endHandler(sent -> vertx.setTimer(LINGER_MS, late -> request.connection().close()));
    }
  }

  static String requestId(HttpServerResponse response) {
    return response.headers().get(REQUEST_ID_HEADER);
  }

  static RequestFacts facts(RoutingContext context) {
    return facts(context, () -> false);
  }

  /**
   * What a request said; nobody waits for its answer any more when the connection is closed.
   *
   * @param isStopping whether this node stops
   */
  static RequestFacts facts(RoutingContext context, BooleanSupplier isStopping) {
    AtomicBoolean ended = new AtomicBoolean();
    context.addEndHandler(ignored -> ended.set(true));
    HttpServerRequest request = context.request();
    Buffer body = context.body() == null ? null : context.body().buffer();
    return new RequestFacts(
        requestId(request.response()),
        address(request),
        request.method().name(),
        request.path(),
        context.pathParams(),
        context.queryParams(),
        request.headers(),
        body == null ? new byte[0] : body.getBytes(),
        () -> ended.get() || isStopping.getAsBoolean());
  }

  /** The caller's network address; null when the connection is gone. */
  static String address(HttpServerRequest request) {
    return request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
  }

  static Credentials credentials(HttpServerRequest request, Optional<String> trustDomain) {
    List<String> names = request.isSSL() ? CertificateNames.of(request.sslSession()) : List.of();
    Optional<String> spiffeId =
        request.isSSL() ? SpiffeId.of(request.sslSession(), trustDomain) : Optional.empty();
    return new Credentials(
        BearerToken.fromHeader(request.getHeader("Authorization")), names, spiffeId);
  }

  static void answer(HttpServerResponse response, Answer answer) {
    if (response.ended() || response.closed()) {
      forget(answer);
      return;
    }
    response.setStatusCode(answer.status());
    if (answer.entityTag() != null) {
      response.putHeader("ETag", answer.entityTag());
    }
    if (answer.location() != null) {
      response.putHeader("Location", answer.location());
    }
    if (answer.contentType() == null) {
      response.end();
    } else {
      response.putHeader("Content-Type", answer.contentType());
      Buffer body = Buffer.buffer(answer.body().length).appendBytes(answer.body());
      Future<Void> sent = response.end(body);
      if (answer.secret()) {
        forget(answer);
        sent.onComplete(done -> overwrite(body));
      }
    }
  }

  private static void forget(Answer answer) {
    if (answer.secret()) {
      Arrays.fill(answer.body(), (byte) 0);
    }
  }

  /** Overwrites what was received with {@code context}, and its copy in {@code facts}. */
  static void forget(RoutingContext context, RequestFacts facts) {
    Arrays.fill(facts.body(), (byte) 0);
    if (context.body() != null && context.body().buffer() != null) {
      overwrite(context.body().buffer());
    }
  }

  private static void overwrite(Buffer buffer) {
    buffer.setBytes(0, new byte[buffer.length()]);
  }

  private static String retryAfter(Throwable failure) {
    return failure instanceof ProblemException problem
        ? Long.toString((problem.retryAfterMs() + 999) / 1_000)
        : "1";
  }

  static void fail(HttpServerResponse response, Throwable failure) {
    if (response.ended() || response.closed()) {
      return;
    }
    ErrorCode code = Problems.code(failure);
    response.setStatusCode(code.status()).putHeader("Content-Type", ProblemJson.CONTENT_TYPE);
    if (code.isRetryable()) {
      response.putHeader("Retry-After", retryAfter(failure));
    }
    if (code == ErrorCode.UNAUTHENTICATED) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    response.end(Problems.body(failure, requestId(response)));
  }
}
