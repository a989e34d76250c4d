package dev.cofre.dataplane.server.call;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import java.util.function.LongSupplier;

/**
 * The answer to a body that is longer than one segment: takes a place on the node, then writes as
 * fast as the caller reads, by pausing the request. Not thread-safe; used on its event loop.
 */
final class LongAnswer {
  private final ServerCall exchange;
  private final ServerState state;

  LongAnswer(ServerCall exchange, ServerState state) {
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
    if (!exchange.beginStream()) {
      return false;
    }
    exchange.onEnd(() -> state.metrics().processed(exchange.action(), bytes.getAsLong()));
    return true;
  }

  /** Writes {@code bytes}; pauses the request while the caller does not read. */
  void write(byte[] bytes) {
    exchange.write(bytes);
    if (exchange.isFull()) {
      exchange.pauseBody();
      exchange.onDrain(exchange::resumeBody);
    }
  }

  /** Goes on with the request, unless the caller has first to read. */
  void resume() {
    if (!exchange.isFull()) {
      exchange.resumeBody();
    }
  }
}
