package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Ends the calls of a connection, waiting or under way, whose time is over. Not thread-safe; used
 * on the event loop.
 */
final class Deadlines {
  private final FrameConnection connection;
  private final CallQueue queue;
  private final Node node;
  private final Dispatcher dispatcher;
  private final long timeoutMs;

  Deadlines(
      FrameConnection connection,
      CallQueue queue,
      Node node,
      Dispatcher dispatcher,
      long timeoutMs) {
    this.connection = connection;
    this.queue = queue;
    this.node = node;
    this.dispatcher = dispatcher;
    this.timeoutMs = timeoutMs;
  }

  void expire(long nowNs) {
    // Gathered first: what a caller does at the end of a call may change the queue.
    List<Call<?>> late = new ArrayList<>();
    Consumer<Call<?>> gather =
        call -> {
          if (nowNs - call.deadlineNs >= 0 && !call.isDone()) {
            late.add(call);
          }
        };
    queue.each(gather);
    connection.open().each(gather);
    late.forEach(this::expire);
    while (!queue.isEmpty() && queue.peek().isDone()) {
      connection.leave(queue.poll());
    }
  }

  private void expire(Call<?> call) {
    if (connection.isOpen()) {
      node.failed("timed_out");
    }
    // Its end finds this connection, which gives it up.
    dispatcher.fail(
        call,
        new CofreException(
            Kind.TIMED_OUT, "no answer from " + node.address() + " in " + timeoutMs + " ms"));
  }
}
