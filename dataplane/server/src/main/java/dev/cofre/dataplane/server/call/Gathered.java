package dev.cofre.dataplane.server.call;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** Bytes gathered from a body up to a fixed length. Not thread-safe. */
final class Gathered {
  private final byte[] bytes;
  private int length;

  Gathered(int capacity) {
    this.bytes = new byte[capacity];
  }

  /** Takes what fits of {@code chunk} from {@code offset} on; returns how much that was. */
  int take(Buffer chunk, int offset) {
    int count = Math.min(bytes.length - length, chunk.length() - offset);
    chunk.getBytes(offset, offset + count, bytes, length);
    length += count;
    return count;
  }

  boolean isFull() {
    return length == bytes.length;
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
    Arrays.fill(bytes, (byte) 0);
    length = 0;
  }
}
