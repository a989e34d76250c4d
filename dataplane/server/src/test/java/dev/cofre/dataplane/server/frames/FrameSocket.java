package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.HelloAnswer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** A caller's blocking connection: frames out, frames in, one by one. Not thread-safe. */
final class FrameSocket implements AutoCloseable {
  private final SocketChannel channel;
  private final FrameReader reader = new FrameReader();
  private byte[] bytes = new byte[1 << 16];
  private int from;
  private int to;

  /** A frame as it came. */
  record Frame(int type, int flags, int status, int correlation, byte[] body) {
    String code() {
      return FrameStatus.text(status);
    }

    String detail() {
      return ErrorBody.problem(status, body, 0, body.length).detail();
    }

    int retryMs() {
      return ErrorBody.retryMs(body, 0, body.length);
    }

    /** Each item of a batch's answer: its status, and behind it its bytes. */
    byte[] item(int index) {
      int at = FrameFormat.BATCH_HEAD_LENGTH;
      for (int i = 0; i < index; i++) {
        at += FrameFormat.ANSWER_ITEM_HEAD_LENGTH + FrameFormat.getInt(body, at + 4);
      }
      int start = at + FrameFormat.ANSWER_ITEM_HEAD_LENGTH;
      return Arrays.copyOfRange(body, start, start + FrameFormat.getInt(body, at + 4));
    }

    String itemCode(int index) {
      int at = FrameFormat.BATCH_HEAD_LENGTH;
      for (int i = 0; i < index; i++) {
        at += FrameFormat.ANSWER_ITEM_HEAD_LENGTH + FrameFormat.getInt(body, at + 4);
      }
      return FrameStatus.text(FrameFormat.getShort(body, at));
    }
  }

  FrameSocket(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
  }

  static FrameSocket tcp(int port) throws IOException {
    return new FrameSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  static FrameSocket unix(Path socket) throws IOException {
    return new FrameSocket(UnixDomainSocketAddress.of(socket));
  }

  SocketChannel channel() {
    return channel;
  }

  HelloAnswer hello(String token) throws IOException {
    send(Hello.of(token.getBytes(StandardCharsets.UTF_8)).frame(1));
    Frame answer = read();
    if (answer.status() != 0) {
      throw new IOException(answer.code());
    }
    return HelloAnswer.parse(answer.body(), 0, answer.body().length);
  }

  void send(byte[]... frames) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.writeBytes(frame);
    }
    ByteBuffer out = ByteBuffer.wrap(all.toByteArray());
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  Frame call(byte[] frame) throws IOException {
    send(frame);
    return read();
  }

  /** The next frame; EOFException at the connection's end. */
  Frame read() throws IOException {
    while (true) {
      int length = reader.read(bytes, from, to, Integer.MAX_VALUE);
      if (length > 0) {
        from += length;
        return new Frame(
            reader.type(),
            reader.flags(),
            reader.status(),
            reader.correlation(),
            Arrays.copyOfRange(
                bytes, reader.bodyOffset(), reader.bodyOffset() + reader.bodyLength()));
      }
      fill();
    }
  }

  private void fill() throws IOException {
    if (from > 0) {
      System.arraycopy(bytes, from, bytes, 0, to - from);
      to -= from;
      from = 0;
    }
    if (to == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * to);
    }
    int count = channel.read(ByteBuffer.wrap(bytes, to, bytes.length - to));
    if (count < 0) {
      throw new EOFException();
    }
    to += count;
  }

  /** Whether the server has ended it; what it said before is passed over. */
  boolean isCut() throws IOException {
    try {
      while (true) {
        Frame frame = read();
        if (frame.type() < FrameType.ANSWER) {
          throw new AssertionError("a request from a server: " + frame);
        }
      }
    } catch (EOFException e) {
      return true;
    } catch (IOException e) {
      // So ends a connection on which the server has not read all that was sent.
      return e.getMessage().contains("reset") || e.getMessage().contains("Broken pipe");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
