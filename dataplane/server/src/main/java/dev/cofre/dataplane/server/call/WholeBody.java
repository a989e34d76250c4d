package dev.cofre.dataplane.server.call;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A body that is read whole before anything is done with it, into one array.
 *
 * <p>Memory: what the array takes is taken from the principal's share of the node's bound before it
 * is made: at once when the request says its length, else while it grows. Not thread-safe; used on
 * its event loop.
 */
public final class WholeBody {
  private static final int FIRST_BYTES = 16 << 10;
  private static final byte[] NOTHING = new byte[0];

  private final ServerCall call;
  private final ServerState state;
  private final int bytesMax;
  private final String tooLarge;
  private final String principal;
  private byte[] bytes = NOTHING;
  private int length;

  private WholeBody(ServerCall call, ServerState state, int bytesMax, String tooLarge) {
    this.call = call;
    this.state = state;
    this.bytesMax = bytesMax;
    this.tooLarge = tooLarge;
    this.principal = call.caller().principal().id();
  }

  /**
   * Reads the body of {@code call}, and has {@code whole} do the rest; what cannot be read is
   * refused here.
   *
   * @param tooLarge the detail of the refusal of what is longer than {@code bytesMax}
   * @throws ProblemException {@code payload_too_large} or {@code overloaded}
   */
  public static void read(
      ServerCall call, ServerState state, int bytesMax, String tooLarge, Consumer<byte[]> whole) {
    WholeBody body = new WholeBody(call, state, bytesMax, tooLarge);
    call.onEnd(body::release);
    body.reserve(declared(call));
    call.limitBody();
    call.read(
        body::take,
        failure -> call.reject(ServerCall.problemOf(failure)),
        () -> {
          if (!call.isAnswered()) {
            whole.accept(body.whole());
          }
        });
  }

  private static long declared(ServerCall call) {
    String header = call.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    return header == null || header.length() > 18 ? 0 : Long.parseLong(header);
  }

  private void reserve(long needed) {
    if (needed > bytesMax) {
      throw new ProblemException(ErrorCode.PAYLOAD_TOO_LARGE, tooLarge);
    }
    if (needed <= bytes.length) {
      return;
    }
    long grown = length == 0 ? needed : Math.max(needed, Math.max(FIRST_BYTES, 2L * bytes.length));
    int capacity = (int) Math.min(bytesMax, grown);
    if (!state.takeBody(principal, capacity - bytes.length)) {
      throw new ProblemException(
          ErrorCode.OVERLOADED, "too many request bodies are open on this node; try again later");
    }
    byte[] larger = Arrays.copyOf(bytes, capacity);
    Arrays.fill(bytes, 0, length, (byte) 0);
    bytes = larger;
  }

  private void take(Buffer chunk) {
    if (call.isAnswered()) {
      return;
    }
    try {
      reserve((long) length + chunk.length());
      chunk.getBytes(0, chunk.length(), bytes, length);
      length += chunk.length();
    } catch (ProblemException problem) {
      call.reject(problem);
    }
  }

  private byte[] whole() {
    if (length < bytes.length) {
      byte[] exact = Arrays.copyOf(bytes, length);
      Arrays.fill(bytes, (byte) 0);
      state.releaseBody(principal, bytes.length - length);
      bytes = exact;
    }
    return bytes;
  }

  private void release() {
    state.releaseBody(principal, bytes.length);
  }
}
