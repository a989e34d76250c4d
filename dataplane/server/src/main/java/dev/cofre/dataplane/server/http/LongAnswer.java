package dev.cofre.dataplane.server.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import io.vertx.core.buffer.Buffer;
import java.util.function.LongSupplier;

/**
 * The answer to a body that is longer than one segment: takes a place on the node, then writes as
 * fast as the caller reads, by pausing the request. Not thread-safe; used on its event loop.
 */
final class LongAnswer {
  private final Exchange exchange;
  private final ServerState state;

  LongAnswer(Exchange exchange, ServerState state) {
    this.exchange = exchange;
    this.state = state;
  }

  /** Takes a place and pauses the request; false when it was refused. */
  boolean admit() {
    String principal = exchange.caller().principal().id();
    try {
      exchange.requireFraming();
      if (!state.takeStream(principal)) {
        throw new ProblemException(
            ErrorCode.OVERLOADED, "too many long bodies are open on this node; try again later");
      }
    } catch (ProblemException problem) {
      exchange.reject(problem);
      return false;
    }
    exchange.onEnd(() -> state.releaseStream(principal));
    exchange.pauseBody();
    return true;
  }

  /** Begins the answer; false when the caller was answered otherwise or is gone. */
  boolean begin(LongSupplier bytes) {
    if (!exchange.beginStream(RawEncrypt.CONTENT_TYPE)) {
      return false;
    }
    exchange.onEnd(() -> state.metrics().processed(exchange.action(), bytes.getAsLong()));
    return true;
  }

  /** Writes {@code bytes}; pauses the request while the caller does not read. */
  void write(byte[] bytes) {
    exchange.response().write(Buffer.buffer(bytes));
    if (exchange.response().writeQueueFull()) {
      exchange.pauseBody();
      exchange.response().drainHandler(drained -> exchange.resumeBody());
    }
  }

  /** Goes on with the request, unless the caller has first to read. */
  void resume() {
    if (!exchange.response().writeQueueFull()) {
      exchange.resumeBody();
    }
  }
}
