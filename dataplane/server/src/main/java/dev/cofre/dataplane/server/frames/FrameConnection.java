package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.request.Session;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One connection: what was read is cut into frames, executed as a {@link FrameRun} and answered by
 * one write.
 *
 * <p>Memory: a frame that is not whole yet, and what may not be executed because nobody reads the
 * answers, is kept here; with unread answers and waiting requests it is taken from the node's bound
 * ({@code ServerState.takeHeld}), and a connection for which there is none left is cut. While
 * answers are not read, nothing is read. Not thread-safe; used on its event loop.
 */
final class FrameConnection extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(FrameConnection.class.getName());

  static final int IN_FLIGHT_MAX = 1_024;
  static final int STREAMS_MAX = 16;
  static final int IDLE_MS = 120_000;

  /** A run is executed when its answers reach this; so much more than the limit may be unread. */
  private static final int RUN_BYTES_MAX = 128 * 1024;

  private static final long HANDSHAKE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long FRAME_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long UNREAD_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final byte[] NOTHING = new byte[0];

  private final FrameLoop loop;
  private final FrameReader reader = new FrameReader();
  private final Handshake handshake;
  private final FrameStreams streams;
  private final WaitingRequests waiting;
  private final HeldBytes held;
  private final Shedding shed;
  private ChannelHandlerContext channel;
  private Session session;
  private FrameCaller caller;
  private int frameBytesMax = FrameFormat.HELLO_BYTES_MAX;
  private byte[] rest = NOTHING;
  private boolean blocked;
  private boolean executing;
  private boolean closing;
  private boolean over;
  private boolean shedding;
  private long openedNs;
  private long readNs;
  private long blockedNs;
  private long backlogNs;
  private long partialNs;

  FrameConnection(FrameLoop loop, String address) {
    this.loop = loop;
    this.handshake = new Handshake(loop, address);
    this.caller = handshake.nobody();
    this.streams = new FrameStreams(loop, this);
    this.waiting = new WaitingRequests(loop, this);
    this.held = new HeldBytes(loop.state());
    this.shed = new Shedding(TimeUnit.MILLISECONDS.toNanos(loop.settings().queueDelayMaxMs()));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    channel = added;
    openedNs = System.nanoTime();
    readNs = openedNs;
    if (!loop.opened(this)) {
      over = true;
      added.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ignored) throws Exception {
    end();
    super.channelInactive(ignored);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable failure) {
    log(failure);
    channel.close();
  }

  /** Peers that vanish are everyday, all else is worth a line. */
  static void log(Throwable failure) {
    LOG.log(
        failure instanceof IOException ? Level.DEBUG : Level.WARNING,
        "a connection of frames failed",
        failure);
  }

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (over || closing) {
        return;
      }
      readNs = loop.delay().read();
      long waitedNs = loop.delay().waitedNs(readNs, backlogNs);
      backlogNs = in.isWritable() ? 0 : backlogNs == 0 ? readNs : backlogNs;
      shedding = shed.refuses(waitedNs, readNs);
      take(in);
    } finally {
      in.release();
    }
  }

  private void take(ByteBuf in) {
    int length = in.readableBytes();
    if (blocked) {
      byte[] more = Arrays.copyOf(rest, rest.length + length);
      in.readBytes(more, rest.length, length);
      rest = more;
    } else {
      int before = rest.length;
      byte[] bytes = loop.input(before + length);
      System.arraycopy(rest, 0, bytes, 0, before);
      in.readBytes(bytes, before, length);
      execute(bytes, before + length);
    }
    account();
  }

  /** Executes the frames in {@code bytes}, as long as the answers are read. */
  private void execute(byte[] bytes, int end) {
    executing = true;
    int at = 0;
    boolean goesOn = true;
    while (goesOn && !closing && !over) {
      if (!channel.channel().isWritable()) {
        block();
        break;
      }
      int next = run(bytes, at, end);
      goesOn = next > at;
      at = next;
    }
    rest = closing || over || at == end ? NOTHING : Arrays.copyOfRange(bytes, at, end);
    if (at > 0 || partialNs == 0) {
      partialNs = readNs;
    }
    executing = false;
  }

  private void block() {
    if (!blocked) {
      blocked = true;
      blockedNs = System.nanoTime();
      channel.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    if (channel.channel().isWritable()) {
      streams.pump();
      unblock();
    }
    super.channelWritabilityChanged(context);
  }

  private void unblock() {
    if (!blocked || executing || over) {
      return;
    }
    blocked = false;
    byte[] bytes = loop.input(rest.length);
    int length = rest.length;
    System.arraycopy(rest, 0, bytes, 0, length);
    execute(bytes, length);
    if (!blocked) {
      channel.channel().config().setAutoRead(true);
    }
    account();
  }

  /** Executes one run from {@code start} on; returns where the next begins. */
  private int run(byte[] bytes, int start, int end) {
    FrameRun run = loop.run();
    identify();
    run.begin(caller, null, frameBytesMax);
    int at = start;
    int length = 0;
    while (run.answerBytes() < RUN_BYTES_MAX && run.size() < FrameRun.REQUESTS_MAX && !closing) {
      length = reader.read(bytes, at, end, frameBytesMax);
      if (length <= 0) {
        break;
      }
      at += length;
      dispatch(run);
    }
    if (run.size() > 0) {
      finish(run);
    }
    if (length == FrameReader.MALFORMED) {
      cut(
          "malformed",
          new ProblemException(
              ErrorCode.INVALID_REQUEST,
              "these bytes are no frames, or one is longer than " + frameBytesMax + " bytes"));
    }
    return at;
  }

  /** Asks after the principal again: its token may have been taken away. */
  @SuppressWarnings("ReferenceEquality") // another object is of another snapshot
  private void identify() {
    if (session == null) {
      return;
    }
    Identity now = session.identity();
    if (now == null) {
      goAway(Handshake.unauthenticated());
    } else if (now.principal() != caller.principal()) {
      caller = caller.as(now);
    }
  }

  private void dispatch(FrameRun run) {
    int type = reader.type();
    if (type == FrameType.HELLO) {
      hello(run);
    } else if (session == null) {
      cut("unauthenticated", Handshake.unauthenticated());
    } else if (FrameType.isUse(type)) {
      use(run);
    } else {
      control(run, type);
    }
  }

  private void use(FrameRun run) {
    if (shedding) {
      loop.state().frames().shed(1);
      run.refuse(reader, overloaded(), (int) (2 * loop.settings().queueDelayMaxMs()));
    } else if (waiting.count() + run.size() >= IN_FLIGHT_MAX) {
      run.refuse(
          reader,
          ErrorCode.OVERLOADED,
          "more than " + IN_FLIGHT_MAX + " requests are open on this connection; wait for answers");
    } else {
      run.add(reader);
    }
  }

  private static ProblemException overloaded() {
    return new ProblemException(
        ErrorCode.OVERLOADED, "the request has waited too long for this node; try again later");
  }

  private void control(FrameRun run, int type) {
    if (reader.fault() != null) {
      run.refuse(reader, ErrorCode.INVALID_REQUEST, reader.fault());
      return;
    }
    switch (type) {
      case FrameType.PING -> ping(run);
      case FrameType.CANCEL -> cancel(reader.correlation());
      case FrameType.STREAM_OPEN -> streams.open(run, reader, caller);
      case FrameType.STREAM_DATA -> streams.data(run, reader);
      case FrameType.STREAM_CREDIT -> streams.credit(run, reader);
      default ->
          run.refuse(
              reader,
              ErrorCode.METHOD_NOT_ALLOWED,
              "frames of this type are not known here; docs/PROTOCOL.md lists them");
    }
  }

  private void ping(FrameRun run) {
    int length = Math.min(reader.bodyLength(), FrameFormat.PING_BYTES_MAX);
    byte[] answer = new byte[FrameFormat.HEADER_LENGTH + length];
    FrameFormat.putHeader(
        answer, 0, answer.length, FrameType.PING | FrameType.ANSWER, 0, 0, reader.correlation());
    System.arraycopy(
        reader.bytes(), reader.bodyOffset(), answer, FrameFormat.HEADER_LENGTH, length);
    run.addReady(FrameType.PING, reader.correlation(), answer);
  }

  private void hello(FrameRun run) {
    int correlation = reader.correlation();
    Hello hello;
    Session begun;
    try {
      hello = handshake.read(reader);
      begun = handshake.session(hello, reader, channel.pipeline().get(SslHandler.class));
    } catch (ProblemException problem) {
      closing = true;
      handshake.refuse(this, correlation, problem);
      return;
    }
    session = begun;
    identify();
    frameBytesMax = Math.min(FrameFormat.FRAME_BYTES_MAX, hello.frameBytesMax());
    run.addReady(FrameType.HELLO, correlation, handshake.answer(hello, frameBytesMax, correlation));
  }

  private void finish(FrameRun run) {
    run.execute();
    loop.state().frames().ran(run.size());
    List<PendingGroup> unfinished = run.pending(readNs);
    for (int i = 0; i < unfinished.size(); i++) {
      waiting.add(unfinished.get(i));
    }
    boolean secret = run.holdsSecret();
    ByteBuf out = buffer((int) Math.min(run.answerBytes(), Integer.MAX_VALUE / 2) + 256);
    run.write(out);
    send(out, secret);
  }

  /** An empty buffer for answers. */
  ByteBuf buffer(int capacity) {
    return channel.alloc().directBuffer(capacity);
  }

  /** Sends and releases {@code out}, and overwrites it then when it is {@code secret}. */
  void send(ByteBuf out, boolean secret) {
    if (over || !out.isReadable()) {
      out.release();
    } else if (secret) {
      out.retain();
      channel
          .writeAndFlush(out)
          .addListener(
              sent -> {
                out.setZero(0, out.capacity());
                out.release();
              });
    } else {
      channel.writeAndFlush(out, channel.voidPromise());
    }
  }

  /** Whether what was sent is read. */
  boolean takesMore() {
    return !over && channel.channel().isWritable();
  }

  int frameBytesMax() {
    return frameBytesMax;
  }

  FrameCaller caller() {
    return caller;
  }

  /** Runs {@code task} on the event loop in {@code delayNs}. */
  void after(long delayNs, Runnable task) {
    channel.executor().schedule(task, delayNs, TimeUnit.NANOSECONDS);
  }

  /** Sends {@code frame}. */
  void send(byte[] frame) {
    send(buffer(frame.length).writeBytes(frame), false);
  }

  private void cancel(int correlation) {
    if (!streams.cancel(correlation)) {
      waiting.cancel(correlation);
    }
  }

  /** Tells why, and closes once that and all before it was sent. */
  void cut(String reason, ProblemException problem) {
    if (over || closing) {
      return;
    }
    loop.state().frames().cut(reason);
    goAway(problem);
  }

  private void goAway(ProblemException problem) {
    closing = true;
    last(ErrorBody.frame(FrameType.GOAWAY, 0, problem, ErrorBody.RETRY_MS));
  }

  /** Sends {@code frame} and closes. */
  void last(byte[] frame) {
    if (!over) {
      channel
          .writeAndFlush(buffer(frame.length).writeBytes(frame))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Closes at once: who does not read would not read a word about it either. */
  private void abandon(String reason) {
    if (!over) {
      loop.state().frames().cut(reason);
      closing = true;
      channel.close();
    }
  }

  /** Called about once a second. */
  void sweep(long nowNs) {
    if (over) {
      return;
    }
    boolean idle = waiting.isEmpty() && streams.isEmpty() && unsentBytes() == 0;
    if (session == null && nowNs - openedNs > HANDSHAKE_NS) {
      abandon("handshake");
    } else if (blocked && nowNs - blockedNs > UNREAD_NS) {
      abandon("unread");
    } else if (!blocked && rest.length > 0 && nowNs - partialNs > FRAME_NS) {
      abandon("slow");
    } else if (idle && nowNs - readNs > TimeUnit.MILLISECONDS.toNanos(IDLE_MS)) {
      cut("idle", new ProblemException(ErrorCode.NOT_READY, "the connection was idle"));
    } else if (closing && nowNs - readNs > UNREAD_NS) {
      abandon("unread");
    } else {
      streams.sweep(nowNs);
      account();
    }
  }

  /** Called often while the node stops: tells it, then closes what is quiet. */
  void drain(boolean first, long nowNs) {
    if (over || closing) {
      return;
    }
    ProblemException stopping =
        new ProblemException(ErrorCode.NOT_READY, "this node is stopping; connect to another one");
    if (first) {
      send(ErrorBody.frame(FrameType.GOAWAY, 0, stopping, ErrorBody.RETRY_MS));
      readNs = Math.max(readNs, nowNs);
      return;
    }
    boolean quiet = waiting.isEmpty() && streams.isEmpty() && rest.length == 0 && !blocked;
    if (quiet && unsentBytes() == 0 && nowNs - readNs > QUIET_NS) {
      closing = true;
      channel.close();
    }
  }

  private long unsentBytes() {
    ChannelOutboundBuffer buffer = channel.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** Takes from the node's bound what is held now, or gives back. */
  void account() {
    if (over) {
      return;
    }
    long now = unsentBytes() + rest.length + streams.bytes() + waiting.bytes();
    String refusal = held.change(now, caller.principalId());
    if (refusal != null) {
      abandon(refusal);
    }
  }

  private void end() {
    if (!over) {
      over = true;
      rest = NOTHING;
      held.release();
      streams.end();
      loop.closed(this);
    }
  }
}
