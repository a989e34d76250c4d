package dev.cofre.dataplane.server.grpc;

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
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A call in gRPC: messages in, messages out, and at the end a status in the trailers. Not
 * thread-safe; used on its event loop.
 */
final class GrpcCall extends ServerCall {
  static final String CONTENT_TYPE = "application/grpc";

  private static final CharSequence TIMEOUT = HttpHeaders.createOptimized("grpc-timeout");
  private static final CharSequence TYPE = HttpHeaders.createOptimized(CONTENT_TYPE);
  private static final CharSequence STATUS = HttpHeaders.createOptimized("grpc-status");
  private static final CharSequence STATUS_OK = HttpHeaders.createOptimized("0");
  private static final CharSequence MESSAGE = HttpHeaders.createOptimized("grpc-message");
  private static final CharSequence DETAILS =
      HttpHeaders.createOptimized("grpc-status-details-bin");
  private static final CharSequence PUSHBACK =
      HttpHeaders.createOptimized("grpc-retry-pushback-ms");
  private static final CharSequence CODE = HttpHeaders.createOptimized("cofre-code");
  private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("request-id");

  /** A year: who waits longer waits for ever. */
  private static final long TIMEOUT_MS_MAX = 365L * 24 * 3_600_000;

  private final MessageReader reader;
  private Consumer<Buffer> chunks;
  private Runnable end;
  private Consumer<Throwable> failed;
  private boolean begun;

  GrpcCall(
      CallTimers timers,
      ServerState state,
      RequestPath path,
      HttpServerRequest request,
      String action) {
    super(timers, state, path, request, action, null);
    this.reader = new MessageReader(this, state);
    opened();
  }

  MessageReader reader() {
    return reader;
  }

  /** Starts the caller's deadline, if it sent one. */
  void startDeadline() {
    String header = request().getHeader(TIMEOUT);
    if (header != null) {
      startDeadline(Math.min(TIMEOUT_MS_MAX, GrpcTimeout.parseMs(header)));
    }
  }

  /** Answers with one message, which {@link GrpcAnswers} has made, and the status OK. */
  void answer(byte[] message) {
    if (claim()) {
      cancelDeadline();
      head();
      response().putTrailer(STATUS, STATUS_OK);
      response()
          .end(BufferInternal.buffer(Unpooled.wrappedBuffer(message)))
          .onComplete(sent -> ended("ok"));
    }
  }

  /** The same for a message that holds a secret, which is overwritten once it is sent. */
  void answerSecret(byte[] message) {
    if (isAnswered()) {
      Arrays.fill(message, (byte) 0);
      return;
    }
    onEnd(() -> Arrays.fill(message, (byte) 0));
    answer(message);
  }

  /** Whether neither side has ended the answer. */
  private boolean goesOn() {
    return !isOver() && !response().ended();
  }

  private void head() {
    begun = true;
    response().putHeader(HttpHeaders.CONTENT_TYPE, TYPE);
    response().putHeader(REQUEST_ID, requestId());
  }

  @Override
  public void answerBytes(byte[] bytes) {
    answer(GrpcAnswers.part(bytes));
  }

  /** Begins to answer with messages; the deadline counts on. */
  @Override
  public boolean beginStream() {
    if (!claim()) {
      return false;
    }
    head();
    return true;
  }

  @Override
  public void write(byte[] bytes) {
    message(GrpcAnswers.part(bytes));
  }

  /** Sends a message that {@link GrpcAnswers} has made. */
  void message(byte[] message) {
    if (goesOn()) {
      response().write(BufferInternal.buffer(Unpooled.wrappedBuffer(message)));
    }
  }

  @Override
  public void finished(byte[] last) {
    message(GrpcAnswers.part(last));
    complete();
  }

  /** Ends what {@link #beginStream} has begun with the status OK. */
  void complete() {
    if (goesOn()) {
      cancelDeadline();
      response().putTrailer(STATUS, STATUS_OK);
      response().end().onComplete(sent -> ended("ok"));
    }
  }

  @Override
  public void cut(ErrorCode code) {
    if (goesOn()) {
      cancelDeadline();
      discardBody();
      sendProblem(new ProblemException(code, code.title()));
      ended(code.code());
    }
  }

  @Override
  protected void sendProblem(ProblemException problem) {
    // Without a message before it the status stands in the only header block (Trailers-Only).
    if (!begun) {
      head();
      begun = false;
    }
    tell(STATUS, Integer.toString(GrpcStatus.of(problem.code())));
    tell(MESSAGE, GrpcStatus.message(problem.detail()));
    tell(CODE, problem.code().code());
    tell(DETAILS, GrpcStatus.details(problem, requestId()));
    String pushback = GrpcStatus.pushbackMs(problem);
    if (pushback != null) {
      tell(PUSHBACK, pushback);
    }
    response().end();
  }

  private void tell(CharSequence name, CharSequence value) {
    if (begun) {
      response().putTrailer(name, value);
    } else {
      response().putHeader(name, value);
    }
  }

  /** Says who takes a stream's bytes; the messages are read already by {@link #reader}. */
  @Override
  public void read(Consumer<Buffer> chunk, Consumer<Throwable> failure, Runnable ended) {
    chunks = chunk;
    end = ended;
    failed = failure;
    onFailure(failure);
  }

  /** Hands a stream's next bytes on. */
  void bytes(byte[] bytes, int offset, int length) {
    if (length > 0) {
      chunks.accept(BufferInternal.buffer(Unpooled.wrappedBuffer(bytes, offset, length)));
    }
  }

  /** Says that the stream's bytes are whole. */
  void bytesEnded() {
    end.run();
  }

  /** What was sent cannot be read, or the caller is gone. */
  void fail(Throwable failure) {
    if (failed != null && isAnswered()) {
      failed.accept(failure);
    } else {
      reject(
          failure instanceof ProblemException
              ? failure
              : new ProblemException(
                  ErrorCode.INVALID_REQUEST, "the messages are not whole: the call was cut"));
    }
  }

  @Override
  public void pauseBody() {
    reader.pause();
  }

  @Override
  public void resumeBody() {
    reader.resume();
  }
}
