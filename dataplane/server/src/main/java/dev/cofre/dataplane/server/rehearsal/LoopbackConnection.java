package dev.cofre.dataplane.server.rehearsal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;

/**
 * One kept HTTP/1.1 connection to a listener of this process, which reads while it writes, or only
 * when it cannot write: a listener holds a long body back until its answer is read. Heads leave
 * with their bodies and ahead of them by turns, as callers send them. Every call ends within its
 * limit. Not thread-safe; not for an event loop.
 */
final class LoopbackConnection implements AutoCloseable {
  private static final int PIECE = 64 * 1024;

  /** For how long one that reads late waits for room to write before it reads. */
  private static final long PATIENCE_MS = 2;

  private final String token;
  private final long limitNs;
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final AnswerBuffer answer;
  private int posts;
  private boolean late;
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);

  /**
   * Connects.
   *
   * @param limit how long one call may take
   * @param answerMax the longest answer in bytes, head and framing included
   */
  LoopbackConnection(int port, String token, Duration limit, int answerMax) throws IOException {
    this.token = token;
    this.limitNs = limit.toNanos();
    this.answer = new AnswerBuffer(answerMax);
    this.channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    this.selector = Selector.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    this.key = channel.register(selector, SelectionKey.OP_READ);
  }

  /** Whether answers are read only when the request has left, as simple clients do. */
  void readsLate(boolean readsLate) {
    late = readsLate;
  }

  /**
   * Posts {@code body} and returns the answer's.
   *
   * @throws IOException when the answer is not a 200, is malformed, or does not come in time
   */
  byte[] post(String path, String contentType, byte[] body) throws IOException {
    byte[] head =
        ("POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + token
                + "\r\nContent-Type: "
                + contentType
                + "\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(ISO_8859_1);
    byte[] request = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return exchange(request, ++posts % 2 == 0 ? head.length : request.length);
  }

  /**
   * Gets what is at {@code path}.
   *
   * @throws IOException as {@link #post} does
   */
  byte[] get(String path) throws IOException {
    byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1);
    return exchange(request, request.length);
  }

  /** Writes the first {@code firstLength} bytes alone, then the rest. */
  private byte[] exchange(byte[] request, int firstLength) throws IOException {
    long endNs = System.nanoTime() + limitNs;
    answer.clear();
    int written = 0;
    while (written < request.length || !answer.isComplete()) {
      await(written < request.length, endNs);
      if (key.isWritable()) {
        written += write(request, written, written < firstLength ? firstLength : request.length);
      }
      if (key.isReadable()) {
        read();
      }
    }
    return answer.body();
  }

  private void await(boolean writing, long endNs) throws IOException {
    long leftMs = (endNs - System.nanoTime()) / 1_000_000;
    if (leftMs <= 0) {
      throw new IOException("an answer did not come in time");
    }
    selector.selectedKeys().clear();
    if (late && writing) {
      key.interestOps(SelectionKey.OP_WRITE);
      if (selector.select(PATIENCE_MS) > 0) {
        return;
      }
    }
    key.interestOps(SelectionKey.OP_READ | (writing ? SelectionKey.OP_WRITE : 0));
    selector.select(leftMs);
  }

  /** As much as the socket takes up to {@code end}, as one who has the whole request does. */
  private int write(byte[] request, int from, int end) throws IOException {
    int at = from;
    int count;
    do {
      count = Math.min(PIECE, end - at);
      piece.clear();
      piece.put(request, at, count);
      at += channel.write(piece.flip());
    } while (at < end && !piece.hasRemaining());
    return at - from;
  }

  private void read() throws IOException {
    piece.clear();
    if (channel.read(piece) < 0) {
      throw new EOFException("the connection was closed before the answer's end");
    }
    answer.take(piece.flip());
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
