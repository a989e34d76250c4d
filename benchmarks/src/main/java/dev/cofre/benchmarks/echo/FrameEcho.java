package dev.cofre.benchmarks.echo;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.HelloAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.Arrays;

/**
 * The lean echo of frames: the server's event loop, codec and pattern of one write per read, and
 * nothing else; each frame is answered with its own body. For benchmarks alone: it knows no tokens.
 */
public final class FrameEcho {
  private static final int READ_BYTES = 128 * 1024;

  private FrameEcho() {}

  /** Listens on loopback on the port {@code args[0]} with one event loop until it is killed. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    vertx
        .createNetServer(new NetServerOptions().setTcpNoDelay(true))
        .connectHandler(FrameEcho::connected)
        .listen(Integer.parseInt(args[0]), "127.0.0.1")
        .onSuccess(server -> System.out.println("echo ready"))
        .onFailure(
            failure -> {
              System.err.println("echo: " + failure.getMessage());
              System.exit(1);
            });
  }

  private static void connected(NetSocket socket) {
    ChannelHandlerContext last = ((NetSocketInternal) socket).channelHandlerContext();
    last.channel().config().setAllocator(PooledByteBufAllocator.DEFAULT);
    last.channel()
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
    last.channel().pipeline().addBefore(last.name(), "echo", new Connection());
  }

  /** One connection. Not thread-safe. */
  private static final class Connection extends ChannelInboundHandlerAdapter {
    private final FrameReader reader = new FrameReader();
    private byte[] bytes = new byte[2 * READ_BYTES];
    private int rest;

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) {
      ByteBuf in = (ByteBuf) message;
      int end = rest + in.readableBytes();
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, end);
      }
      in.readBytes(bytes, rest, end - rest);
      in.release();
      ByteBuf out = channel.alloc().directBuffer(end + 256);
      int at = 0;
      int length = reader.read(bytes, at, end, FrameFormat.FRAME_BYTES_MAX);
      while (length > 0) {
        answer(out);
        at += length;
        length = reader.read(bytes, at, end, FrameFormat.FRAME_BYTES_MAX);
      }
      rest = end - at;
      System.arraycopy(bytes, at, bytes, 0, rest);
      channel.writeAndFlush(out, channel.voidPromise());
    }

    private void answer(ByteBuf out) {
      if (reader.type() == FrameType.HELLO) {
        out.writeBytes(
            new HelloAnswer(1, FrameFormat.FRAME_BYTES_MAX, 1_024, 0, 0, 0, 0)
                .frame(reader.correlation()));
        return;
      }
      int length = FrameFormat.HEADER_LENGTH + reader.bodyLength();
      out.writeLong(
          FrameFormat.headerHigh(length, reader.type() | FrameType.ANSWER, 0, FrameStatus.OK));
      out.writeLong(FrameFormat.headerLow(reader.correlation(), 0, 0));
      out.writeBytes(bytes, reader.bodyOffset(), reader.bodyLength());
    }
  }
}
