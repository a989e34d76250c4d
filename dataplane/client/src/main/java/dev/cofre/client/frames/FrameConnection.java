package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.DataKey;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.contract.problem.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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
final class FrameConnection extends ChannelInboundHandlerAdapter {
  static final int IN_FLIGHT_MAX = 1_024;

  private static final int READ_BYTES = 128 * 1024;
  private static final int WRITE_BYTES = 64 * 1024;
  private static final int INPUT_BYTES = 32 * 1024;

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
  private final FrameReader reader = new FrameReader();
  private final Promise<Void> ready = Promise.promise();
  private final Promise<Void> closed = Promise.promise();
  private final Runnable flush = this::flush;
  private final long batchDelayNs;
  private volatile State state = State.CONNECTING;
  private OpenCalls open = new OpenCalls(1);
  private ChannelHandlerContext channel;
  private int frameBytesMax = FrameFormat.FRAME_BYTES_MAX;
  private byte[] input = new byte[INPUT_BYTES];
  private int inputEnd;
  private boolean reading;
  private boolean flushing;

  FrameConnection(Node node, EventLoop loop, FrameOptions options, Dispatcher dispatcher) {
    this.node = node;
    this.loop = loop;
    this.options = options;
    this.dispatcher = dispatcher;
    this.batchDelayNs = TimeUnit.MICROSECONDS.toNanos(options.limits().batchDelayUs());
    this.queue = new CallQueue(loop, this::arrived);
    this.greeting = new Greeting(this, node.address());
    this.watch = new Watch(this, loop, options.limits());
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
    } else if (state == State.OPEN && !reading) {
      scheduleFlush();
    }
    watch.hurry();
  }

  /** Those who come too late for this connection move on, each from a stack of its own. */
  private void giveUpPending() {
    loop.execute(() -> queue.drain(call -> fail(call, move())));
  }

  private boolean mayWait() {
    return batchDelayNs > 0 && !open.isEmpty() && queue.size() < open.size();
  }

  private void scheduleFlush() {
    if (mayWait()) {
      if (!flushing) {
        flushing = true;
        loop.schedule(flush, batchDelayNs, TimeUnit.NANOSECONDS);
      }
    } else if (!flushing || batchDelayNs > 0) {
      flushing = true;
      loop.execute(flush);
    }
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
    last.channel().config().setAllocator(PooledByteBufAllocator.DEFAULT);
    last.channel()
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
    last.channel().pipeline().addBefore(last.name(), "frames", this);
    greeting.send(token, trust);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
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

  /** The node has answered the hello. */
  private void greeted(int status, int offset, int length) {
    HelloAnswer answer = status == FrameStatus.OK ? HelloAnswer.parse(input, offset, length) : null;
    if (status != FrameStatus.OK) {
      end("hello", Attempt.refused(status, input, offset, length));
    } else if (answer == null
        || answer.version() != FrameFormat.VERSION
        || answer.frameBytesMax() < FrameFormat.FRAME_BYTES_MIN
        || answer.inFlightMax() < 1) {
      garbled("its hello is none of this protocol");
    } else if (state == State.GREETING) {
      frameBytesMax = Math.min(FrameFormat.FRAME_BYTES_MAX, answer.frameBytesMax());
      open = new OpenCalls(Math.min(IN_FLIGHT_MAX, answer.inFlightMax()));
      state = State.OPEN;
      options.metrics().connected(node.address().text());
      ready.tryComplete();
      queue.takeOver();
      scheduleFlush();
    }
  }

  // ---- writing

  private void flush() {
    flushing = false;
    queue.takeOver();
    long nowNs = System.nanoTime();
    boolean wrote = false;
    while (state == State.OPEN
        && !queue.isEmpty()
        && !open.isFull()
        && channel.channel().isWritable()) {
      wrote |= writeSome(nowNs);
    }
    if (wrote) {
      channel.flush();
    }
  }

  private boolean writeSome(long nowNs) {
    ByteBuf out = channel.alloc().directBuffer(WRITE_BYTES);
    int requests = 0;
    while (!queue.isEmpty() && !open.isFull() && out.readableBytes() < WRITE_BYTES) {
      Call<?> call = queue.poll();
      if (call.isDone()) {
        leave(call);
      } else if (!call.fits(frameBytesMax)) {
        fail(call, Attempt.hopeless(tooLarge()));
      } else {
        CallQueue.write(call, open.add(call), nowNs, out);
        requests++;
      }
    }
    if (requests == 0) {
      out.release();
      return false;
    }
    options.metrics().flushed(requests, out.readableBytes());
    channel.write(out, channel.voidPromise());
    return true;
  }

  private CofreException tooLarge() {
    return CofreException.refused(
        Kind.LOCAL,
        ErrorCode.PAYLOAD_TOO_LARGE,
        "request and answer must fit into frames of "
            + frameBytesMax
            + " bytes: use a stream (CofreClient) for more",
        0);
  }

  /** Writes a frame of the connection's own; its bytes are overwritten when they left. */
  void write(byte[] frame, boolean secret) {
    if (channel == null || state == State.CLOSED) {
      return;
    }
    ByteBuf out = channel.alloc().directBuffer(frame.length).writeBytes(frame);
    if (!secret) {
      channel.writeAndFlush(out, channel.voidPromise());
      return;
    }
    Arrays.fill(frame, (byte) 0);
    out.retain();
    channel
        .writeAndFlush(out)
        .addListener(
            sent -> {
              out.setZero(0, out.capacity());
              out.release();
            });
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    if (channel.channel().isWritable() && !reading) {
      flush();
    }
    super.channelWritabilityChanged(context);
  }

  // ---- reading

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (state == State.CLOSED) {
        return;
      }
      reading = true;
      watch.heard();
      boolean secret = open.expectSecrets();
      int more = in.readableBytes();
      if (input.length - inputEnd < more) {
        byte[] larger = Arrays.copyOf(input, Math.max(2 * input.length, inputEnd + more));
        Arrays.fill(input, (byte) 0);
        input = larger;
      }
      in.readBytes(input, inputEnd, more);
      inputEnd += more;
      if (secret && !in.isReadOnly()) {
        in.setZero(0, in.writerIndex());
      }
      takeFrames(secret);
    } finally {
      in.release();
      reading = false;
    }
  }

  private void takeFrames(boolean secret) {
    int at = 0;
    while (state != State.CLOSED) {
      int length = reader.read(input, at, inputEnd, frameBytesMax);
      if (length == FrameReader.INCOMPLETE) {
        break;
      }
      if (length == FrameReader.MALFORMED) {
        garbled("it sent what is no frame, or one longer than " + frameBytesMax + " bytes");
        return;
      }
      take();
      at += length;
    }
    if (at > 0) {
      int rest = Math.max(0, inputEnd - at);
      System.arraycopy(input, at, input, 0, rest);
      if (secret) {
        Arrays.fill(input, rest, inputEnd, (byte) 0);
      }
      inputEnd = rest;
    }
  }

  private void take() {
    int type = reader.type();
    if (type < FrameType.ANSWER || reader.fault() != null) {
      garbled("it sent a frame that no node sends");
    } else if (type == (FrameType.GOAWAY | FrameType.ANSWER)) {
      goAway();
    } else if (greeting.isOf(type, reader.correlation())) {
      greeted(reader.status(), reader.bodyOffset(), reader.bodyLength());
    } else if (type == (FrameType.PING | FrameType.ANSWER)) {
      watch.ponged();
    } else {
      answer(type);
    }
  }

  private void answer(int type) {
    int slot = open.slotOf(reader.correlation());
    if (slot == OpenCalls.UNKNOWN) {
      garbled("it answered what nobody had asked");
      return;
    }
    Call<?> call = open.at(slot);
    if (call != null && type != call.answerType()) {
      garbled("its answer is of another kind than the request");
      return;
    }
    open.free(slot);
    if (call != null) {
      answered(call);
    }
    closeIfRetired();
  }

  private <T> void answered(Call<T> call) {
    if (reader.status() != FrameStatus.OK) {
      Attempt attempt =
          Attempt.refused(reader.status(), input, reader.bodyOffset(), reader.bodyLength());
      blame(attempt);
      fail(call, attempt);
      return;
    }
    T value = call.parse(input, reader.bodyOffset(), reader.bodyLength());
    leave(call);
    if (value == null) {
      node.failed("protocol");
      dispatcher.fail(
          call,
          new CofreException(
              Kind.PROTOCOL, "the answer of " + node.address() + " is not what was asked for"));
      return;
    }
    node.succeeded();
    if (!call.complete(value) && value instanceof DataKey unwanted) {
      unwanted.close();
    }
  }

  /** Whether a refusal tells something of the node's health. */
  private void blame(Attempt attempt) {
    ErrorCode code = attempt.failure().code().orElse(ErrorCode.INTERNAL);
    if (code == ErrorCode.OVERLOADED) {
      node.avoid(attempt.retryMs());
    } else if (attempt.mayRepeat() && attempt.isOfNode()) {
      node.avoid(attempt.retryMs());
      node.failed(code.code());
    } else if (code == ErrorCode.INTERNAL) {
      node.failed(code.code());
    } else {
      node.succeeded();
    }
  }

  private void goAway() {
    Attempt why =
        Attempt.refused(
            Math.max(1, reader.status()), input, reader.bodyOffset(), reader.bodyLength());
    if (state == State.GREETING) {
      end("goaway", why);
      return;
    }
    if (why.mayRepeat()) {
      node.avoid(Math.max(1, why.retryMs()));
    }
    retireNow();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    if (state == State.OPEN && !queue.isEmpty()) {
      if (mayWait()) {
        scheduleFlush();
      } else {
        flush();
      }
    }
    super.channelReadComplete(context);
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

  private void leave(Call<?> call) {
    if (call.leave(this)) {
      queue.left();
    }
  }

  private void fail(Call<?> call, Attempt attempt) {
    leave(call);
    dispatcher.failed(call, attempt);
  }

  /** Ends the calls whose time is over. */
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
    open.each(gather);
    late.forEach(this::expire);
    while (!queue.isEmpty() && queue.peek().isDone()) {
      leave(queue.poll());
    }
  }

  private void expire(Call<?> call) {
    if (state == State.OPEN) {
      node.failed("timed_out");
    }
    // Its end finds this connection, which gives it up.
    dispatcher.fail(
        call,
        new CofreException(
            Kind.TIMED_OUT,
            "no answer from " + node.address() + " in " + options.limits().timeoutMs() + " ms"));
  }

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

  Greeting greeting() {
    return greeting;
  }

  /** Runs {@code task} on the event loop. */
  void execute(Runnable task) {
    loop.execute(task);
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

  private void closeIfRetired() {
    if (state == State.RETIRING && open.isEmpty()) {
      end("retired", move());
    }
  }

  private void garbled(String what) {
    lose("protocol", new CofreException(Kind.PROTOCOL, node.address() + " is no node: " + what));
  }

  /** Ends with {@code failure} for what is open; it may be tried elsewhere. */
  void lose(String reason, CofreException failure) {
    end(reason, Attempt.lost(failure));
  }

  private void end(String reason, Attempt attempt) {
    State before = state;
    if (before == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (channel != null) {
      channel.close();
    }
    Arrays.fill(input, (byte) 0);
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

  @Override
  public void channelInactive(ChannelHandlerContext ignored) throws Exception {
    lose(
        "closed",
        new CofreException(
            Kind.UNREACHABLE, node.address() + " closed the connection without an answer"));
    super.channelInactive(ignored);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    lose(
        "broken",
        new CofreException(
            Kind.UNREACHABLE,
            "the connection to " + node.address() + " broke: " + cause.getMessage(),
            cause));
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
