package dev.cofre.dataplane.server.frames;

import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.http.ListenerOptions;
import dev.cofre.http.StrictFraming;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** One event loop's listeners for frames; all of a node share port and socket. */
public final class FramesListener extends VerticleBase {
  private static final int WRITE_LOW_BYTES = 32 * 1024;
  private static final int WRITE_HIGH_BYTES = 64 * 1024;

  private final ListenerSettings listener;
  private final FrameSettings settings;
  private final ServerState state;
  private FrameLoop loop;

  /** Listeners to be deployed once for each event loop. */
  public FramesListener(ListenerSettings listener, FrameSettings settings, ServerState state) {
    this.listener = listener;
    this.settings = settings;
    this.state = state;
  }

  @Override
  public Future<?> start() {
    RequestPath path =
        state.engine().newRequestPath(task -> context.runOnContext(ignored -> task.run()));
    loop =
        new FrameLoop(
            vertx, state, path, settings, task -> context.runOnContext(ignored -> task.run()));
    Future<?> tcp =
        settings.port().isEmpty()
            ? Future.succeededFuture()
            : server(ListenerOptions.frames(listener))
                .listen(settings.port().get(), listener.host());
    return tcp.compose(
        listening ->
            settings.socket().isEmpty()
                ? Future.succeededFuture()
                : server(new NetServerOptions())
                    .listen(SocketAddress.domainSocketAddress(path(settings.socket().get())))
                    .map(bound -> guard(settings.socket().get())));
  }

  private static String path(Path socket) {
    return socket.toAbsolutePath().toString();
  }

  /**
   * Removes what a killed node left behind and makes the folder, for the owner alone when it is not
   * there.
   */
  public static void prepare(Path socket) throws IOException {
    Path folder = socket.toAbsolutePath().getParent();
    if (Files.notExists(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.deleteIfExists(socket);
  }

  /** The owner alone; a token is needed all the same. */
  private static Path guard(Path socket) {
    try {
      return Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private NetServer server(NetServerOptions options) {
    return vertx
        .createNetServer(options)
        .connectHandler(this::connected)
        .exceptionHandler(FrameConnection::log);
  }

  private void connected(NetSocket socket) {
    ChannelHandlerContext last = ((NetSocketInternal) socket).channelHandlerContext();
    Channel channel = last.channel();
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    channel
        .config()
        .setRecvByteBufAllocator(
            new FixedRecvByteBufAllocator(FrameLoop.READ_BYTES).maxMessagesPerRead(1));
    channel
        .config()
        .setWriteBufferWaterMark(new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES));
    String address =
        socket.remoteAddress() == null || socket.remoteAddress().hostAddress() == null
            ? "unix"
            : socket.remoteAddress().hostAddress();
    channel
        .pipeline()
        .addBefore(last.name(), StrictFraming.FRAMES, new FrameConnection(loop, address));
  }
}
