package dev.cofre.loadtest.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A caller that sends and reads as fast or slowly as a test says: one request on one socket. */
final class SlowCaller implements AutoCloseable {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer input = ByteBuffer.allocate(1 << 20);
  private final StringBuilder head = new StringBuilder();
  private long chunked;
  private boolean ended;

  private SlowCaller(SocketChannel channel, Selector selector, SelectionKey key) {
    this.channel = channel;
    this.selector = selector;
    this.key = key;
  }

  /** Connects and sends the head of a raw request of {@code length} bytes. */
  static SlowCaller connect(Cofre cofre, String path, long length) throws IOException {
    SocketChannel channel =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), cofre.dataPort()));
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(path, cofre.token("app"), Api.RAW, length);
    channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
    channel.configureBlocking(false);
    Selector selector = Selector.open();
    return new SlowCaller(channel, selector, channel.register(selector, SelectionKey.OP_WRITE));
  }

  /**
   * Sends {@code block} up to {@code times}, reading nothing, until the other side has taken
   * nothing for {@code patience}; returns how many bytes went out.
   */
  int sendUntilStalled(byte[] block, int times, Duration patience) throws IOException {
    int sent = 0;
    int total = block.length * times;
    key.interestOps(SelectionKey.OP_WRITE);
    while (sent < total && selector.select(patience.toMillis()) > 0) {
      selector.selectedKeys().clear();
      sent += channel.write(rest(block, sent));
    }
    return sent;
  }

  /** Sends what is left of it while reading; returns the length of the chunked answer's body. */
  long finish(byte[] block, int times, int sentBefore) throws IOException {
    long sent = sentBefore;
    long total = (long) block.length * times;
    while (!ended) {
      key.interestOps(
          sent < total ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
      if (selector.select(30_000) == 0) {
        throw new AssertionError("the plane neither reads nor answers");
      }
      selector.selectedKeys().clear();
      if (key.isWritable() && sent < total) {
        sent += channel.write(rest(block, sent));
      }
      if (key.isReadable()) {
        read();
      }
    }
    return body();
  }

  private static ByteBuffer rest(byte[] block, long sent) {
    int offset = (int) (sent % block.length);
    return ByteBuffer.wrap(block, offset, block.length - offset);
  }

  private void read() throws IOException {
    input.clear();
    int read = channel.read(input);
    if (read < 0) {
      ended = true;
      return;
    }
    head.append(new String(input.array(), 0, read, StandardCharsets.ISO_8859_1));
  }

  /** Counts the bytes of the chunks; the last one must be there. */
  private long body() {
    int at = head.indexOf("\r\n\r\n") + 4;
    if (!head.substring(0, 12).equals("HTTP/1.1 200")) {
      throw new AssertionError(head.substring(0, Math.min(500, head.length())));
    }
    while (true) {
      int end = head.indexOf("\r\n", at);
      int length = Integer.parseInt(head.substring(at, end), 16);
      if (length == 0) {
        return chunked;
      }
      chunked += length;
      at = end + 2 + length + 2;
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
