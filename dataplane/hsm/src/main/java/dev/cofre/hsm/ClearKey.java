package dev.cofre.hsm;

import dev.cofre.contract.random.RandomSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A data key in clear, outside the heap: the collector moves what is on it, and leaves older copies
 * behind that nobody can overwrite. Whoever takes one closes it after use.
 *
 * <p>Thread-safe as far as its bytes are handed from one thread to the next. Closing overwrites the
 * bytes and may be done twice; the memory itself is given back when nothing refers to it.
 */
public final class ClearKey implements AutoCloseable {
  private final MemorySegment memory;
  private final ByteBuffer bytes;

  private ClearKey(MemorySegment memory, int length) {
    this.memory = memory;
    this.bytes = memory.asSlice(0, length).asByteBuffer();
  }

  /** {@code length} zeros, to be filled. */
  static ClearKey ofLength(int length) {
    return new ClearKey(Arena.ofAuto().allocate(length, Long.BYTES), length);
  }

  /** The first {@code length} bytes, in place: this object is not to be used any more. */
  ClearKey cutTo(int length) {
    return new ClearKey(memory, length);
  }

  /** A copy of {@code bytes}, which the caller overwrites. */
  public static ClearKey of(byte[] bytes) {
    ClearKey key = ofLength(bytes.length);
    key.bytes.put(0, bytes);
    return key;
  }

  /** {@code length} bytes of {@code random}. */
  static ClearKey random(RandomSource random, int length) {
    ClearKey key = ofLength(length);
    random.fill(key.bytes());
    return key;
  }

  /** The bytes, from 0 to the limit: a view of its own, big endian, without a copy. */
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  /** The memory, which may be longer. */
  MemorySegment memory() {
    return memory;
  }

  /** How many bytes there are. */
  public int length() {
    return bytes.limit();
  }

  /** A copy on the heap, which the caller overwrites after use. */
  public byte[] copy() {
    byte[] copy = new byte[length()];
    bytes.get(0, copy);
    return copy;
  }

  /** Overwrites the bytes. */
  @Override
  public void close() {
    memory.fill((byte) 0);
  }

  @Override
  public String toString() {
    return "ClearKey[…]";
  }
}
