package dev.cofre.dataplane.server.http;

import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.frames.FrameBody;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;

/** Encrypt and decrypt with a body of frames. Not thread-safe: one per event loop. */
final class FrameCalls {
  /** The longest body. */
  static final int BODY_BYTES_MAX = 16 << 20;

  private final Vertx vertx;
  private final ServerState state;
  private final RequestPath path;

  FrameCalls(Vertx vertx, ServerState state, RequestPath path) {
    this.vertx = vertx;
    this.state = state;
    this.path = path;
  }

  /** Begins to read. */
  void start(Exchange exchange, Call call) {
    Buffer body = Buffer.buffer();
    int[] taken = new int[1];
    String principal = exchange.caller().principal().id();
    exchange.onEnd(() -> state.releaseBody(principal, taken[0]));
    exchange.limitBody();
    exchange
        .request()
        .handler(
            chunk -> {
              if (exchange.isAnswered()) {
                return;
              }
              if (body.length() + chunk.length() > BODY_BYTES_MAX) {
                exchange.reject(
                    new ProblemException(
                        ErrorCode.PAYLOAD_TOO_LARGE,
                        "a body of frames has at most " + BODY_BYTES_MAX + " bytes"));
              } else if (!state.takeBody(principal, chunk.length())) {
                exchange.reject(
                    new ProblemException(
                        ErrorCode.OVERLOADED,
                        "too many request bodies are open on this node; try again later"));
              } else {
                taken[0] += chunk.length();
                body.appendBuffer(chunk);
              }
            })
        .exceptionHandler(
            failure ->
                exchange.reject(
                    new ProblemException(
                        ErrorCode.INVALID_REQUEST,
                        "the body is not well-formed HTTP or ended too early")))
        .endHandler(
            end -> {
              exchange.bodyEnded();
              if (!exchange.isAnswered()) {
                execute(exchange, call, body.getBytes());
              }
            })
        .resume();
  }

  private void execute(Exchange exchange, Call call, byte[] body) {
    int type = call.kind() == Call.Kind.ENCRYPT ? FrameType.ENCRYPT : FrameType.DECRYPT;
    try {
      new FrameBody(state, path, task -> vertx.runOnContext(ignored -> task.run()))
          .execute(exchange.caller(), type, call.key(), body)
          .whenComplete(
              (answer, failure) -> {
                Arrays.fill(body, (byte) 0);
                if (failure != null) {
                  exchange.refuse(failure);
                } else {
                  exchange.answer(BodyKind.FRAMES.contentType(), BufferInternal.buffer(answer));
                }
              });
    } catch (ProblemException problem) {
      exchange.reject(problem);
    }
  }
}
