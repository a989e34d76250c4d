package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.problem.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Writes a connection's frames. Calls that came together leave together, in one write; with a batch
 * delay they wait for more while others are under way. Not thread-safe; used on the event loop.
 */
final class FrameWriter {
  private static final int WRITE_BYTES = 64 * 1024;

  /** So many calls are worth a write of their own while answers are read. */
  private static final int EAGER_CALLS = 32;

  private final FrameConnection connection;
  private final EventLoop loop;
  private final CallQueue queue;
  private final FrameMetrics metrics;
  private final long batchDelayNs;
  private final Runnable flush = this::flush;
  private boolean flushing;

  FrameWriter(FrameConnection connection, EventLoop loop, CallQueue queue, FrameOptions options) {
    this.connection = connection;
    this.loop = loop;
    this.queue = queue;
    this.metrics = options.metrics();
    this.batchDelayNs = TimeUnit.MICROSECONDS.toNanos(options.limits().batchDelayUs());
  }

  /** Writes the calls that wait in a turn of the event loop to come. */
  void schedule() {
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

  /** A read has ended: writes the calls that wait, now unless they may wait for more. */
  void flushOrWait() {
    if (!connection.isOpen() || queue.isEmpty()) {
      return;
    }
    if (mayWait()) {
      schedule();
    } else {
      flush();
    }
  }

  /**
   * A read goes on: when many calls wait already they leave now, so that the node works on them
   * while the rest is read. Written at the end alone, client and node would work by turns.
   */
  void flushInRead() {
    if (queue.size() >= EAGER_CALLS && connection.isOpen() && !mayWait()) {
      flush();
    }
  }

  private boolean mayWait() {
    OpenCalls open = connection.open();
    return batchDelayNs > 0 && !open.isEmpty() && queue.size() < open.size();
  }

  /** Writes the calls that wait, as many as the node and the socket take now. */
  void flush() {
    flushing = false;
    queue.takeOver();
    long nowNs = System.nanoTime();
    boolean wrote = false;
    while (connection.isOpen()
        && !queue.isEmpty()
        && !connection.open().isFull()
        && connection.channel().channel().isWritable()) {
      wrote |= writeSome(nowNs);
    }
    if (wrote) {
      connection.channel().flush();
    }
  }

  private boolean writeSome(long nowNs) {
    ChannelHandlerContext channel = connection.channel();
    ByteBuf out = channel.alloc().directBuffer(WRITE_BYTES);
    int requests = 0;
    while (!queue.isEmpty() && !connection.open().isFull() && out.readableBytes() < WRITE_BYTES) {
      Call<?> call = queue.poll();
      if (call.isDone()) {
        connection.leave(call);
      } else if (!call.fits(connection.frameBytesMax())) {
        connection.fail(call, Attempt.hopeless(tooLarge()));
      } else {
        write(call, connection.open().add(call), nowNs, out);
        requests++;
      }
    }
    if (requests == 0) {
      out.release();
      return false;
    }
    metrics.flushed(requests, out.readableBytes());
    channel.write(out, channel.voidPromise());
    return true;
  }

  private static void write(Call<?> call, int correlation, long nowNs, ByteBuf out) {
    long leftMs = (call.deadlineNs - nowNs) / 1_000_000;
    call.write(out, correlation, (int) Math.max(1, leftMs));
  }

  private CofreException tooLarge() {
    return CofreException.refused(
        Kind.LOCAL,
        ErrorCode.PAYLOAD_TOO_LARGE,
        "request and answer must fit into frames of "
            + connection.frameBytesMax()
            + " bytes: use a stream (CofreClient) for more",
        0);
  }

  /** Writes a frame of the connection's own; its bytes are overwritten when they left. */
  void write(byte[] frame, boolean secret) {
    ChannelHandlerContext channel = connection.channel();
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
}
