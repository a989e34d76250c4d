package dev.cofre.dataplane.server.http;

import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.call.WholeBody;
import dev.cofre.dataplane.server.frames.FrameBody;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.Vertx;
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
    WholeBody.read(
        exchange,
        state,
        BODY_BYTES_MAX,
        "a body of frames has at most " + BODY_BYTES_MAX + " bytes",
        body -> execute(exchange, call, body));
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
