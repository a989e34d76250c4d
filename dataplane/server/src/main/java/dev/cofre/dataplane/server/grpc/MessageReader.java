package dev.cofre.dataplane.server.grpc;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Cuts a call's body into messages: u8 compressed (always 0 here) ‖ u32 length ‖ bytes.
 *
 * <p>Memory: a message's length is taken from the principal's share of the node's bound before an
 * array is made for it, and given back when the next one begins or the call ends. While paused no
 * message is handed on, and nothing is read but the rest of one chunk. Not thread-safe; used on its
 * event loop.
 */
final class MessageReader {
  private static final int HEAD_LENGTH = 5;

  private final GrpcCall call;
  private final HttpServerRequest request;
  private final ServerState state;
  private Consumer<byte[]> sink;
  private Runnable end;
  private int bytesMax;
  private String principal;
  private int taken;
  private final byte[] head = new byte[HEAD_LENGTH];
  private int headLength;
  private byte[] message;
  private int length;
  private Buffer rest;
  private int at;
  private boolean paused;
  private boolean requestPaused;
  private boolean reading;
  private boolean ended;
  private boolean over;

  MessageReader(GrpcCall call, ServerState state) {
    this.call = call;
    this.request = call.request();
    this.state = state;
  }

  /**
   * Begins to read.
   *
   * @param newBytesMax the longest message
   * @param newPrincipal whose share of memory is used; null: that of nobody, for small messages
   * @param newSink takes each message
   * @param newEnd told when all messages are whole
   */
  void start(int newBytesMax, String newPrincipal, Consumer<byte[]> newSink, Runnable newEnd) {
    bytesMax = newBytesMax;
    principal = newPrincipal;
    sink = newSink;
    end = newEnd;
    call.onEnd(this::stop);
    request.handler(this::chunk).exceptionHandler(this::fail).endHandler(done -> bodyEnded());
  }

  private void stop() {
    over = true;
    release();
    rest = null;
    message = null;
  }

  private void release() {
    if (taken > 0) {
      state.releaseBody(principal, taken);
      taken = 0;
    }
  }

  private void fail(Throwable failure) {
    if (!over) {
      over = true;
      call.fail(failure);
    }
  }

  private void fail(ErrorCode code, String detail) {
    fail(new ProblemException(code, detail));
  }

  private void chunk(Buffer chunk) {
    if (over) {
      return;
    }
    if (rest == null) {
      rest = chunk;
      at = 0;
    } else {
      rest = Buffer.buffer().appendBuffer(rest, at, rest.length() - at).appendBuffer(chunk);
      at = 0;
    }
    drain();
  }

  private void bodyEnded() {
    ended = true;
    call.bodyEnded();
    drain();
  }

  /** Hands no message on for now. */
  void pause() {
    paused = true;
    if (!ended && !over && !requestPaused) {
      requestPaused = true;
      request.pause();
    }
  }

  /** Goes on. */
  void resume() {
    paused = false;
    drain();
  }

  private void drain() {
    if (reading) {
      return;
    }
    reading = true;
    while (rest != null && at < rest.length() && !paused && !over) {
      read();
    }
    reading = false;
    if (paused || over) {
      return;
    }
    rest = null;
    if (ended) {
      finish();
    } else if (requestPaused) {
      requestPaused = false;
      request.resume();
    }
  }

  private void finish() {
    if (headLength > 0 || message != null) {
      fail(ErrorCode.INVALID_REQUEST, "the last message is cut");
      return;
    }
    over = true;
    end.run();
  }

  private void read() {
    if (message == null) {
      readHead();
    }
    if (message != null) {
      int count = Math.min(message.length - length, rest.length() - at);
      rest.getBytes(at, at + count, message, length);
      at += count;
      length += count;
      if (length == message.length) {
        byte[] whole = message;
        message = null;
        sink.accept(whole);
      }
    }
  }

  private void readHead() {
    int count = Math.min(HEAD_LENGTH - headLength, rest.length() - at);
    rest.getBytes(at, at + count, head, headLength);
    at += count;
    headLength += count;
    if (headLength < HEAD_LENGTH) {
      return;
    }
    headLength = 0;
    long announced = Integer.toUnsignedLong(ByteBuffer.wrap(head).getInt(1));
    release();
    if (head[0] != 0) {
      fail(ErrorCode.INVALID_REQUEST, "compressed messages are not taken: send them as they are");
    } else if (announced > bytesMax) {
      fail(
          ErrorCode.PAYLOAD_TOO_LARGE, "a message of this call has at most " + bytesMax + " bytes");
    } else if (principal != null && !state.takeBody(principal, (int) announced)) {
      fail(ErrorCode.OVERLOADED, "too many request bodies are open on this node; try again later");
    } else {
      taken = principal == null ? 0 : (int) announced;
      message = new byte[(int) announced];
      length = 0;
    }
  }
}
