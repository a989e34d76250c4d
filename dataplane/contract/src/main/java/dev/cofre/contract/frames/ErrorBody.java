package dev.cofre.contract.frames;

import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.nio.charset.StandardCharsets;

/**
 * The body of an answer whose status is not 0: u32 milliseconds after which the same request may be
 * tried again (0: it need not be) ‖ a detail for people, UTF-8.
 */
public final class ErrorBody {
  /** What a retryable error says unless it knows better. */
  public static final int RETRY_MS = 1_000;

  private ErrorBody() {}

  /** The whole frame of an answer of {@code type}. */
  public static byte[] frame(int type, int correlation, ProblemException problem, int retryMs) {
    return frame(
        type,
        correlation,
        FrameStatus.of(problem.code()),
        problem.detail(),
        retryMs(problem, retryMs));
  }

  /** What the problem says of itself, when that is more than what every problem says. */
  private static int retryMs(ProblemException problem, int retryMs) {
    if (!problem.code().isRetryable()) {
      return 0;
    }
    long own = problem.retryAfterMs();
    return own > RETRY_MS ? (int) Math.min(Integer.MAX_VALUE, own) : retryMs;
  }

  /** The same for a request that the caller cancelled. */
  public static byte[] cancelled(int type, int correlation) {
    return frame(type, correlation, FrameStatus.CANCELLED, "cancelled by the caller", 0);
  }

  private static byte[] frame(int type, int correlation, int status, String detail, int retryMs) {
    byte[] text = detail.getBytes(StandardCharsets.UTF_8);
    int length = HEADER_LENGTH + Integer.BYTES + text.length;
    byte[] frame = new byte[length];
    int at =
        FrameFormat.putHeader(frame, 0, length, type | FrameType.ANSWER, 0, status, correlation);
    FrameFormat.putInt(frame, at, retryMs);
    System.arraycopy(text, 0, frame, at + Integer.BYTES, text.length);
    return frame;
  }

  /** The problem that an answer with {@code status} and this body tells. */
  public static ProblemException problem(int status, byte[] in, int offset, int length) {
    ErrorCode code = FrameStatus.code(status);
    String detail =
        length < Integer.BYTES
            ? code.title()
            : new String(
                in, offset + Integer.BYTES, length - Integer.BYTES, StandardCharsets.UTF_8);
    return new ProblemException(code, detail);
  }

  /** After how many milliseconds the same request may be tried again. */
  public static int retryMs(byte[] in, int offset, int length) {
    return length < Integer.BYTES ? 0 : FrameFormat.getInt(in, offset);
  }
}
