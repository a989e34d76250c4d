package dev.cofre.dataplane.server.http;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.Problems;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.http.RequestIds;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;

/**
 * One request and its one answer: whatever happens, {@link #answer}, {@link #refuse} or a stream's
 * end is counted once. Not thread-safe; used on its event loop.
 */
final class Exchange {
  private static final long DISCARD_MS = 2_000;
  private static final long BODY_MS_MAX = 60_000;
  private static final long HTTP2_NO_ERROR = 0;
  private static final long HTTP2_INTERNAL_ERROR = 2;
  private static final long DEADLINE_MS_MAX = 3_600_000;

  private final Vertx vertx;
  private final ServerState state;
  private final HttpServerRequest request;
  private final RequestPath path;
  private final String action;
  private final String key;
  private final String requestId = RequestIds.next();
  private Caller caller;
  private long deadlineTimer = -1;
  private long bodyTimer = -1;
  private boolean answered;
  private boolean bodyEnded;
  private boolean over;
  private Runnable onEnd = () -> {};

  Exchange(Vertx vertx, ServerState state, RequestPath path, HttpServerRequest request, Call call) {
    this.vertx = vertx;
    this.state = state;
    this.path = path;
    this.request = request;
    this.action = call == null ? "unknown" : call.action();
    this.key = call == null ? null : call.key();
    state.requestOpened();
    request.response().closeHandler(closed -> ended(request.response().ended() ? "ok" : "closed"));
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
                reject(
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

  /** Answers with a whole body that holds a secret, and overwrites it once it is sent. */
  void answerSecret(String contentType, byte[] body) {
    if (!begin()) {
      Arrays.fill(body, (byte) 0);
      return;
    }
    response().putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    response()
        .end(BufferInternal.buffer(Unpooled.wrappedBuffer(body)))
        .onComplete(
            sent -> {
              Arrays.fill(body, (byte) 0);
              ended("ok");
            });
  }

  /** The key that a re-encryption asks for by {@code ?key=}, or null. */
  String target() {
    try {
      return request.getParam("key");
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "the query is not well-formed percent-encoding");
    }
  }

  /** Refuses what an answer of unknown length could not be told the end of. */
  void requireFraming() {
    if (request.version() == HttpVersion.HTTP_1_0) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "a body of this length needs HTTP/1.1 or HTTP/2");
    }
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
      response().reset(HTTP2_INTERNAL_ERROR);
    } else {
      request.connection().close();
    }
  }

  /**
   * Answers with the problem that {@code failure} is, which is on the audit log; nothing when an
   * answer has begun.
   */
  void refuse(Throwable failure) {
    if (!answered) {
      answered = true;
      send(Problems.of(failure));
    }
  }

  /**
   * Refuses before the work on a key began: writes that down for an authenticated caller, then
   * answers.
   */
  void reject(Throwable failure) {
    if (answered) {
      return;
    }
    if (caller == null) {
      refuse(failure);
      return;
    }
    answered = true;
    ProblemException problem = Problems.of(failure);
    path.refuse(caller, action, key, problem)
        .whenComplete(
            (written, unwritten) -> send(unwritten == null ? problem : Problems.of(unwritten)));
  }

  private void send(ProblemException problem) {
    if (over) {
      return;
    }
    cancelDeadline();
    discardBody();
    ProblemBody.write(request, requestId, problem);
    ended(problem.code().code());
  }

  /** Gives the body a time to arrive in. */
  void limitBody() {
    bodyTimer =
        vertx.setTimer(
            BODY_MS_MAX,
            late ->
                reject(
                    new ProblemException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "the body did not arrive within " + BODY_MS_MAX / 1_000 + " seconds")));
  }

  void bodyEnded() {
    bodyEnded = true;
    vertx.cancelTimer(bodyTimer);
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
   * then its stream or connection is cut. A caller that waits for a 100 sends none.
   */
  private void discardBody() {
    if (bodyEnded || request.isEnded()) {
      return;
    }
    if (request.version() != HttpVersion.HTTP_2 && request.headers().contains(HttpHeaders.EXPECT)) {
      response().putHeader(HttpHeaders.CONNECTION, "close");
      response().endHandler(sent -> request.connection().close());
      return;
    }
    long timer = vertx.setTimer(DISCARD_MS, late -> abandon());
    request.handler(chunk -> {});
    request.endHandler(end -> vertx.cancelTimer(timer));
    request.exceptionHandler(failure -> vertx.cancelTimer(timer));
    request.resume();
  }

  private void abandon() {
    if (request.version() == HttpVersion.HTTP_2) {
      response().reset(HTTP2_NO_ERROR);
    } else {
      request.connection().close();
    }
  }

  private void ended(String code) {
    if (over) {
      return;
    }
    over = true;
    answered = true;
    cancelDeadline();
    vertx.cancelTimer(bodyTimer);
    state.requestClosed();
    state.metrics().answered(action, code);
    onEnd.run();
  }
}
