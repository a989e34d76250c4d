package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.frames.RequestWriter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;

/**
 * One connection to a node: requests that came together are written together, answers are given to
 * their calls in whatever order they come.
 *
 * <p>Lifecycle: connecting, greeting (the hello is sent), open, retiring (no new requests; closed
 * with the last answer), closed. Calls are taken from the first moment on and wait for the hello's
 * answer. Every call has an end: its deadline is looked at here as long as it is here, and whoever
 * gave no answer to a request long after it was given up is not believed to be alive.
 *
 * <p>Concurrency: {@link #submit}, {@link #abandon}, {@link #retire}, {@link #close} and what says
 * how it is doing are anybody's; all else runs on the event loop.
 */
final class FrameConnection {
  static final int IN_FLIGHT_MAX = 1_024;

  private enum State {
    CONNECTING,
    GREETING,
    OPEN,
    RETIRING,
    CLOSED
  }

  private final Node node;
  private final EventLoop loop;
  private final FrameOptions options;
  private final Dispatcher dispatcher;
  private final CallQueue queue;
  private final Greeting greeting;
  private final Watch watch;
  private final FrameWriter writer;
  private final AnswerReader answers;
  private final FrameHandler handler;
  private final Promise<Void> ready = Promise.promise();
  private final Promise<Void> closed = Promise.promise();
  private volatile State state = State.CONNECTING;
  private OpenCalls open = new OpenCalls(1);
  private ChannelHandlerContext channel;
  private int frameBytesMax = FrameFormat.FRAME_BYTES_MAX;

  FrameConnection(Node node, EventLoop loop, FrameOptions options, Dispatcher dispatcher) {
    this.node = node;
    this.loop = loop;
    this.options = options;
    this.dispatcher = dispatcher;
    FrameLimits limits = options.limits();
    this.queue = new CallQueue(loop, this::arrived);
    this.greeting = new Greeting(this, node.address());
    Deadlines deadlines = new Deadlines(this, queue, node, dispatcher, limits.timeoutMs());
    this.watch = new Watch(this, loop, limits, deadlines);
    this.writer = new FrameWriter(this, loop, queue, options);
    this.answers = new AnswerReader(this, node, dispatcher, greeting, watch, writer);
    this.handler = new FrameHandler(this, node.address(), writer, answers);
  }

  boolean takesCalls() {
    State now = state;
    return now != State.RETIRING && now != State.CLOSED;
  }

  boolean isOfThisThread() {
    return loop.inEventLoop();
  }

  int load() {
    return queue.load();
  }

  /** Completes with the hello's answer. */
  Future<Void> ready() {
    return ready.future();
  }

  void submit(Call<?> call) {
    call.at = this;
    try {
      if (queue.offer(call)) {
        see();
      }
    } catch (RejectedExecutionException e) {
      // The caller's Vert.x was closed under the client.
      leave(call);
      dispatcher.fail(call, new CofreException(Kind.LOCAL, "the client's event loops are closed"));
    }
  }

  private void arrived() {
    queue.takeOver();
    see();
  }

  /** Sees to the calls that wait. */
  private void see() {
    if (!takesCalls()) {
      giveUpPending();
    } else if (state == State.OPEN && !answers.isReading()) {
      writer.schedule();
    }
    watch.hurry();
  }

  /** Those who come too late for this connection move on, each from a stack of its own. */
  private void giveUpPending() {
    loop.execute(() -> queue.drain(call -> fail(call, move())));
  }

  // ---- how it is doing

  boolean isBusy() {
    return !open.isEmpty() || !queue.isEmpty();
  }

