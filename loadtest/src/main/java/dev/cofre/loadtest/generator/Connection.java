package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;

/** One connection to the target, made again after it broke. Not thread-safe; it never blocks. */
final class Connection {
  private static final long RETRY_NS = 50_000_000;
  private static final int OUT_BYTES = 4 * 1024;

  /** What is not sent may grow to this before requests wait. */
  private static final int UNSENT_BYTES_MAX = 256 * 1024;

  private static final int SENDING = SelectionKey.OP_READ | SelectionKey.OP_WRITE;

  private final SocketAddress target;
  private final Selector selector;
  private final Protocol protocol;
  private final OpenRequests open;
  private ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
  private SocketChannel channel;
  private Tls tls;
  private SelectionKey key;
  private Dialogue dialogue;
  private boolean connected;
  private boolean offered;
  private boolean touched;
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
    return room() > 0;
  }

  /** How many requests it takes now. */
  int room() {
    boolean takes = isReady() && out.position() <= UNSENT_BYTES_MAX && dialogue.goesOn();
    return takes ? open.room() : 0;
  }

  /** Whether all that comes before the first request is done. */
  boolean isReady() {
    return connected && (tls == null || tls.isEstablished()) && dialogue.isReady();
  }

  /** Whether it broke before its TLS was there. */
  boolean isHandshaking() {
    return connected && tls != null && !tls.isEstablished();
  }

  /** Whether it stands in the queue of those that take requests. */
  boolean isOffered() {
    return offered;
  }

  void offered(boolean now) {
    offered = now;
  }

  /** Whether it stands in the list of those that have something to send. */
  boolean isTouched() {
    return touched;
  }

  void touched(boolean now) {
    touched = now;
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
    SSLEngine engine = protocol.tls();
    tls = engine == null ? null : new Tls(engine);
    key = channel.register(selector, SelectionKey.OP_CONNECT, this);
    if (channel.connect(target)) {
      finishConnect();
    }
  }

  void finishConnect() throws IOException {
    if (channel.finishConnect()) {
      connected = true;
      key.interestOps(SelectionKey.OP_READ);
      put(ByteBuffer.wrap(dialogue.greeting()));
      flush();
    }
  }

  /** Takes request {@code number}, to be sent by {@link #flush}. */
  void send(long number, long intendedNs, long nowNs) {
    open.add(number, intendedNs, nowNs);
    put(dialogue.request(number));
  }

  private void say(ByteBuffer bytes) throws IOException {
    if (bytes.hasRemaining()) {
      put(bytes);
      flush();
    }
  }

  private void put(ByteBuffer bytes) {
    if (bytes.remaining() > out.remaining()) {
      ByteBuffer larger =
          ByteBuffer.allocateDirect(
              Math.max(2 * out.capacity(), out.position() + bytes.remaining()));
      out = larger.put(out.flip());
    }
    out.put(bytes);
  }

  /** Sends what was taken, or as much of it as the socket takes: one write for all. */
  void flush() throws IOException {
    boolean full = false;
    if (tls != null) {
      tls.send(out, channel);
      full = tls.isSocketFull();
    } else if (out.position() > 0) {
      channel.write(out.flip());
      out.compact();
      full = out.position() > 0;
    } else {
      return;
    }
    int wanted = full ? SENDING : SelectionKey.OP_READ;
    if (key.interestOps() != wanted) {
      key.interestOps(wanted);
    }
  }

  /** Reads what is there by way of {@code buffer}; false at the connection's end. */
  boolean read(ByteBuffer buffer, Answers answers)
      throws IOException, GarbledAnswerException, RefusedConnectionException {
    boolean more;
    boolean isOpen;
    do {
      buffer.clear();
      isOpen = tls == null ? channel.read(buffer) >= 0 : tls.receive(buffer, channel);
      more = !buffer.hasRemaining();
      if (buffer.position() > 0) {
        dialogue.read(buffer.flip(), answers);
        say(dialogue.said());
      }
      if (tls != null && isOpen) {
        flush();
        more = tls.holdsMore();
      }
    } while (isOpen && more);
    if (!isOpen) {
      dialogue.ended(answers);
    }
    return isOpen && dialogue.goesOn();
  }

  /** Forgets the socket; another try is made a little later. */
  void close(long nowNs) {
    connected = false;
    out.clear();
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
