package dev.cofre.contract.encoding;

import java.nio.ByteBuffer;
import java.util.UUID;

/** UUIDs as the 16 big-endian bytes that stand in envelopes and snapshots. */
public final class Uuids {
  /** The length of a UUID in bytes. */
  public static final int LENGTH = 16;

  private Uuids() {}

  /** The 16 bytes of {@code id}. */
  public static byte[] bytes(UUID id) {
    byte[] bytes = new byte[LENGTH];
    put(id, bytes, 0);
    return bytes;
  }

  /** Writes the 16 bytes of {@code id} into {@code out} at {@code offset}. */
  public static void put(UUID id, byte[] out, int offset) {
    ByteBuffer.wrap(out, offset, LENGTH)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits());
  }

  /** The UUID that stands in {@code bytes} at {@code offset}. */
  public static UUID get(byte[] bytes, int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, LENGTH);
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
