package dev.cofre.loadtest.frames;

import java.util.Arrays;

/**
 * A request frame that is sent again and again, and what its answer must be. Immutable.
 *
 * @param frame the whole frame; its correlation id is written anew each time
 * @param expected the body of a right answer; null when only its length is known
 * @param lengthExpected the length of a right answer's body; -1 for any
 * @param codeExpected of the error that is the right answer; null when none is
 */
public record FrameCall(byte[] frame, byte[] expected, int lengthExpected, String codeExpected) {
  /** What is expected of an answer's length when any is right. */
  public static final int ANY_LENGTH = -1;

  /** Whose answer's body must be {@code body}. */
  public static FrameCall expecting(byte[] frame, byte[] body) {
    return new FrameCall(frame, body, body.length, null);
  }

  /** Whose answer's body must have {@code length} bytes. */
  public static FrameCall expectingLength(byte[] frame, int length) {
    return new FrameCall(frame, null, length, null);
  }

  /** Whose right answer is the error {@code code}. */
  public static FrameCall expectingError(byte[] frame, String code) {
    return new FrameCall(frame, null, -1, code);
  }

  boolean accepts(byte[] in, int offset, int length) {
    return (lengthExpected < 0 || length == lengthExpected)
        && (expected == null || Arrays.equals(expected, 0, length, in, offset, offset + length));
  }
}
