package dev.cofre.contract.frames;

import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.putInt;

import java.util.Arrays;

/**
 * What a client says first: the versions that it speaks, the limits that it asks for, who it is.
 *
 * <pre>
 *  0       4             5             6       8               12            16                18
 *  +-------+-------------+-------------+-------+---------------+-------------+-----------------+-----
 *  | "COFR"| version min | version max | 0 u16 | frame max u32 | in flight u32| token length u16| token
 *  +-------+-------------+-------------+-------+---------------+-------------+-----------------+-----
 * </pre>
 *
 * @param versionMin the oldest version that it speaks
 * @param versionMax the newest
 * @param frameBytesMax the longest frame that it takes
 * @param inFlightMax how many requests it wants to have open at once
 * @param token the bearer token's bytes; to be overwritten by the caller
 */
public record Hello(
    int versionMin, int versionMax, int frameBytesMax, int inFlightMax, byte[] token) {
  private static final int FIXED_LENGTH = 18;

  /** Of this release, with its limits. */
  public static Hello of(byte[] token) {
    return new Hello(
        FrameFormat.VERSION, FrameFormat.VERSION, FrameFormat.FRAME_BYTES_MAX, 1_024, token);
  }

  /** The whole frame. */
  public byte[] frame(int correlation) {
    int length = HEADER_LENGTH + FIXED_LENGTH + token.length;
    byte[] frame = new byte[length];
    int at = FrameFormat.putHeader(frame, 0, length, FrameType.HELLO, 0, 0, correlation);
    putInt(frame, at, FrameFormat.MAGIC);
    frame[at + 4] = (byte) versionMin;
    frame[at + 5] = (byte) versionMax;
    putInt(frame, at + 8, frameBytesMax);
    putInt(frame, at + 12, inFlightMax);
    FrameFormat.putShort(frame, at + 16, token.length);
    System.arraycopy(token, 0, frame, at + FIXED_LENGTH, token.length);
    return frame;
  }

  /** The hello that stands in {@code body}, or null when that is none. */
  public static Hello parse(byte[] in, int offset, int length) {
    if (length < FIXED_LENGTH
        || FrameFormat.getInt(in, offset) != FrameFormat.MAGIC
        || FrameFormat.getShort(in, offset + 6) != 0
        || FrameFormat.getShort(in, offset + 16) != length - FIXED_LENGTH) {
      return null;
    }
    int frameBytesMax = FrameFormat.getInt(in, offset + 8);
    int inFlightMax = FrameFormat.getInt(in, offset + 12);
    return new Hello(
        in[offset + 4] & 0xff,
        in[offset + 5] & 0xff,
        frameBytesMax < 0 ? Integer.MAX_VALUE : frameBytesMax,
        inFlightMax < 0 ? Integer.MAX_VALUE : inFlightMax,
        Arrays.copyOfRange(in, offset + FIXED_LENGTH, offset + length));
  }

  /** Whether {@code version} is among those that it speaks. */
  public boolean speaks(int version) {
    return versionMin <= version && version <= versionMax;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "Hello[versions " + versionMin + " to " + versionMax + "]";
  }
}
