package dev.cofre.contract.audit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * How an event lies in the audit log, versions 1 and 2 (docs/PROTOCOL.md, "The audit log's bytes").
 * All integers are big endian; a record begins at a multiple of 8.
 *
 * <pre>
 *  0  i32 length   of the record without its padding; negative: claimed and not committed, the
 *                  claim being that long; 0: free; MIN_VALUE: nothing follows in this segment
 *  4  u32 CRC32C   of bytes 8 to length, with 0 in the place of flags and count
 *  8  u8  format   1 or 2
 *  9  u8  kind     0 void: a claim that was never committed, its bytes 16 and on mean nothing
 *                  1 event · 2 counted
 * 10  u16 flags    0; of kind 2 also 256: settled, the count changes no more
 * 12  u32 count    of kind 2, else 0; flags and count alone change after the commit
 * 16  i64 time     nanoseconds since 1970-01-01T00:00:00Z
 * 24  i32 keyVersion      -1: absent
 * 28  i32 items           -1: absent
 * 32  i64 bytes           -1: absent
 * 40  u8  authentication  1 none · 2 token · 3 mtls · 0 a text follows
 * 41  u8  phase           1 whole · 2 begin · 3 end · 0 a text follows
 * 42  u8  outcome         1 allowed · 2 denied · 3 failed · 0 a text follows
 * 43  u8  ids             1 a key id follows + 2 a data key id follows
 * 44  u16          0
 * 46  u16 contextKeys     how many
 * 48      key id (16), data key id (16), each when there is one; then the texts node, requestId,
 *         principal, address, action, key, dataKeyId, code, authentication, phase, outcome and the
 *         context keys. A text is u16 length ‖ UTF-8; length 65535: absent. The texts of
 *         authentication, phase and outcome are absent when their byte is not 0.
 *         Format 2: then the text tenant, and u8 digests: 1 they follow, 2 the node had no key, 0
 *         there was no context. They are: id of the year's key (16), u16 count, a digest (32) of
 *         each context, u16 count, of each pair a text, its name, and a digest (32).
 *         Zeros up to a multiple of 8.
 * </pre>
 *
 * <p>A record is of format 2 when it has a tenant or digests, else of format 1, as ever.
 */
public final class AuditRecordFormat {
  /** Where the first record of a segment begins. */
  public static final int SEGMENT_HEADER_LENGTH = 64;

  /** The first eight bytes of a segment: {@code COFREAUD}. */
  public static final long SEGMENT_MAGIC = 0x434f465245415544L;

  /** Records begin at multiples of this. */
  public static final int ALIGNMENT = 8;

  /** In place of a length: nothing follows in this segment. */
  public static final int END = Integer.MIN_VALUE;

  /** Where the segment's format stands in its header; its number (i64) is at 16. */
  public static final int SEGMENT_FORMAT_AT = 8;

  /** Where the segment's number stands in its header. */
  public static final int SEGMENT_NUMBER_AT = 16;

  /** Where the count of a counted record is. */
  public static final int COUNT_AT = 12;

  /**
   * In the eight bytes from {@link #FORMAT_AT} on, of which the count is the end: the flag that the
   * count changes no more.
   */
  public static final long SETTLED = 1L << 40;

  /** The version of segments, and the first of records. */
  public static final byte FORMAT = 1;

  /** The version of records that have a tenant or digests of contexts. */
  public static final byte FORMAT_2 = AuditEvent.FORMAT_2;

  static final int CRC_AT = 4;

  /** Where the eight bytes begin that a count and its flag are changed in. */
  public static final int FORMAT_AT = 8;

  static final int KIND_AT = 9;
  static final int FLAGS_AT = 10;

  /** {@link #SETTLED} as it stands in the flags. */
  static final int SETTLED_FLAG = 1 << 8;

  static final int TIME_AT = 16;
  static final int KEY_VERSION_AT = 24;
  static final int ITEMS_AT = 28;
  static final int BYTES_AT = 32;
  static final int AUTHENTICATION_AT = 40;
  static final int PHASE_AT = 41;
  static final int OUTCOME_AT = 42;
  static final int IDS_AT = 43;
  static final int CONTEXT_KEYS_AT = 46;
  static final int VARIABLE_AT = 48;
  static final int RECORD_LENGTH_MIN = 16;
  static final byte VOID = 0;
  static final byte EVENT = 1;
  static final byte COUNTED = 2;
  static final int KEY_ID = 1;
  static final int DATA_KEY_ID = 2;
  static final int ABSENT = 0xffff;
  static final byte NO_CONTEXT = 0;
  static final byte DIGESTS = 1;
  static final byte NO_DIGEST_KEY = 2;

  /** Longer texts are cut: no text that Cofre writes down comes near it. */
  static final int TEXT_CHARS_MAX = 4_096;

  static final int CONTEXT_KEYS_MAX = 1_024;

  static final List<String> AUTHENTICATIONS = List.of("none", "token", "mtls");
  static final List<String> PHASES = List.of("whole", "begin", "end");
  static final List<String> OUTCOMES = List.of("allowed", "denied", "failed");

  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private AuditRecordFormat() {}

  /** {@code length} with its padding. */
  public static int aligned(int length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
