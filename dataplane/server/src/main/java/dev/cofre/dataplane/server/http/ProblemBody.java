package dev.cofre.dataplane.server.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.http.ProblemJson;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** Writes a problem as RFC 9457 {@code application/problem+json}. */
final class ProblemBody {
  private ProblemBody() {}

  /** Answers {@code request} with {@code problem}. */
  static void write(HttpServerRequest request, String requestId, ProblemException problem) {
    HttpServerResponse response = request.response();
    ErrorCode code = problem.code();
    response.setStatusCode(code.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, ProblemJson.CONTENT_TYPE);
    response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    response.putHeader("Request-Id", requestId);
    if (code == ErrorCode.UNAUTHENTICATED) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (code.isRetryable()) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(problem.retryAfterSeconds()));
    }
    response.end(ProblemJson.encode(requestId, problem));
  }

  /** Answers, then closes the connection: its framing cannot be trusted any more. */
  static void writeAndClose(HttpServerRequest request, String requestId, ProblemException problem) {
    if (request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader(HttpHeaders.CONNECTION, "close");
    }
    request.response().endHandler(ended -> request.connection().close());
    write(request, requestId, problem);
  }
}