  boolean isGreeting() {
    return state == State.CONNECTING || state == State.GREETING;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  OpenCalls open() {
    return open;
  }

  ChannelHandlerContext channel() {
    return channel;
  }

  int frameBytesMax() {
    return frameBytesMax;
  }

  Greeting greeting() {
    return greeting;
  }

  /** Runs {@code task} on the event loop. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  // ---- connecting

  void connecting(Connector connector) {
    greeting.connector(connector);
    watch.start();
  }

  void begin(ChannelHandlerContext last, byte[] token, Connector.Trust trust) {
    if (state != State.CONNECTING) {
      Arrays.fill(token, (byte) 0);
      last.close();
      return;
    }
    state = State.GREETING;
    handler.addBefore(last);
    greeting.send(token, trust);
  }

  void attached(ChannelHandlerContext added) {
    channel = added;
  }

  void cannotConnect(Throwable cause) {
    CofreException failure =
        cause instanceof CofreException known
            ? known
            : new CofreException(
                Kind.UNREACHABLE,
                "cannot connect to " + node.address() + ": " + cause.getMessage(),
                cause);
    boolean local = failure.kind() == Kind.LOCAL;
    end("connect", local ? Attempt.hopeless(failure) : Attempt.unsent(failure));
  }

  /** The node has agreed to the hello; a later hello's answer changes nothing. */
  void opened(HelloAnswer answer) {
    if (state == State.GREETING) {
      frameBytesMax = Math.min(FrameFormat.FRAME_BYTES_MAX, answer.frameBytesMax());
      open = new OpenCalls(Math.min(IN_FLIGHT_MAX, answer.inFlightMax()));
      state = State.OPEN;
      options.metrics().connected(node.address().text());
      ready.tryComplete();
      queue.takeOver();
      writer.schedule();
    }
  }

  /** Writes a frame of the connection's own; its bytes are overwritten when they left. */
  void write(byte[] frame, boolean secret) {
    if (channel != null && state != State.CLOSED) {
      writer.write(frame, secret);
    }
  }

  // ---- ending

  /** {@code call}, whose future has ended, is no longer wanted. */
  void abandon(Call<?> call) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> abandon(call));
      return;
    }
    if (call.at != this || state == State.CLOSED) {
      return;
    }
    if (open.holds(call)) {
      open.abandon(call.slot, System.nanoTime());
      write(RequestWriter.of(FrameType.CANCEL).frame(open.correlation(call.slot)), false);
      leave(call);
    }
    // One that waits to be written is passed over when its turn comes.
  }

  /** {@code call} is no longer here. */
  void leave(Call<?> call) {
    if (call.leave(this)) {
      queue.left();
    }
  }

  /** The attempt of {@code call} here has ended like that. */
  void fail(Call<?> call, Attempt attempt) {
    leave(call);
    dispatcher.failed(call, attempt);
  }

  /** The node has said goodbye. */
  void dismissed(Attempt why) {
    if (state == State.GREETING) {
      end("goaway", why);
      return;
    }
    if (why.mayRepeat()) {
      node.avoid(Math.max(1, why.retryMs()));
    }
    retireNow();
  }

  /** Takes no more calls; ends with the last answer. */
  void retire() {
    loop.execute(this::retireNow);
  }

  private void retireNow() {
    if (state == State.OPEN) {
      state = State.RETIRING;
      giveUpPending();
      closeIfRetired();
    }
  }

  void closeIfRetired() {
    if (state == State.RETIRING && open.isEmpty()) {
      end("retired", move());
    }
  }

  /** What the node sends is not of this protocol. */
  void garbled(String what) {
    lose("protocol", new CofreException(Kind.PROTOCOL, node.address() + " is no node: " + what));
  }

  /** Ends with {@code failure} for what is open; it may be tried elsewhere. */
  void lose(String reason, CofreException failure) {
    end(reason, Attempt.lost(failure));
  }

  /** Ends with {@code attempt} for what is open. */
  void end(String reason, Attempt attempt) {
    State before = state;
    if (before == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (channel != null) {
      channel.close();
    }
    answers.clear();
    options.metrics().disconnected(node.address().text(), reason);
    if (attempt.mayRepeat() && before != State.RETIRING && !dispatcher.isClosing()) {
      if (before != State.OPEN) {
        node.eject(reason);
      } else if (isBusy()) {
        node.failed(reason);
      }
    }
    ready.tryFail(attempt.failure());
    OpenCalls lost = open;
    open = new OpenCalls(1);
    lost.each(call -> fail(call, attempt));
    queue.drain(call -> fail(call, before == State.RETIRING ? move() : attempt));
    closed.tryComplete();
  }

  private Attempt move() {
    return Attempt.move(node.address().text());
  }

  /** Ends at once. */
  Future<Void> close() {
    if (loop.isShuttingDown()) {
      return Future.succeededFuture();
    }
    loop.execute(
        () ->
            end("close", Attempt.hopeless(new CofreException(Kind.LOCAL, "the client is closed"))));
    return closed.future();
  }
}
