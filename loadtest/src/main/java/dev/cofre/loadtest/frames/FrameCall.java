package dev.cofre.loadtest.frames;

import java.util.Arrays;

/**
 * A request frame that is sent again and again, and what its answer must be. Immutable.
 *
 * @param frame the whole frame; its correlation id is written anew each time
 * @param expected the body of a right answer; null when only its length is known
 * @param lengthExpected the length of a right answer's body
 */
public record FrameCall(byte[] frame, byte[] expected, int lengthExpected) {
  /** Whose answer's body must be {@code body}. */
  public static FrameCall expecting(byte[] frame, byte[] body) {
    return new FrameCall(frame, body, body.length);
  }

  /** Whose answer's body must have {@code length} bytes. */
  public static FrameCall expectingLength(byte[] frame, int length) {
    return new FrameCall(frame, null, length);
  }

  boolean accepts(byte[] in, int offset, int length) {
    return length == lengthExpected
        && (expected == null || Arrays.equals(expected, 0, length, in, offset, offset + length));
  }
}
