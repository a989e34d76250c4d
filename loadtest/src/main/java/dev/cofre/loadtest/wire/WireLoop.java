package dev.cofre.loadtest.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.File;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A closed loop over some connections on one thread: each answer is followed by the next request at
 * once. Bounded by its connections, what is in flight on each, and its time.
 *
 * <p>The thread never sleeps: to wake it would cost the server's processor time with each answer,
 * and the more of that the slower the server is.
 */
final class WireLoop {
  private static final long FIRST_ANSWER_MAX_NS = TimeUnit.SECONDS.toNanos(30);

  /** Looks again instead of waiting. */
  private static final SelectStrategy AWAKE = (ready, hasTasks) -> ready.get();

  private final ServerTime server;
  private final String host;
  private final int port;
  private final SslContext tls;
  private final int connections;
  private final int inFlight;
  private final Supplier<WireTalk> talks;
  private final LongAdder answers = new LongAdder();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  WireLoop(
      ProcessHandle server,
      String host,
      int port,
      SslContext tls,
      int connections,
      int inFlight,
      Supplier<WireTalk> talks) {
    this.server = new ServerTime(server);
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.connections = connections;
    this.inFlight = inFlight;
    this.talks = talks;
  }

  /** TLS 1.3 that trusts {@code authority} alone and speaks {@code protocol} (ALPN). */
  static SslContext tls(File authority, String protocol) throws IOException {
    return SslContextBuilder.forClient()
        .trustManager(authority)
        .protocols("TLSv1.3")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocol))
        .build();
  }

  /**
   * What happened in one window.
   *
   * @param rate answers a second
   * @param busyShare of one processor, that the server computed for
   * @param compilersShare of one processor, that the server's JVM compiled for
   */
  record Window(double rate, double busyShare, double compilersShare) {
    /** Processor time of the server for one answer, in microseconds. */
    double processorUs() {
      return 1e6 * busyShare / rate;
    }
  }

  /**
   * Windows that follow one another.
   *
   * @param lead what is answered before the first window: connections, handshakes, cold caches
   * @param enough told of all windows so far after each; true ends the loop
   */
  List<Window> windows(Duration lead, Duration length, Predicate<List<Window>> enough)
      throws InterruptedException, IOException {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, NioIoHandler.newFactory(SelectorProvider.provider(), () -> AWAKE));
    try {
      List<Channel> open = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        open.add(connect(group));
      }
      awaitFirstAnswer();
      TimeUnit.NANOSECONDS.sleep(lead.toNanos());
      List<Window> windows = new ArrayList<>();
      do {
        windows.add(window(length));
      } while (!enough.test(windows));
      open.forEach(Channel::close);
      return windows;
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).await();
    }
  }

  private Window window(Duration length) throws InterruptedException, IOException {
    long before = answers.sum();
    long compilersNs = server.compilersNs();
    long processNs = server.processNs();
    long startNs = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(length.toNanos());
    double tookNs = System.nanoTime() - startNs;
    long done = answers.sum() - before;
    if (failure.get() != null) {
      throw new IOException(failure.get());
    }
    return new Window(
        1e9 * done / tookNs,
        (server.processNs() - processNs) / tookNs,
        Math.max(0, server.compilersNs() - compilersNs) / tookNs);
  }

  /** A server that has just begun loads its classes first; that is no part of its rate. */
  private void awaitFirstAnswer() throws InterruptedException, IOException {
    long endNs = System.nanoTime() + FIRST_ANSWER_MAX_NS;
    while (answers.sum() == 0 && failure.get() == null) {
      if (System.nanoTime() - endNs > 0) {
        throw new IOException("no answer came within 30 s");
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private Channel connect(EventLoopGroup group) throws InterruptedException {
    return new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                if (tls != null) {
                  channel.pipeline().addLast(tls.newHandler(channel.alloc(), host, port));
                }
                channel.pipeline().addLast(new Connection(talks.get()));
              }
            })
        .connect(host, port)
        .sync()
        .channel();
  }

  private final class Connection extends ChannelInboundHandlerAdapter {
    private final WireTalk talk;
    private ByteBuf rest;

    Connection(WireTalk talk) {
      this.talk = talk;
    }

    @Override
    public void channelActive(ChannelHandlerContext channel) {
      if (tls == null) {
        begin(channel);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext channel, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess()) {
          begin(channel);
        } else {
          failure.compareAndSet(null, handshake.cause());
        }
      }
    }

    private void begin(ChannelHandlerContext channel) {
      ByteBuf out = channel.alloc().buffer();
      out.writeBytes(talk.greeting());
      for (int i = 0; i < inFlight; i++) {
        talk.request(out);
      }
      channel.writeAndFlush(out, channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
      ByteBuf in = (ByteBuf) message;
      if (rest != null) {
        rest.writeBytes(in);
        in.release();
        in = rest;
        rest = null;
      }
      ByteBuf out = channel.alloc().buffer();
      int done = talk.read(in, out);
      if (in.isReadable()) {
        rest = channel.alloc().buffer(in.readableBytes()).writeBytes(in);
      }
      in.release();
      answers.add(done);
      for (int i = 0; i < done; i++) {
        talk.request(out);
      }
      if (out.isReadable()) {
        channel.writeAndFlush(out, channel.voidPromise());
      } else {
        out.release();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
      failure.compareAndSet(null, cause);
      channel.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext channel) {
      if (rest != null) {
        rest.release();
        rest = null;
      }
    }
  }
}
