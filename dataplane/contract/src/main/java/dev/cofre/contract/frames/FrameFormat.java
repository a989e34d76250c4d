package dev.cofre.contract.frames;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The layout of a frame, version 1 (docs/PROTOCOL.md, "Frames"). All integers are unsigned and big
 * endian.
 *
 * <pre>
 *  0            4      5       6        8                 12             14          16
 *  +------------+------+-------+--------+-----------------+--------------+-----------+-----
 *  | length u32 | type | flags | status | correlation u32 | extensions u16| context u16|
 *  +------------+------+-------+--------+-----------------+--------------+-----------+-----
 *  16 extensions (as many bytes as said) ‖ context (as many bytes as said) ‖ body (up to length)
 * </pre>
 *
 * <p>The length is that of the whole frame. An extension is u16 type ‖ u16 length ‖ value; a
 * request with an unknown one whose type has the highest bit set is refused, others are passed
 * over. Answers have the type of their request with the highest bit set.
 */
public final class FrameFormat {
  /** Of everything in front of extensions, context and body. */
  public static final int HEADER_LENGTH = 16;

  /** "COFR", in both hellos. */
  public static final int MAGIC = 0x434F4652;

  /** The only version. */
  public static final int VERSION = 1;

  /** The longest frame that a server takes and sends. */
  public static final int FRAME_BYTES_MAX = 128 * 1024;

  /** The least that a peer must be able to take. */
  public static final int FRAME_BYTES_MIN = 4 * 1024;

  /** The longest hello, so that who is not known yet holds little memory. */
  public static final int HELLO_BYTES_MAX = 4 * 1024;

  /** The longest body of a ping. */
  public static final int PING_BYTES_MAX = 64;

  /** The most items of a batch frame. */
  public static final int BATCH_ITEMS_MAX = 1_024;

  /** The longest name of a key, in bytes. */
  public static final int KEY_BYTES_MAX = 255;

  /** Where the type stands. */
  public static final int TYPE_AT = 4;

  /** Where the flags stand. */
  public static final int FLAGS_AT = 5;

  /** Where the status stands. */
  public static final int STATUS_AT = 6;

  /** Where the correlation id stands. */
  public static final int CORRELATION_AT = 8;

  /** Where the length of the extensions stands. */
  public static final int EXTENSIONS_AT = 12;

  /** Where the length of the context stands. */
  public static final int CONTEXT_AT = 14;

  /** In a stream's data: nothing follows. */
  public static final int FLAG_END = 1;

  /** In a request for a data key: without its plaintext. */
  public static final int FLAG_WITHOUT_PLAINTEXT = 2;

  /** All flags that are known. */
  static final int FLAGS = FLAG_END | FLAG_WITHOUT_PLAINTEXT;

  /** The extension that holds the request's deadline: u32 milliseconds from its arrival. */
  public static final int EXTENSION_DEADLINE = 0x8001;

  /** An extension that whoever does not know it must refuse. */
  public static final int EXTENSION_CRITICAL = 0x8000;

  /** What stands in front of the items of a batch, request and answer: their count. */
  public static final int BATCH_HEAD_LENGTH = 4;

  /** What stands in front of each item of a batch: its length. */
  public static final int ITEM_HEAD_LENGTH = 4;

  /** What stands in front of each item of a batch's answer: status u16 ‖ 0 u16 ‖ length u32. */
  public static final int ANSWER_ITEM_HEAD_LENGTH = 8;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private FrameFormat() {}

  /** The first half of a header: length, type, flags, status. */
  public static long headerHigh(int length, int type, int flags, int status) {
    return (long) length << 32 | (long) type << 24 | (long) flags << 16 | status;
  }

  /** The second half of a header: correlation id and the lengths of extensions and context. */
  public static long headerLow(int correlation, int extensionsLength, int contextLength) {
    return (long) correlation << 32 | (long) extensionsLength << 16 | contextLength;
  }

  /**
   * Writes a header without extensions and context at {@code offset}; returns what is behind it.
   */
  public static int putHeader(
      byte[] out, int offset, int length, int type, int flags, int status, int correlation) {
    putLong(out, offset, headerHigh(length, type, flags, status));
    putLong(out, offset + 8, headerLow(correlation, 0, 0));
    return offset + HEADER_LENGTH;
  }

  /** The u16 at {@code offset}. */
  public static int getShort(byte[] in, int offset) {
    return (short) SHORT.get(in, offset) & 0xffff;
  }

  /** The u32 at {@code offset}, above 2^31 negative. */
  public static int getInt(byte[] in, int offset) {
    return (int) INT.get(in, offset);
  }

  /** The u64 at {@code offset}. */
  public static long getLong(byte[] in, int offset) {
    return (long) LONG.get(in, offset);
  }

  /** Writes a u16. */
  public static void putShort(byte[] out, int offset, int value) {
    SHORT.set(out, offset, (short) value);
  }

  /** Writes a u32. */
  public static void putInt(byte[] out, int offset, int value) {
    INT.set(out, offset, value);
  }

  /** Writes a u64. */
  public static void putLong(byte[] out, int offset, long value) {
    LONG.set(out, offset, value);
  }
}
