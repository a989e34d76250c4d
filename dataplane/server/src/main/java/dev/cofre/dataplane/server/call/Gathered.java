package dev.cofre.dataplane.server.call;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * Bytes gathered from a body up to a fixed length; the array is no longer than what came asks for.
 * Not thread-safe.
 */
final class Gathered {
  private static final byte[] NOTHING = new byte[0];

  private final int capacity;
  private byte[] bytes = NOTHING;
  private int length;
  private int used;

  Gathered(int capacity) {
    this.capacity = capacity;
  }

  /** Takes what fits of {@code chunk} from {@code offset} on; returns how much that was. */
  int take(Buffer chunk, int offset) {
    int count = Math.min(capacity - length, chunk.length() - offset);
    if (length + count > bytes.length) {
      grow(length + count);
    }
    chunk.getBytes(offset, offset + count, bytes, length);
    length += count;
    used = Math.max(used, length);
    return count;
  }

  private void grow(int needed) {
    // What comes in parts comes in many.
    int grown = length == 0 ? needed : Math.max(needed, 4 * bytes.length);
    byte[] larger = Arrays.copyOf(bytes, Math.min(capacity, grown));
    Arrays.fill(bytes, 0, used, (byte) 0);
    bytes = larger;
  }

  boolean isFull() {
    return length == capacity;
  }

  int length() {
    return length;
  }

  /** The array itself; {@link #length} bytes of it count. */
  byte[] array() {
    return bytes;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  void clear() {
    length = 0;
  }

  /** Overwrites everything. */
  void wipe() {
    Arrays.fill(bytes, 0, used, (byte) 0);
    length = 0;
  }
}
