package dev.cofre.contract.frames;

import static dev.cofre.contract.frames.FrameFormat.HEADER_LENGTH;
import static dev.cofre.contract.frames.FrameFormat.getInt;
import static dev.cofre.contract.frames.FrameFormat.putInt;

/**
 * What a server answers to a {@link Hello}: the version and the limits of this connection.
 *
 * <pre>
 *  0       4         5     8               12             16           20                24        28
 *  +-------+---------+-----+---------------+--------------+------------+-----------------+---------+-------------------+
 *  | "COFR"| version | 0 ×3| frame max u32 | in flight u32| streams u32| stream credit u32| idle u32| connection id u64 |
 *  +-------+---------+-----+---------------+--------------+------------+-----------------+---------+-------------------+
 * </pre>
 *
 * @param version the version spoken from now on
 * @param frameBytesMax the longest frame, both ways
 * @param inFlightMax how many requests may be open at once
 * @param streamsMax how many streams may be open at once
 * @param streamCreditBytes how much of a stream the client may send before it has credit
 * @param idleMs after how long without a frame the server closes
 * @param connectionId as it stands in the audit log
 */
public record HelloAnswer(
    int version,
    int frameBytesMax,
    int inFlightMax,
    int streamsMax,
    int streamCreditBytes,
    int idleMs,
    long connectionId) {
  private static final int BODY_LENGTH = 36;

  /** The whole frame. */
  public byte[] frame(int correlation) {
    int length = HEADER_LENGTH + BODY_LENGTH;
    byte[] frame = new byte[length];
    int at =
        FrameFormat.putHeader(
            frame, 0, length, FrameType.HELLO | FrameType.ANSWER, 0, FrameStatus.OK, correlation);
    putInt(frame, at, FrameFormat.MAGIC);
    frame[at + 4] = (byte) version;
    putInt(frame, at + 8, frameBytesMax);
    putInt(frame, at + 12, inFlightMax);
    putInt(frame, at + 16, streamsMax);
    putInt(frame, at + 20, streamCreditBytes);
    putInt(frame, at + 24, idleMs);
    FrameFormat.putLong(frame, at + 28, connectionId);
    return frame;
  }

  /** The answer whose body stands in {@code in}, or null; what is behind it is passed over. */
  public static HelloAnswer parse(byte[] in, int offset, int length) {
    if (length < BODY_LENGTH || getInt(in, offset) != FrameFormat.MAGIC) {
      return null;
    }
    return new HelloAnswer(
        in[offset + 4] & 0xff,
        getInt(in, offset + 8),
        getInt(in, offset + 12),
        getInt(in, offset + 16),
        getInt(in, offset + 20),
        getInt(in, offset + 24),
        FrameFormat.getLong(in, offset + 28));
  }
}
