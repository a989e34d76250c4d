package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** One connection to the target, made again after it broke. Not thread-safe; it never blocks. */
final class Connection {
  private static final long RETRY_NS = 50_000_000;

  private final SocketAddress target;
  private final Selector selector;
  private final Protocol protocol;
  private final OpenRequests open;
  private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
  private SocketChannel channel;
  private SelectionKey key;
  private Dialogue dialogue;
  private boolean connected;
  private boolean offered;
  private long retryAtNs = Long.MIN_VALUE;

  Connection(SocketAddress target, Selector selector, Protocol protocol) {
    this.target = target;
    this.selector = selector;
    this.protocol = protocol;
    this.open = new OpenRequests(protocol.openMax());
  }

  OpenRequests open() {
    return open;
  }

  /** Whether it takes a request now. */
  boolean isFree() {
    return connected && unsent.isEmpty() && !open.isFull() && dialogue.goesOn();
  }

  /** Whether it stands in the queue of those that take requests. */
  boolean isOffered() {
    return offered;
  }

  void offered(boolean now) {
    offered = now;
  }

  boolean isConnected() {
    return connected;
  }

  /** Whether it is neither there nor being made, and may be tried again. */
  boolean mayConnect(long nowNs) {
    return channel == null && nowNs >= retryAtNs;
  }

  /** Begins to connect. */
  void connect() throws IOException {
    channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    dialogue = protocol.open();
    key = channel.register(selector, SelectionKey.OP_CONNECT, this);
    if (channel.connect(target)) {
      finishConnect();
    }
  }

  void finishConnect() throws IOException {
    if (channel.finishConnect()) {
      connected = true;
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** Sends request {@code number}, or as much of it as the socket takes. */
  void send(long number, long intendedNs, long nowNs) throws IOException {
    open.add(number, intendedNs, nowNs);
    ByteBuffer bytes = dialogue.request(number);
    channel.write(bytes);
    if (bytes.hasRemaining()) {
      unsent.add(bytes);
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  void sendRest() throws IOException {
    while (!unsent.isEmpty()) {
      ByteBuffer bytes = unsent.peek();
      channel.write(bytes);
      if (bytes.hasRemaining()) {
        return;
      }
      unsent.poll();
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  /** Reads what is there by way of {@code buffer}; false at the connection's end. */
  boolean read(ByteBuffer buffer, Answers answers) throws IOException, GarbledAnswerException {
    int count;
    do {
      buffer.clear();
      count = channel.read(buffer);
      if (count > 0) {
        dialogue.read(buffer.flip(), answers);
      }
    } while (count == buffer.capacity());
    return count >= 0 && dialogue.goesOn();
  }

  /** Forgets the socket; another try is made a little later. */
  void close(long nowNs) {
    connected = false;
    unsent.clear();
    retryAtNs = nowNs + RETRY_NS;
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // A socket whose close fails is as lost as one that was closed.
        System.getLogger(Connection.class.getName())
            .log(System.Logger.Level.DEBUG, "a connection's close failed", e);
      }
      channel = null;
    }
  }

  /** Lets the next try be made at once: the target ended a connection in good order. */
  void retryAtOnce() {
    retryAtNs = Long.MIN_VALUE;
  }
}
