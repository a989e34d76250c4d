package dev.cofre.contract.random;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Where salts, IVs, keys and tokens come from. Implementations are thread-safe. */
@FunctionalInterface
public interface RandomSource {
  /** Fills {@code length} bytes of {@code out} from {@code offset} on with unpredictable bytes. */
  void fill(byte[] out, int offset, int length);

  /** Fills {@code out} from its position to its limit, as {@link #fill(byte[], int, int)} does. */
  default void fill(ByteBuffer out) {
    byte[] bytes = bytes(out.remaining());
    out.put(bytes);
    Arrays.fill(bytes, (byte) 0);
  }

  /**
   * The same source for the use of one thread at a time: an event loop's own may be faster. What it
   * gives is as unpredictable and as fresh.
   */
  default RandomSource confined() {
    return this;
  }

  /** {@code length} fresh bytes. */
  default byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    fill(bytes, 0, length);
    return bytes;
  }
}
