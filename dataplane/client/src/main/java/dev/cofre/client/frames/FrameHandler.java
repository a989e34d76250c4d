package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;

/**
 * A connection's place in the pipeline of its socket: passes on what happens to the socket. Used on
 * the event loop.
 */
final class FrameHandler extends ChannelInboundHandlerAdapter {
  private static final int READ_BYTES = 128 * 1024;

  private final FrameConnection connection;
  private final NodeAddress address;
  private final FrameWriter writer;
  private final AnswerReader answers;

  FrameHandler(
      FrameConnection connection, NodeAddress address, FrameWriter writer, AnswerReader answers) {
    this.connection = connection;
    this.address = address;
    this.writer = writer;
    this.answers = answers;
  }

  /** Takes its place before {@code last}. */
  void addBefore(ChannelHandlerContext last) {
    last.channel().config().setAllocator(PooledByteBufAllocator.DEFAULT);
    last.channel()
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
    last.channel().pipeline().addBefore(last.name(), "frames", this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    connection.attached(added);
  }

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      if (!connection.isClosed()) {
        answers.read(in);
      }
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    writer.flushOrWait();
    super.channelReadComplete(context);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    if (context.channel().isWritable() && !answers.isReading()) {
      writer.flush();
    }
    super.channelWritabilityChanged(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ignored) throws Exception {
    connection.lose(
        "closed",
        new CofreException(Kind.UNREACHABLE, address + " closed the connection without an answer"));
    super.channelInactive(ignored);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    connection.lose(
        "broken",
        new CofreException(
            Kind.UNREACHABLE,
            "the connection to " + address + " broke: " + cause.getMessage(),
            cause));
  }
}
