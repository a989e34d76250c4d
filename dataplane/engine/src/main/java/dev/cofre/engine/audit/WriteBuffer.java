package dev.cofre.engine.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Gathers lines, so that a batch is one write; what is longer than the buffer goes out in pieces.
 * Not thread-safe.
 */
final class WriteBuffer {
  private static final int CAPACITY = 256 * 1024;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);

  /** Adds {@code bytes}, writing to {@code channel} when the buffer is full. */
  void put(byte[] bytes, FileChannel channel) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      if (!buffer.hasRemaining()) {
        flush(channel);
      }
      int count = Math.min(buffer.remaining(), bytes.length - done);
      buffer.put(bytes, done, count);
      done += count;
    }
  }

  /** Writes what was gathered. */
  void flush(FileChannel channel) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Drops what was gathered. */
  void clear() {
    buffer.clear();
  }
}
