package dev.cofre.contract.envelope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The byte layout of envelope v1, suite 1. All integers are big endian.
 *
 * <pre>
 *   0        4      5     6          7     8              24          28                 44
 *   +--------+------+-----+----------+-----+--------------+-----------+------------------+
 *   | "COFE" | fmt  |suite|protection|usage| key id (16)  |version u32| data key id (16) |
 *   +--------+------+-----+----------+-----+--------------+-----------+------------------+
 *  44             56                  88           104
 *   +--------------+-------------------+------------+   bytes 0–103: the wrapped data key
 *   | wrap IV (12) | wrapped key (32)  | tag (16)   |
 *   +--------------+-------------------+------------+
 * 104           128               160        164
 *   +-------------+-----------------+----------+--------------+--- … ---+---------------+
 *   | salt (24)   | commitment (32) | item u32 | segment 0    |         | last segment  |
 *   +-------------+-----------------+----------+--------------+--- … ---+---------------+
 *   segment = ciphertext (65,536 bytes; the last one 1–65,536, or 0 for an empty plaintext) ‖ tag (16)
 * </pre>
 */
public final class EnvelopeFormat {
  /** "COFE". */
  public static final int MAGIC = 0x434F4645;

  /** The format's version. */
  public static final int FORMAT = 1;

  /** SP 800-108 counter mode with AES-256-CMAC, AES-256-GCM segments. */
  public static final int SUITE_1 = 1;

  static final int FORMAT_OFFSET = 4;
  static final int SUITE_OFFSET = 5;
  static final int PROTECTION_OFFSET = 6;
  static final int USAGE_OFFSET = 7;
  static final int KEY_ID_OFFSET = 8;
  static final int VERSION_OFFSET = 24;
  static final int DATA_KEY_ID_OFFSET = 28;

  /** Where the wrap's IV stands: all before it is bound by the wrap's AAD. */
  public static final int WRAP_OFFSET = 44;

  /** The wrap's IV, ciphertext and tag. */
  public static final int WRAP_LENGTH = 60;

  /** The wrap's IV. */
  public static final int WRAP_IV_LENGTH = 12;

  /** The wrapped data key: all bytes before the salt. */
  public static final int WRAPPED_DATA_KEY_LENGTH = WRAP_OFFSET + WRAP_LENGTH;

  static final int SALT_OFFSET = WRAPPED_DATA_KEY_LENGTH;

  /** 192 bits, read from the kernel once per request. */
  public static final int SALT_LENGTH = 24;

  static final int COMMITMENT_OFFSET = SALT_OFFSET + SALT_LENGTH;

  /** The key commitment. */
  public static final int COMMITMENT_LENGTH = 32;

  static final int ITEM_OFFSET = COMMITMENT_OFFSET + COMMITMENT_LENGTH;

  /** The header: all before the first segment. */
  public static final int HEADER_LENGTH = ITEM_OFFSET + Integer.BYTES;

  /** A data key and a request key: 256 bits. */
  public static final int KEY_LENGTH = 32;

  /** The GCM tag. */
  public static final int TAG_LENGTH = 16;

  /** The plaintext of a full segment. */
  public static final int SEGMENT_PLAINTEXT_LENGTH = 64 * 1024;

  /** A full segment. */
  public static final int SEGMENT_LENGTH = SEGMENT_PLAINTEXT_LENGTH + TAG_LENGTH;

  /** The most segments of one envelope (256 TiB of plaintext). */
  public static final long SEGMENTS_MAX = 1L << 32;

  /** What an envelope of one segment is longer than its plaintext. */
  public static final int OVERHEAD = HEADER_LENGTH + TAG_LENGTH;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private EnvelopeFormat() {}

  /** The length of the envelope of {@code plaintextLength} bytes. */
  public static long envelopeLength(long plaintextLength) {
    return HEADER_LENGTH + plaintextLength + TAG_LENGTH * segments(plaintextLength);
  }

  /** How many segments {@code plaintextLength} bytes take; an empty plaintext takes one. */
  public static long segments(long plaintextLength) {
    return Math.max(1, ceilDiv(plaintextLength, SEGMENT_PLAINTEXT_LENGTH));
  }

  /**
   * The plaintext length of a well-formed envelope of {@code envelopeLength} bytes, or -1 when no
   * plaintext has an envelope of that length.
   */
  public static long plaintextLength(long envelopeLength) {
    long body = envelopeLength - HEADER_LENGTH;
    if (body < TAG_LENGTH) {
      return -1;
    }
    long segments = ceilDiv(body, SEGMENT_LENGTH);
    long plaintext = body - segments * TAG_LENGTH;
    boolean wellFormed = segments <= SEGMENTS_MAX && envelopeLength(plaintext) == envelopeLength;
    return wellFormed ? plaintext : -1;
  }

  private static long ceilDiv(long dividend, long divisor) {
    return -Math.floorDiv(-dividend, divisor);
  }

  static void putInt(byte[] out, int offset, int value) {
    INT.set(out, offset, value);
  }

  static int getInt(byte[] in, int offset) {
    return (int) INT.get(in, offset);
  }

  /** Writes the GCM nonce: item u32 ‖ segment u56 ‖ last u8. */
  static void putNonce(byte[] nonce, int item, long segment, boolean last) {
    INT.set(nonce, 0, item);
    LONG.set(nonce, Integer.BYTES, segment << 8 | (last ? 1 : 0));
  }

  /**
   * Whether two commitments are the same, in a time that does not depend on their bytes: all of
   * them are compared, and no branch looks at one.
   */
  static boolean sameCommitment(byte[] a, int aOffset, byte[] b, int bOffset) {
    long difference = 0;
    for (int i = 0; i < COMMITMENT_LENGTH; i += Long.BYTES) {
      difference |= (long) LONG.get(a, aOffset + i) ^ (long) LONG.get(b, bOffset + i);
    }
    return difference == 0;
  }
}
