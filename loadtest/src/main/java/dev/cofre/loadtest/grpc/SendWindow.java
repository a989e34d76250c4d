package dev.cofre.loadtest.grpc;

import io.netty.buffer.ByteBuf;

/**
 * How much of messages the target takes, and the one message that waits for that. Not thread-safe.
 */
final class SendWindow {
  private long connection = Http2.WINDOW;
  private long initial = Http2.WINDOW;
  private int frameBytesMax = Http2.FRAME_BYTES;

  private byte[] message;
  private int sent;
  private int stream;

  /** What the stream of the waiting message takes. */
  private long left;

  /** Whether a message waits, so that none may be begun. */
  boolean isBlocked() {
    return message != null;
  }

  /** Sends {@code bytes} on the new stream {@code id}, as far as they are taken now. */
  void send(ByteBuf out, int id, byte[] bytes) {
    message = bytes;
    stream = id;
    sent = 0;
    left = initial;
    go(out);
  }

  private void go(ByteBuf out) {
    while (message != null) {
      int part = (int) Math.min(Math.min(left, connection), message.length - sent);
      part = Math.min(part, frameBytesMax);
      if (part <= 0) {
        return;
      }
      boolean last = sent + part == message.length;
      Http2.head(out, part, Http2.DATA, last ? Http2.END_STREAM : 0, stream);
      out.writeBytes(message, sent, part);
      sent += part;
      left -= part;
      connection -= part;
      if (last) {
        message = null;
      }
    }
  }

  /** The target takes {@code bytes} more, on the connection when {@code id} is 0. */
  void enlarged(ByteBuf out, int id, int bytes) {
    if (id == 0) {
      connection += bytes;
    } else if (id == stream) {
      left += bytes;
    }
    go(out);
  }

  /** New streams begin with {@code bytes}; RFC 9113, 6.9.2: those that are open change as much. */
  void initial(ByteBuf out, long bytes) {
    left += bytes - initial;
    initial = bytes;
    go(out);
  }

  void frameBytesMax(long bytes) {
    frameBytesMax = (int) Math.min(bytes, 1 << 20);
  }

  /** The stream {@code id} has ended: nothing more is sent on it. */
  void ended(int id) {
    if (id == stream) {
      message = null;
    }
  }
}
