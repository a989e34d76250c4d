package dev.cofre.dataplane.server.http;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.call.CallTimers;
import dev.cofre.dataplane.server.call.ServerCall;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.RequestPath;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;

/**
 * A call in plain HTTP: the body is what is asked, the answer a body or a problem. Not thread-safe;
 * used on its event loop.
 */
final class Exchange extends ServerCall {
  private static final long HTTP2_INTERNAL_ERROR = 2;
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("Request-Id");
  private static final CharSequence OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence CONTEXT = HttpHeaders.createOptimized("Encryption-Context");
  private static final CharSequence TIMEOUT = HttpHeaders.createOptimized("Cofre-Timeout-Ms");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  Exchange(
      CallTimers timers,
      ServerState state,
      RequestPath path,
      HttpServerRequest request,
      Call call) {
    super(
        timers,
        state,
        path,
        request,
        call == null ? "unknown" : call.action(),
        call == null ? null : call.key());
    opened();
  }

  /** The context in the header {@code Encryption-Context}. */
  EncryptionContext headerContext() {
    return EncryptionContext.parseHeader(request().getHeader(CONTEXT));
  }

  /** Starts the caller's deadline, if it sent one. */
  void startDeadline() {
    String header = request().getHeader(TIMEOUT);
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
    startDeadline(Long.parseLong(header));
  }

  /** Answers with a whole body. */
  void answer(String contentType, Buffer body) {
    if (!begin(contentType)) {
      return;
    }
    response().end(body).onComplete(sent -> ended("ok"));
  }

  @Override
  public void answerBytes(byte[] bytes) {
    answer(BodyKind.RAW.contentType(), BufferInternal.buffer(Unpooled.wrappedBuffer(bytes)));
  }

  /** Answers with a whole body that holds a secret, and overwrites it once it is sent. */
  void answerSecret(String contentType, byte[] body) {
    if (!begin(contentType)) {
      Arrays.fill(body, (byte) 0);
      return;
    }
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
      return request().getParam("key");
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "the query is not well-formed percent-encoding");
    }
  }

  @Override
  public boolean beginStream() {
    if (!begin(BodyKind.RAW.contentType())) {
      return false;
    }
    response().setChunked(true);
    return true;
  }

  @Override
  public void write(byte[] bytes) {
    response().write(BufferInternal.buffer(Unpooled.wrappedBuffer(bytes)));
  }

  @Override
  public void finished(byte[] last) {
    if (!isOver()) {
      response()
          .end(BufferInternal.buffer(Unpooled.wrappedBuffer(last)))
          .onComplete(sent -> ended("ok"));
    }
  }

  @Override
  public void cut(ErrorCode code) {
    if (isOver()) {
      return;
    }
    ended(code.code());
    if (request().version() == HttpVersion.HTTP_2) {
      response().reset(HTTP2_INTERNAL_ERROR);
    } else {
      request().connection().close();
    }
  }

  @Override
  protected void sendProblem(ProblemException problem) {
    ProblemBody.write(request(), requestId(), problem);
  }

  private boolean begin(String contentType) {
    if (!claim()) {
      return false;
    }
    cancelDeadline();
    response().putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    response().putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
    response().putHeader(REQUEST_ID, requestId());
    response().putHeader(OPTIONS, NO_SNIFF);
    return true;
  }
}
