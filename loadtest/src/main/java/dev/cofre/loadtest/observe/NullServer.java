package dev.cofre.loadtest.observe;

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

/**
 * A server on the loopback that does nothing with a request but answer it: what a generator reaches
 * against it is the generator's own limit, or that of this one thread. Thread-safe.
 */
public final class NullServer implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int PEER_BYTES = 64 * 1024;

  /** What it understands. */
  public enum Kind {
    /** HTTP/1.1. */
    HTTP,
    /** The binary protocol. */
    FRAMES,
    /** Unary gRPC calls. */
    GRPC
  }

  private final NullAnswers kind;
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

  /** Answers {@code kind}. */
  public NullServer(Kind kind) throws IOException {
    this.kind =
        switch (kind) {
          case HTTP -> new NullHttp();
          case FRAMES -> new NullFrames();
          case GRPC -> new NullGrpc();
        };
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
      while (answers.remaining() >= NullAnswers.BYTES_MAX && kind.answer(peer.in, answers)) {
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
