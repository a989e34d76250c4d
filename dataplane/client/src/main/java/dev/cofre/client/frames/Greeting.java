package dev.cofre.client.frames;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.HelloAnswer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Says who the client is: with the connection's first frame, and again when the token has changed.
 * When the certificates have changed the connection retires, and another one takes its place. Not
 * thread-safe; used on the event loop.
 */
final class Greeting {
  private static final int CORRELATION = -1;

  private final FrameConnection connection;
  private final NodeAddress address;
  private Connector connector;
  private byte[] tokenDigest;
  private Connector.Trust trust;
  private volatile boolean looking;

  Greeting(FrameConnection connection, NodeAddress address) {
    this.connection = connection;
    this.address = address;
  }

  void connector(Connector by) {
    connector = by;
  }

  /** Sends a hello with {@code token}, which is overwritten. */
  void send(byte[] token, Connector.Trust with) {
    trust = with;
    tokenDigest = digest(token);
    connection.write(Hello.of(token).frame(CORRELATION), true);
    Arrays.fill(token, (byte) 0);
  }

  boolean isOf(int type, int correlation) {
    return type == (FrameType.HELLO | FrameType.ANSWER) && correlation == CORRELATION;
  }

  /** The node has answered with {@code status}; the answer's body stands in {@code in}. */
  void answered(int status, byte[] in, int offset, int length) {
    HelloAnswer answer = status == FrameStatus.OK ? HelloAnswer.parse(in, offset, length) : null;
    if (status != FrameStatus.OK) {
      connection.end("hello", Attempt.refused(status, in, offset, length));
    } else if (answer == null
        || answer.version() != FrameFormat.VERSION
        || answer.frameBytesMax() < FrameFormat.FRAME_BYTES_MIN
        || answer.inFlightMax() < 1) {
      connection.garbled("its hello is none of this protocol");
    } else {
      connection.opened(answer);
    }
  }

  /** Looks whether token and certificates are still those that were shown. */
  void refresh() {
    if (looking || connector == null) {
      return;
    }
    looking = true;
    connector
        .token()
        .onComplete(
            now -> {
              looking = false;
              // A source that fails for a while leaves the token as it is.
              if (now.succeeded()) {
                compare(now.result());
              }
            });
    connector.trust(address).onSuccess(this::compare);
  }

  private void compare(byte[] token) {
    connection.execute(
        () -> {
          if (connection.isOpen() && !MessageDigest.isEqual(tokenDigest, digest(token))) {
            send(token, trust);
          }
          Arrays.fill(token, (byte) 0);
        });
  }

  private void compare(Connector.Trust now) {
    if (now != null && trust != null && !now.isSameAs(trust)) {
      connection.retire();
    }
  }

  private static byte[] digest(byte[] token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
