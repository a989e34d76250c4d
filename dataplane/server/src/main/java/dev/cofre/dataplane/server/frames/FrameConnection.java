package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.frames.Streams;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.identity.SpiffeId;
import dev.cofre.engine.request.Problems;
import dev.cofre.engine.request.Session;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
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

  /** What is held up to this is not counted. */
  private static final int HELD_FREE_BYTES = 4 * 1024;

  private static final long HANDSHAKE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long FRAME_NS = TimeUnit.SECONDS.toNanos(30);
  private static final long UNREAD_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final byte[] NOTHING = new byte[0];

  private final FrameLoop loop;
  private final String address;
  private final long id = ThreadLocalRandom.current().nextLong();
  private final String name = java.util.HexFormat.of().toHexDigits(id);
  private final FrameReader reader = new FrameReader();
  private final List<PendingGroup> pending = new ArrayList<>();
  private final FrameStreams streams;
  private final Shedding shed;
  private ChannelHandlerContext channel;
  private Session session;
  private FrameCaller caller;
  private int frameBytesMax = FrameFormat.HELLO_BYTES_MAX;
  private byte[] rest = NOTHING;
  private int pendingRequests;

  /** Refusals that wait for the log. */
  private int unwritten;

  private long heldBytes;
  private String heldBy;
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
  private long deadlineNs = Long.MAX_VALUE;

  FrameConnection(FrameLoop loop, String address) {
    this.loop = loop;
    this.address = address;
    this.caller = FrameCaller.nobody(address, name);
    this.streams = new FrameStreams(loop, this);
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
      goAway(unauthenticated());
    } else if (now.principal() != caller.principal()) {
      caller = new FrameCaller(now.principal(), now.authentication(), address, name);
    }
  }

  private static ProblemException unauthenticated() {
    return new ProblemException(
        ErrorCode.UNAUTHENTICATED, "send a hello with a valid bearer token first");
  }

  private void dispatch(FrameRun run) {
    int type = reader.type();
    if (type == FrameType.HELLO) {
      hello(run);
    } else if (session == null) {
      cut("unauthenticated", unauthenticated());
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
    } else if (pendingRequests + run.size() >= IN_FLIGHT_MAX) {
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
    Hello hello =
        reader.fault() == null
            ? Hello.parse(reader.bytes(), reader.bodyOffset(), reader.bodyLength())
            : null;
    ProblemException problem = hello == null ? malformedHello() : refusal(hello);
    if (problem != null) {
      refuseHello(problem);
      return;
    }
    Session newSession;
    try {
      newSession = session(hello);
    } catch (ProblemException slowed) {
      refuseHello(slowed);
      return;
    }
    Identity identity = newSession.identity();
    if (identity == null) {
      refuseHello(unauthenticated());
      return;
    }
    session = newSession;
    caller = new FrameCaller(identity.principal(), identity.authentication(), address, name);
    frameBytesMax = Math.min(FrameFormat.FRAME_BYTES_MAX, hello.frameBytesMax());
    HelloAnswer answer =
        new HelloAnswer(
            FrameFormat.VERSION,
            frameBytesMax,
            Math.min(IN_FLIGHT_MAX, Math.max(1, hello.inFlightMax())),
            STREAMS_MAX,
            Streams.CREDIT_BYTES,
            IDLE_MS,
            id);
    run.addReady(FrameType.HELLO, reader.correlation(), answer.frame(reader.correlation()));
  }

  /** By the token of {@code hello}, which is overwritten; without one by the client certificate. */
  private Session session(Hello hello) {
    Optional<String> spiffeId = hello.token().length == 0 ? spiffeId() : Optional.empty();
    try {
      return spiffeId.isPresent()
          ? loop.path().newCertificateSession(spiffeId.get(), address)
          : loop.path().newSession(hello.token(), address);
    } finally {
      Arrays.fill(hello.token(), (byte) 0);
      Arrays.fill(
          reader.bytes(), reader.bodyOffset(), reader.bodyOffset() + reader.bodyLength(), (byte) 0);
    }
  }

  private Optional<String> spiffeId() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls == null
        ? Optional.empty()
        : SpiffeId.of(tls.engine().getSession(), loop.state().trustDomain());
  }

  private static ProblemException malformedHello() {
    return new ProblemException(ErrorCode.INVALID_REQUEST, "the hello is not well formed");
  }

  private ProblemException refusal(Hello hello) {
    if (loop.state().isDraining()) {
      return new ProblemException(
          ErrorCode.NOT_READY, "this node is stopping; connect to another one");
    }
    return hello.speaks(FrameFormat.VERSION) && hello.frameBytesMax() >= FrameFormat.FRAME_BYTES_MIN
        ? null
        : new ProblemException(
            ErrorCode.INVALID_REQUEST,
            "this node speaks version 1, with frames of at least "
                + FrameFormat.FRAME_BYTES_MIN
                + " bytes");
  }

  /** Answers the hello with {@code problem} once that is on the audit log, and closes. */
  private void refuseHello(ProblemException problem) {
    closing = true;
    int correlation = reader.correlation();
    loop.path()
        .refuse(
            FrameCaller.nobody(address, name).of(correlation), FrameActions.HELLO, null, problem)
        .whenComplete(
            (written, failure) ->
                loop.executor()
                    .execute(
                        () ->
                            last(
                                ErrorBody.frame(
                                    FrameType.HELLO,
                                    correlation,
                                    failure == null ? problem : Problems.of(failure),
                                    ErrorBody.RETRY_MS))));
    loop.state().frames().cut("hello");
  }

  private void finish(FrameRun run) {
    run.execute();
    loop.state().frames().ran(run.size());
    List<PendingGroup> waiting = run.pending(readNs);
    for (int i = 0; i < waiting.size(); i++) {
      await(waiting.get(i));
    }
    boolean secret = run.holdsSecret();
    ByteBuf out = buffer((int) Math.min(run.answerBytes(), Integer.MAX_VALUE / 2) + 256);
    run.write(out);
    send(out, secret);
  }

  private ByteBuf buffer(int capacity) {
    return channel.alloc().directBuffer(capacity);
  }

  private void send(ByteBuf out, boolean secret) {
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

  /** Sends {@code frame}. */
  void send(byte[] frame) {
    send(buffer(frame.length).writeBytes(frame), false);
  }

  private void await(PendingGroup group) {
    pending.add(group);
    pendingRequests += group.open();
    loop.state().requestOpened();
    group
        .group()
        .future()
        .whenComplete((done, failure) -> loop.executor().execute(() -> completed(group)));
    schedule(group.firstDeadlineNs());
  }

  private void completed(PendingGroup group) {
    group.group().settle();
    pending.remove(group);
    pendingRequests -= group.open();
    loop.state().requestClosed();
    ByteBuf out = buffer(256);
    group.write(out, loop.answers());
    loop.answers().count(group.group());
    boolean secret = group.group().dataKey() != null;
    group.group().release();
    send(out, secret);
    account();
  }

  private void schedule(long atNs) {
    if (atNs - deadlineNs >= 0 || atNs == Long.MAX_VALUE) {
      return;
    }
    deadlineNs = atNs;
    long inNs = Math.max(0, atNs - System.nanoTime());
    channel.executor().schedule(this::expire, inNs, TimeUnit.NANOSECONDS);
  }

  private void expire() {
    deadlineNs = Long.MAX_VALUE;
    long nowNs = System.nanoTime();
    long next = Long.MAX_VALUE;
    for (PendingGroup group : pending) {
      int[] late = group.expire(nowNs);
      if (late.length > 0) {
        late(group, late);
      }
      next = Math.min(next, group.firstDeadlineNs());
    }
    schedule(next);
  }

  /** Tells {@code requests} that they are late, once that is on the log. */
  private void late(PendingGroup group, int[] requests) {
    unwritten++;
    FrameGroup of = group.group();
    ProblemException late = PendingGroup.late();
    loop.path()
        .refuse(caller.of(of.correlation), of.action, of.key, late, requests.length)
        .whenComplete(
            (written, failure) -> {
              ProblemException problem = failure == null ? late : Problems.of(failure);
              unwritten--;
              pendingRequests -= requests.length;
              loop.state().metrics().answers(of.action, problem.code().code()).add(requests.length);
              ByteBuf out = buffer(256);
              group.writeLate(requests, out, problem);
              send(out, false);
            });
  }

  private void cancel(int correlation) {
    if (streams.cancel(correlation)) {
      return;
    }
    ByteBuf out = buffer(64);
    for (PendingGroup group : pending) {
      if (group.cancel(correlation, out)) {
        pendingRequests--;
        break;
      }
    }
    send(out, false);
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

  private void last(byte[] frame) {
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
    boolean idle = pending.isEmpty() && unwritten == 0 && streams.isEmpty() && unsentBytes() == 0;
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
    boolean quiet =
        pending.isEmpty() && unwritten == 0 && streams.isEmpty() && rest.length == 0 && !blocked;
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
    long now = unsentBytes() + rest.length + streams.bytes();
    for (int i = 0; i < pending.size(); i++) {
      now += pending.get(i).bytes();
    }
    now = now <= HELD_FREE_BYTES ? 0 : now;
    if (now == heldBytes) {
      return;
    }
    long before = heldBytes;
    releaseHeld();
    String by = caller.principalId();
    if (now > 0 && !loop.state().takeHeld(by, now)) {
      abandon(now > before ? "memory" : "unread");
      return;
    }
    heldBytes = now;
    heldBy = by;
  }

  private void releaseHeld() {
    if (heldBytes > 0) {
      loop.state().releaseHeld(heldBy, heldBytes);
      heldBytes = 0;
    }
  }

  private void end() {
    if (!over) {
      over = true;
      rest = NOTHING;
      releaseHeld();
      streams.end();
      loop.closed(this);
    }
  }
}
