package dev.cofre.contract.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The records of one mapped segment, which may be written meanwhile. Thread-safe for readers;
 * stateless but for the memory.
 */
public final class RecordBuffer {
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final ByteBuffer buffer;
  private final int limit;

  /** The segment in {@code buffer}, from its header on; direct memory, as mapped memory is. */
  public RecordBuffer(ByteBuffer buffer) {
    this.buffer = buffer;
    this.limit = buffer.limit() & -AuditRecordFormat.ALIGNMENT;
  }

  /** Where the last record ends at the latest. */
  public int limit() {
    return limit;
  }

  /** The length field at {@code at}; what it covers is seen as it was when it was written. */
  public int length(int at) {
    return (int) INT.getAcquire(buffer, at);
  }

  /** Whether the negative {@code length} is that of a claim. */
  public boolean isClaim(int at, int length) {
    return length != AuditRecordFormat.END
        && length % AuditRecordFormat.ALIGNMENT == 0
        && -length <= limit - at;
  }

  /** Whether {@code length} bytes at {@code at} are a record as it was written. */
  public boolean isWhole(int at, int length) {
    return AuditRecordDecoder.isPlausible(length, limit - at)
        && AuditRecordDecoder.hasKnownFlags(buffer, at)
        && AuditRecordDecoder.checksum(buffer, at, length)
            == buffer.getInt(at + AuditRecordFormat.CRC_AT);
  }

  /** Makes the claim of {@code length} bytes at {@code at}, which nobody will commit, a void. */
  public void makeVoid(int at, int length) {
    buffer.putLong(at + AuditRecordFormat.FORMAT_AT, 0);
    buffer.put(at + AuditRecordFormat.FORMAT_AT, AuditRecordFormat.FORMAT);
    buffer.put(at + AuditRecordFormat.KIND_AT, AuditRecordFormat.VOID);
    buffer.putInt(at + AuditRecordFormat.CRC_AT, AuditRecordDecoder.checksum(buffer, at, length));
    INT.setRelease(buffer, at, length);
  }

  /** Has the count of the counted record at {@code at} change no more. */
  void settle(int at) {
    LONG.getAndBitwiseOr(buffer, at + AuditRecordFormat.FORMAT_AT, AuditRecordFormat.SETTLED);
  }

  /** Whether the record at {@code at} stands for a claim that was never committed. */
  public boolean isVoid(int at) {
    return AuditRecordDecoder.isVoid(buffer, at);
  }

  /** The event of the whole record at {@code at}. */
  public AuditEvent event(int at, int length) {
    return AuditRecordDecoder.decode(buffer, at, length);
  }

  /**
   * Where the next whole record begins behind {@code start}, or what is behind the last byte that
   * is not zero: {@code start} itself when only zeros follow.
   */
  public int nextWhole(int start) {
    int used = start;
    for (int at = start; at < limit; at += AuditRecordFormat.ALIGNMENT) {
      if (buffer.getLong(at) != 0) {
        int length = buffer.getInt(at);
        if (at > start && isWhole(at, length)) {
          return at;
        }
        used = at + AuditRecordFormat.ALIGNMENT;
      }
    }
    return used;
  }
}
