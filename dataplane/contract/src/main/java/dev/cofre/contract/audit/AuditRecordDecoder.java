package dev.cofre.contract.audit;

import dev.cofre.contract.audit.digest.ContextDigests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Reads records of {@link AuditRecordFormat}. Stateless, thread-safe. */
public final class AuditRecordDecoder {
  private AuditRecordDecoder() {}

  /** Whether {@code length} can be that of a record which has {@code room} bytes. */
  static boolean isPlausible(int length, int room) {
    return length >= AuditRecordFormat.RECORD_LENGTH_MIN && length <= room;
  }

  /** Whether the flags of the record at {@code at}, which its checksum leaves out, can be so. */
  static boolean hasKnownFlags(ByteBuffer buffer, int at) {
    int flags = buffer.getShort(at + AuditRecordFormat.FLAGS_AT);
    return flags == 0
        || (flags == AuditRecordFormat.SETTLED_FLAG
            && buffer.get(at + AuditRecordFormat.KIND_AT) == AuditRecordFormat.COUNTED);
  }

  /** What the checksum of the record at {@code at} has to be. */
  static int checksum(ByteBuffer buffer, int at, int length) {
    CRC32C crc = new CRC32C();
    byte[] head = new byte[AuditRecordFormat.TIME_AT - AuditRecordFormat.FORMAT_AT];
    buffer.get(
        at + AuditRecordFormat.FORMAT_AT,
        head,
        0,
        AuditRecordFormat.FLAGS_AT - AuditRecordFormat.FORMAT_AT);
    crc.update(head);
    // Copied first: of a mapped file that is cut meanwhile, reading fails, but not within a CRC.
    byte[] rest = new byte[length - AuditRecordFormat.TIME_AT];
    buffer.get(at + AuditRecordFormat.TIME_AT, rest);
    crc.update(rest);
    return (int) crc.getValue();
  }

  /**
   * Whether a record as it was written lies at {@code at} of {@code buffer}, which nobody writes
   * meanwhile, and ends at or before {@code limit}.
   */
  public static boolean isWhole(ByteBuffer buffer, int at, int limit) {
    if (limit - at < AuditRecordFormat.RECORD_LENGTH_MIN) {
      return false;
    }
    int length = buffer.getInt(at);
    return isPlausible(length, limit - at)
        && hasKnownFlags(buffer, at)
        && checksum(buffer, at, length) == buffer.getInt(at + AuditRecordFormat.CRC_AT);
  }

  /** Whether the record at {@code at} holds no event: a claim that was never committed. */
  public static boolean isVoid(ByteBuffer buffer, int at) {
    return buffer.get(at + AuditRecordFormat.KIND_AT) == AuditRecordFormat.VOID;
  }

  /**
   * The event of the whole record at {@code at}.
   *
   * @throws IllegalArgumentException when it is of a later format
   */
  public static AuditEvent decode(ByteBuffer buffer, int at, int length) {
    byte format = buffer.get(at + AuditRecordFormat.FORMAT_AT);
    byte kind = buffer.get(at + AuditRecordFormat.KIND_AT);
    if (format < AuditRecordFormat.FORMAT
        || format > AuditRecordFormat.FORMAT_2
        || (kind != AuditRecordFormat.EVENT && kind != AuditRecordFormat.COUNTED)) {
      throw new IllegalArgumentException(
          "an audit record of format " + format + ", kind " + kind + " is of a later release");
    }
    return event(new Fields(buffer.slice(at, length)), format, kind == AuditRecordFormat.COUNTED);
  }

  private static AuditEvent event(Fields in, byte format, boolean counted) {
    ByteBuffer record = in.record;
    int ids = record.get(AuditRecordFormat.IDS_AT);
    UUID keyId = (ids & AuditRecordFormat.KEY_ID) == 0 ? null : in.id();
    UUID dataKeyId = (ids & AuditRecordFormat.DATA_KEY_ID) == 0 ? null : in.id();
    String node = in.text();
    String requestId = in.text();
    String principal = in.text();
    String address = in.text();
    AuditEvent.Builder event =
        AuditEvent.of(in.time(), node, requestId, in.text()).keyId(keyId).key(in.text());
    int keyVersion = record.getInt(AuditRecordFormat.KEY_VERSION_AT);
    event.used(keyVersion, in.text()).usedDataKey(keyVersion, dataKeyId);
    String code = in.text();
    event.caller(
        principal,
        in.known(AuditRecordFormat.AUTHENTICATION_AT, AuditRecordFormat.AUTHENTICATIONS),
        address);
    event.phase(in.known(AuditRecordFormat.PHASE_AT, AuditRecordFormat.PHASES));
    event.outcome(in.known(AuditRecordFormat.OUTCOME_AT, AuditRecordFormat.OUTCOMES), code);
    event.amount(
        record.getInt(AuditRecordFormat.ITEMS_AT), record.getLong(AuditRecordFormat.BYTES_AT));
    event.contextKeys(in.contextKeys());
    if (format != AuditRecordFormat.FORMAT) {
      event.tenant(in.text()).contexts(in.contexts());
    }
    if (counted) {
      event.count(Integer.toUnsignedLong(record.getInt(AuditRecordFormat.COUNT_AT)));
    }
    return event.build();
  }

  /** Steps through a record. */
  private static final class Fields {
    private final ByteBuffer record;
    private int at = AuditRecordFormat.VARIABLE_AT;

    Fields(ByteBuffer record) {
      this.record = record;
    }

    Instant time() {
      long nanos = record.getLong(AuditRecordFormat.TIME_AT);
      return Instant.ofEpochSecond(
          Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    UUID id() {
      at += 16;
      return new UUID(record.getLong(at - 16), record.getLong(at - 8));
    }

    String text() {
      int length = Short.toUnsignedInt(record.getShort(at));
      at += 2;
      if (length == AuditRecordFormat.ABSENT) {
        return null;
      }
      byte[] text = new byte[length];
      record.get(at, text);
      at += length;
      return new String(text, StandardCharsets.UTF_8);
    }

    /** The value of a field of few values, whose text is here when its byte is 0. */
    String known(int fieldAt, List<String> values) {
      String text = text();
      int number = record.get(fieldAt);
      return number == 0 ? text : number <= values.size() ? values.get(number - 1) : "?" + number;
    }

    List<String> contextKeys() {
      int count = Short.toUnsignedInt(record.getShort(AuditRecordFormat.CONTEXT_KEYS_AT));
      List<String> keys = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        keys.add(text());
      }
      return List.copyOf(keys);
    }

    ContextDigests contexts() {
      byte digests = record.get(at++);
      if (digests != AuditRecordFormat.DIGESTS) {
        return digests == AuditRecordFormat.NO_DIGEST_KEY ? ContextDigests.NO_KEY : null;
      }
      UUID keyId = id();
      List<byte[]> contexts = new ArrayList<>();
      for (int count = count(); count > 0; count--) {
        contexts.add(digest());
      }
      List<String> names = new ArrayList<>();
      List<byte[]> pairs = new ArrayList<>();
      for (int count = count(); count > 0; count--) {
        names.add(text());
        pairs.add(digest());
      }
      return ContextDigests.of(keyId, contexts, names, pairs);
    }

    private int count() {
      at += 2;
      return Short.toUnsignedInt(record.getShort(at - 2));
    }

    private byte[] digest() {
      byte[] digest = new byte[ContextDigests.LENGTH];
      record.get(at, digest);
      at += digest.length;
      return digest;
    }
  }
}
