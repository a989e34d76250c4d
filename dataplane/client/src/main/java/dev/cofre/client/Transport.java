package dev.cofre.client;

import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Map;

/** One endpoint's connections. Thread-safe. */
final class Transport implements AutoCloseable {
  static final String OCTET_STREAM = "application/octet-stream";

  private final Vertx vertx;
  private final Endpoint endpoint;
  private final HttpClientAgent http;

  Transport(Vertx vertx, Endpoint endpoint) {
    this.vertx = vertx;
    this.endpoint = endpoint;
    this.http =
        vertx.httpClientBuilder().with(endpoint.httpOptions()).with(endpoint.poolOptions()).build();
  }

  /** What is asked: method, path with its query, and header fields. */
  record Call(HttpMethod method, String path, Map<String, String> headers) {
    static Call octets(String path, Map<String, String> context) {
      return context.isEmpty()
          ? new Call(HttpMethod.POST, path, Map.of("Content-Type", OCTET_STREAM))
          : new Call(
              HttpMethod.POST,
              path,
              Map.of(
                  "Content-Type",
                  OCTET_STREAM,
                  "Encryption-Context",
                  EncryptionContext.formatHeader(checked(context))));
    }

    static Map<String, String> checked(Map<String, String> context) {
      try {
        EncryptionContext.of(context);
        return context;
      } catch (ProblemException e) {
        throw new CofreException(Kind.LOCAL, e.detail());
      }
    }
  }

  Vertx vertx() {
    return vertx;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** A connection's request, its head not yet sent. */
  Future<HttpClientRequest> open(Call call) {
    Future<String> authorization =
        endpoint.token() == null ? Future.succeededFuture() : endpoint.token().authorization(vertx);
    return authorization.compose(
        value -> {
          RequestOptions options =
              new RequestOptions().setMethod(call.method()).setURI(call.path());
          call.headers().forEach(options::putHeader);
          if (value != null) {
            options.putHeader(HttpHeaders.AUTHORIZATION, value);
          }
          return http.request(options);
        });
  }

  /** A successful answer: its status and all of its body. */
  record Reply(int status, Buffer body) {}

  /** Sends a whole body and reads a whole answer, within the endpoint's request timeout. */
  Future<Buffer> exchange(Call call, Buffer body, long answerBytesMax) {
    return reply(call, body, answerBytesMax).map(Reply::body);
  }

  /** The same, for who wants to know with which success it was answered. */
  Future<Reply> reply(Call call, Buffer body, long answerBytesMax) {
    long timeoutMs = endpoint.limits().requestTimeoutMs();
    Exchange exchange = new Exchange(body, answerBytesMax, timeoutMs);
    long timer = vertx.setTimer(timeoutMs, id -> exchange.timeOut());
    exchange.result.future().onComplete(done -> vertx.cancelTimer(timer));
    open(call).onSuccess(exchange::send).onFailure(exchange::fail);
    return exchange.result.future();
  }

  /** A call that is not a stream. */
  private final class Exchange {
    private final Promise<Reply> result = Promise.promise();
    private final Buffer body;
    private final long answerBytesMax;
    private final long timeoutMs;
    private final long startedAtNs = System.nanoTime();
    private volatile boolean answerBegan;

    Exchange(Buffer body, long answerBytesMax, long timeoutMs) {
      this.body = body;
      this.answerBytesMax = answerBytesMax;
      this.timeoutMs = timeoutMs;
    }

    void send(HttpClientRequest request) {
      long leftMs = timeoutMs - (System.nanoTime() - startedAtNs) / 1_000_000;
      if (result.future().isComplete() || leftMs < 1) {
        request.reset();
        timeOut();
        return;
      }
      request.putHeader("Cofre-Timeout-Ms", Long.toString(leftMs));
      request.exceptionHandler(this::fail);
      result
          .future()
          .onFailure(
              failure -> {
                if (((CofreException) failure).kind() != Kind.REFUSED) {
                  request.connection().close();
                }
              });
      // Before anything is sent: the answer's handlers must be set on the thread that its head
      // comes on.
      request
          .response()
          .compose(
              response -> {
                answerBegan = true;
                return Answers.read(response, answerBytesMax)
                    .map(whole -> new Reply(response.statusCode(), whole));
              })
          .onSuccess(result::tryComplete)
          .onFailure(this::fail);
      (body == null ? request.end() : request.end(body)).onFailure(this::writeFailed);
    }

    private void writeFailed(Throwable cause) {
      if (!Failures.isConnectionLost(cause)) {
        fail(cause);
      }
    }

    void fail(Throwable cause) {
      result.tryFail(Failures.of(cause, endpoint, answerBegan));
    }

    void timeOut() {
      result.tryFail(
          Failures.timedOut("no answer from " + endpoint.url() + " in " + timeoutMs + " ms"));
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
