package dev.cofre.loadtest.observe;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A server on the loopback that does nothing with a request but answer it: what a generator reaches
 * against it is the generator's own limit, or that of this one thread. Thread-safe.
 */
public final class NullServer implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int PEER_BYTES = 64 * 1024;
  private static final byte[] OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

  private final boolean frames;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final ByteBuffer answers = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Thread thread =
      Thread.ofPlatform().daemon().name("null-server").unstarted(this::run);

  /** What was read of a connection and is no whole request yet, and answers not taken yet. */
  private static final class Peer {
    private ByteBuffer in = ByteBuffer.allocate(PEER_BYTES);
    private ByteBuffer out = ByteBuffer.allocate(0);
  }

  /** Answers HTTP or {@code frames}. */
  public NullServer(boolean frames) throws IOException {
    this.frames = frames;
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    thread.start();
  }

  /** Where it listens. */
  public InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  private void run() {
    try {
      while (selector.isOpen()) {
        selector.select(this::ready);
      }
    } catch (ClosedSelectorException e) {
      // How it is ended.
      thread.interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ready(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        SocketChannel channel = listener.accept();
        if (channel != null) {
          channel.configureBlocking(false);
          channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
          channel.register(selector, SelectionKey.OP_READ, new Peer());
        }
      } else {
        serve((SocketChannel) key.channel(), (Peer) key.attachment(), key);
      }
    } catch (IOException e) {
      key.cancel();
      close((SocketChannel) key.channel());
    }
  }

  private void serve(SocketChannel channel, Peer peer, SelectionKey key) throws IOException {
    if (peer.out.hasRemaining()) {
      channel.write(peer.out);
    } else if (channel.read(peer.in) < 0) {
      throw new IOException("the other side has ended");
    } else {
      peer.in.flip();
      answers.clear();
      while (answers.remaining() > OK.length && (frames ? frame(peer.in) : request(peer.in))) {
        // Each call has answered one.
      }
      grow(peer);
      channel.write(answers.flip());
      if (answers.hasRemaining()) {
        peer.out = ByteBuffer.allocate(answers.remaining()).put(answers).flip();
      }
    }
    key.interestOps(peer.out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
  }

  private static void grow(Peer peer) {
    peer.in.compact();
    if (!peer.in.hasRemaining()) {
      peer.in = ByteBuffer.allocate(2 * peer.in.capacity()).put(peer.in.flip());
    }
  }

  private boolean frame(ByteBuffer in) {
    int at = in.position();
    int length = in.remaining() < FrameFormat.HEADER_LENGTH ? 0 : in.getInt(at);
    if (length < FrameFormat.HEADER_LENGTH || in.remaining() < length) {
      return false;
    }
    int type = (in.get(at + FrameFormat.TYPE_AT) & 0xff) | FrameType.ANSWER;
    answers.putLong(FrameFormat.headerHigh(FrameFormat.HEADER_LENGTH, type, 0, 0));
    answers.putLong(FrameFormat.headerLow(in.getInt(at + FrameFormat.CORRELATION_AT), 0, 0));
    in.position(at + length);
    return true;
  }

  private boolean request(ByteBuffer in) {
    int end = endOfHead(in);
    if (end < 0) {
      return false;
    }
    String head =
        StandardCharsets.ISO_8859_1
            .decode(in.slice(in.position(), end - in.position()))
            .toString()
            .toLowerCase(Locale.ROOT);
    int at = head.indexOf("content-length:");
    int length =
        at < 0 ? 0 : Integer.parseInt(head.substring(at + 15, head.indexOf('\r', at)).strip());
    if (in.limit() - end < length) {
      return false;
    }
    in.position(end + length);
    answers.put(OK);
    return true;
  }

  private static int endOfHead(ByteBuffer in) {
    for (int i = in.position(); i + 3 < in.limit(); i++) {
      if (in.get(i) == '\r' && in.getInt(i) == 0x0d0a0d0a) {
        return i + 4;
      }
    }
    return -1;
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      System.getLogger("load").log(System.Logger.Level.DEBUG, "a connection's close failed", e);
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
