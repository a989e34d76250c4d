package dev.cofre.loadtest.generator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** TLS on one connection. Not thread-safe; it never blocks but for the handshake's arithmetic. */
final class Tls {
  private final SSLEngine engine;
  private final ByteBuffer netIn;

  /** Between calls: bytes that the socket has not taken, up to the position. */
  private final ByteBuffer netOut;

  private boolean established;
  private boolean ended;

  /** Whether what has come is less than a record. */
  private boolean starved;

  Tls(SSLEngine engine) throws SSLException {
    this.engine = engine;
    int packet = engine.getSession().getPacketBufferSize();
    this.netIn = ByteBuffer.allocate(4 * packet);
    this.netOut = ByteBuffer.allocateDirect(2 * packet);
    engine.beginHandshake();
  }

  /** Whether requests may be sent. */
  boolean isEstablished() {
    return established;
  }

  /** Whether the socket has to be writable before there is more to do. */
  boolean isSocketFull() {
    return netOut.position() > 0;
  }

  /** Sends what it can of {@code plain}, whose bytes stand before its position; keeps the rest. */
  void send(ByteBuffer plain, SocketChannel channel) throws IOException {
    plain.flip();
    try {
      while (written(channel)) {
        HandshakeStatus status = handshake();
        boolean handshaking = status == HandshakeStatus.NEED_WRAP;
        if (!handshaking && (status != HandshakeStatus.NOT_HANDSHAKING || !plain.hasRemaining())) {
          return;
        }
        SSLEngineResult result = engine.wrap(plain, netOut);
        note(result);
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
          throw new SSLException("the connection's TLS has ended");
        }
      }
    } finally {
      plain.compact();
    }
  }

  private boolean written(SocketChannel channel) throws IOException {
    if (netOut.position() > 0) {
      channel.write(netOut.flip());
      netOut.compact();
    }
    return netOut.position() == 0;
  }

  /** Puts plain bytes into {@code plain}; false when nothing more comes at all. */
  boolean receive(ByteBuffer plain, SocketChannel channel) throws IOException {
    boolean open = channel.read(netIn) >= 0;
    netIn.flip();
    try {
      while (netIn.hasRemaining() && !ended) {
        SSLEngineResult result = engine.unwrap(netIn, plain);
        note(result);
        ended = result.getStatus() == SSLEngineResult.Status.CLOSED;
        starved =
            result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW
                && result.bytesConsumed() == 0
                && result.bytesProduced() == 0;
        if (starved
            || result.getStatus() != SSLEngineResult.Status.OK
            || handshake() == HandshakeStatus.NEED_WRAP) {
          break;
        }
      }
    } finally {
      netIn.compact();
    }
    return open && !ended;
  }

  /**
   * Whether bytes have come that were not looked at: there was no room for what they hold, or this
   * side had to say something first.
   */
  boolean holdsMore() {
    return netIn.position() > 0 && !starved && !ended;
  }

  private HandshakeStatus handshake() {
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      Runnable task = engine.getDelegatedTask();
      if (task != null) {
        task.run();
      }
    }
    return engine.getHandshakeStatus();
  }

  private void note(SSLEngineResult result) {
    established |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
  }
}
