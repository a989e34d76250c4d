package dev.cofre.loadtest.generator;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.Histogram;

/**
 * A histogram in few bytes: a run of hours has thousands. It is packed fast rather than small,
 * since the generator may share its processor with who packs. Immutable.
 */
final class PackedHistogram {
  private final byte[] bytes;
  private final long maxValue;

  PackedHistogram(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer, Deflater.BEST_SPEED);
    this.bytes = Arrays.copyOf(buffer.array(), length);
    this.maxValue = histogram.getMaxValue();
  }

  /** A copy of what was packed. */
  Histogram unpacked() {
    try {
      return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
    } catch (DataFormatException e) {
      throw new AssertionError("what was packed here", e);
    }
  }

  long maxValue() {
    return maxValue;
  }
}
