package dev.cofre.dataplane.server.http;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.Problems;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/**
 * One request and its one answer: whatever happens, {@link #answer}, {@link #refuse} or a stream's
 * end is counted once. Not thread-safe; used on its event loop.
 */
final class Exchange {
  private static final long DISCARD_MS = 2_000;
  private static final long DEADLINE_MS_MAX = 3_600_000;

  private final Vertx vertx;
  private final ServerState state;
  private final HttpServerRequest request;
  private final String action;
  private final String requestId = RequestIds.next();
  private Caller caller;
  private long deadlineTimer = -1;
  private boolean answered;
  private boolean bodyEnded;
  private Runnable onEnd = () -> {};

  Exchange(Vertx vertx, ServerState state, HttpServerRequest request, String action) {
    this.vertx = vertx;
    this.state = state;
    this.request = request;
    this.action = action;
    state.requestOpened();
    request.response().closeHandler(closed -> ended("closed"));
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return request.response();
  }

  String action() {
    return action;
  }

  String requestId() {
    return requestId;
  }

  /** Who asks: nobody until {@link #authenticated}. */
  Caller caller() {
    return caller == null ? new Caller(null, "none", address(), requestId) : caller;
  }

  void authenticated(Caller who) {
    caller = who;
  }

  String address() {
    return request.remoteAddress() == null ? "unknown" : request.remoteAddress().hostAddress();
  }

  /** Runs {@code task} once, when the exchange is over however it ends. */
  void onEnd(Runnable task) {
    Runnable before = onEnd;
    onEnd =
        () -> {
          before.run();
          task.run();
        };
  }

  /** The context in the header {@code Encryption-Context}. */
  EncryptionContext headerContext() {
    return EncryptionContext.parseHeader(request.getHeader("Encryption-Context"));
  }

  /** Starts the caller's deadline, if it sent one. */
  void startDeadline() {
    String header = request.getHeader("Cofre-Timeout-Ms");
    if (header == null) {
      return;
    }
    if (!header.matches("[0-9]{1,7}")
        || Long.parseLong(header) < 1
        || Long.parseLong(header) > DEADLINE_MS_MAX) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "Cofre-Timeout-Ms must be a whole number from 1 to " + DEADLINE_MS_MAX);
    }
    deadlineTimer =
        vertx.setTimer(
            Long.parseLong(header),
            timer ->
                refuse(
                    new ProblemException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "the deadline that the request carried has passed; give it more time or try again")));
  }

  /** Whether an answer has begun or the caller is gone: nothing more may be answered. */
  boolean isAnswered() {
    return answered;
  }

  /** Answers with a whole body. */
  void answer(String contentType, Buffer body) {
    if (!begin()) {
      return;
    }
    response().putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    response().end(body).onComplete(sent -> ended("ok"));
  }

  /** Begins a body of unknown length; {@link #finished} or {@link #cut} ends it. */
  boolean beginStream(String contentType) {
    if (!begin()) {
      return false;
    }
    response().putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    response().setChunked(true);
    return true;
  }

  /** Ends a stream well, with its last bytes. */
  void finished(Buffer last) {
    response().end(last).onComplete(sent -> ended("ok"));
  }

  /** Ends a stream without its final chunk, so that nobody takes it for whole. */
  void cut(ErrorCode code) {
    ended(code.code());
    if (request.version() == HttpVersion.HTTP_2) {
      response().reset(2);
    } else {
      request.connection().close();
    }
  }

  /** Answers with the problem that {@code failure} is; nothing when an answer has begun. */
  void refuse(Throwable failure) {
    if (answered) {
      return;
    }
    answered = true;
    cancelDeadline();
    ProblemException problem = Problems.of(failure);
    discardBody();
    ProblemBody.write(request, requestId, problem);
    ended(problem.code().code());
  }

  void bodyEnded() {
    bodyEnded = true;
  }

  /** Takes no more of the body for now. Once its end was seen, HTTP/2 allows no such call. */
  void pauseBody() {
    if (!bodyEnded && !request.isEnded()) {
      request.pause();
    }
  }

  /** Goes on with the body after {@link #pauseBody}. */
  void resumeBody() {
    if (!bodyEnded && !request.isEnded()) {
      request.resume();
    }
  }

  private boolean begin() {
    if (answered) {
      return false;
    }
    answered = true;
    cancelDeadline();
    response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    response().putHeader("Request-Id", requestId);
    response().putHeader("X-Content-Type-Options", "nosniff");
    return true;
  }

  private void cancelDeadline() {
    if (deadlineTimer >= 0) {
      vertx.cancelTimer(deadlineTimer);
    }
  }

  /**
   * A refused body is read and thrown away for a moment, so that the caller can read the answer;
   * then the line is cut.
   */
  private void discardBody() {
    if (bodyEnded || request.isEnded()) {
      return;
    }
    long timer = vertx.setTimer(DISCARD_MS, late -> request.connection().close());
    request.handler(chunk -> {});
    request.endHandler(end -> vertx.cancelTimer(timer));
    request.exceptionHandler(failure -> vertx.cancelTimer(timer));
    request.resume();
  }

  private boolean over;

  private void ended(String code) {
    if (over) {
      return;
    }
    over = true;
    answered = true;
    cancelDeadline();
    state.requestClosed();
    state.metrics().answered(action, code);
    onEnd.run();
  }
}
