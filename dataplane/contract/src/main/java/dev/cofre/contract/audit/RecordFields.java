package dev.cofre.contract.audit;

import dev.cofre.contract.audit.digest.ContextDigests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;

/**
 * The fields of a record that events are searched by, as their bytes lie in it, without making text
 * of them. Reused for one record after the other; not thread-safe.
 */
public final class RecordFields {
  private static final int ID_LENGTH = 16;

  /** dataKeyId, code, authentication, phase, outcome; the names of the context follow. */
  private static final int TEXTS_BEHIND_KEY = 5;

  private final int[] at = new int[Field.COUNT];
  private final int[] length = new int[Field.COUNT];
  private int[] digests = new int[16];
  private int digestCount;
  private boolean keyIsId;

  /** What events are searched by. */
  public enum Field {
    /** The key's id, or what was asked for as a key. */
    KEY(0),
    /** Who. */
    PRINCIPAL(1),
    /** From where. */
    ADDRESS(2),
    /** What. */
    ACTION(3),
    /** Whether it was allowed; of the three that are known, the number. */
    OUTCOME(4),
    /** Whose principal it is. */
    TENANT(5),
    /** The digests of contexts and of pairs of them: the one field that has several values. */
    CONTEXT(6);

    private static final int COUNT = 7;

    /** It is in the hashes of indexes on the disk: it never changes. */
    private final int number;

    Field(int number) {
      this.number = number;
    }
  }

  /**
   * A value of a field, as it lies in records. Immutable.
   *
   * @param isId whether it is a key's id of 16 bytes
   */
  public record Value(Field field, boolean isId, byte[] bytes) {
    /** Of {@code text}. */
    public static Value of(Field field, String text) {
      if (field == Field.OUTCOME) {
        int number = AuditRecordFormat.OUTCOMES.indexOf(text) + 1;
        if (number == 0) {
          throw new IllegalArgumentException("there is no outcome " + text);
        }
        return new Value(field, false, new byte[] {(byte) number});
      }
      return new Value(field, false, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The key {@code id}. */
    public static Value ofKey(UUID id) {
      byte[] bytes = new byte[ID_LENGTH];
      ByteBuffer.wrap(bytes)
          .putLong(id.getMostSignificantBits())
          .putLong(id.getLeastSignificantBits());
      return new Value(Field.KEY, true, bytes);
    }

    /** The digest of a context, or of a pair of one. */
    public static Value ofDigest(byte[] digest) {
      return new Value(Field.CONTEXT, false, digest.clone());
    }

    /** A hash, the same as {@link RecordFields#hash} gives of a record with that value. */
    public long hash() {
      return RecordFields.hash(field, isId, ByteBuffer.wrap(bytes), 0, bytes.length);
    }
  }

  /** Reads the whole record, no void, at {@code start} of {@code buffer}. */
  public void read(ByteBuffer buffer, int start) {
    int ids = buffer.get(start + AuditRecordFormat.IDS_AT);
    int place = start + AuditRecordFormat.VARIABLE_AT;
    keyIsId = (ids & AuditRecordFormat.KEY_ID) != 0;
    if (keyIsId) {
      set(Field.KEY, place, ID_LENGTH);
      place += ID_LENGTH;
    }
    if ((ids & AuditRecordFormat.DATA_KEY_ID) != 0) {
      place += ID_LENGTH;
    }
    place = behind(buffer, behind(buffer, place)); // node, requestId
    place = text(buffer, place, Field.PRINCIPAL);
    place = text(buffer, place, Field.ADDRESS);
    place = text(buffer, place, Field.ACTION);
    // When the key is named by its id, what stands there is absent.
    place = keyIsId ? behind(buffer, place) : text(buffer, place, Field.KEY);
    set(Field.OUTCOME, start + AuditRecordFormat.OUTCOME_AT, 1);
    set(Field.TENANT, place, -1);
    set(Field.CONTEXT, place, -1);
    digestCount = 0;
    if (buffer.get(start + AuditRecordFormat.FORMAT_AT) == AuditRecordFormat.FORMAT_2) {
      second(buffer, start, place);
    }
  }

  /** What format 2 has behind format 1. */
  private void second(ByteBuffer buffer, int start, int behindKey) {
    int texts = TEXTS_BEHIND_KEY;
    texts += Short.toUnsignedInt(buffer.getShort(start + AuditRecordFormat.CONTEXT_KEYS_AT));
    int place = behindKey;
    for (int i = 0; i < texts; i++) {
      place = behind(buffer, place);
    }
    place = text(buffer, place, Field.TENANT);
    if (buffer.get(place) != AuditRecordFormat.DIGESTS) {
      return;
    }
    place += 1 + ID_LENGTH;
    int contexts = Short.toUnsignedInt(buffer.getShort(place));
    place += 2;
    for (int i = 0; i < contexts; i++) {
      place = digest(buffer, place);
    }
    int pairs = Short.toUnsignedInt(buffer.getShort(place));
    place += 2;
    for (int i = 0; i < pairs; i++) {
      place = digest(buffer, behind(buffer, place));
    }
  }

  private int digest(ByteBuffer buffer, int place) {
    Objects.checkFromIndexSize(place, ContextDigests.LENGTH, buffer.limit());
    if (digestCount == digests.length) {
      digests = Arrays.copyOf(digests, 2 * digestCount);
    }
    digests[digestCount++] = place;
    return place + ContextDigests.LENGTH;
  }

  private void set(Field field, int place, int bytes) {
    at[field.number] = place;
    length[field.number] = bytes;
  }

  private int text(ByteBuffer buffer, int place, Field field) {
    int bytes = Short.toUnsignedInt(buffer.getShort(place));
    set(field, place + 2, bytes == AuditRecordFormat.ABSENT ? -1 : bytes);
    return place + 2 + Math.max(0, length[field.number]);
  }

  private static int behind(ByteBuffer buffer, int place) {
    int bytes = Short.toUnsignedInt(buffer.getShort(place));
    return place + 2 + (bytes == AuditRecordFormat.ABSENT ? 0 : bytes);
  }

  /** How many digests of contexts and pairs the record has. */
  public int digestCount() {
    return digestCount;
  }

  /** A hash of one of the digests of the record in {@code buffer}; see {@link Field#CONTEXT}. */
  public long digestHash(ByteBuffer buffer, int index) {
    return hash(Field.CONTEXT, false, buffer, digests[index], ContextDigests.LENGTH);
  }

  /** Whether the record has {@code field}, of those that have one value. */
  public boolean has(Field field) {
    return length[field.number] >= 0;
  }

  /** The value of {@code field}, which the record in {@code buffer} has. */
  public Value value(ByteBuffer buffer, Field field) {
    byte[] bytes = new byte[length[field.number]];
    buffer.get(at[field.number], bytes);
    return new Value(field, field == Field.KEY && keyIsId, bytes);
  }

  /** A hash of {@code field}, which the record in {@code buffer} has. */
  public long hash(ByteBuffer buffer, Field field) {
    return hash(
        field, field == Field.KEY && keyIsId, buffer, at[field.number], length[field.number]);
  }

  /** Whether the record in {@code buffer} has {@code value}. */
  public boolean matches(ByteBuffer buffer, Value value) {
    if (value.field() == Field.CONTEXT) {
      return hasDigest(buffer, value.bytes());
    }
    int i = value.field().number;
    if (length[i] != value.bytes().length
        || (value.field() == Field.KEY && value.isId() != keyIsId)) {
      return false;
    }
    return isAt(buffer, at[i], value.bytes());
  }

  private boolean hasDigest(ByteBuffer buffer, byte[] digest) {
    for (int i = 0; i < digestCount; i++) {
      if (digest.length == ContextDigests.LENGTH && isAt(buffer, digests[i], digest)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAt(ByteBuffer buffer, int place, byte[] bytes) {
    for (int b = 0; b < bytes.length; b++) {
      if (buffer.get(place + b) != bytes[b]) {
        return false;
      }
    }
    return true;
  }

  /** When the event of the record at {@code start} was decided, in nanoseconds since 1970. */
  public static long timeNs(ByteBuffer buffer, int start) {
    return buffer.getLong(start + AuditRecordFormat.TIME_AT);
  }

  /** FNV-1a of 64 bits, mixed at the end; equal hashes are told apart by the records. */
  private static long hash(Field field, boolean isId, ByteBuffer buffer, int from, int count) {
    long hash = 0xcbf29ce484222325L ^ (field.number * 2L + (isId ? 1 : 0));
    hash *= 0x100000001b3L;
    for (int i = 0; i < count; i++) {
      hash = (hash ^ (buffer.get(from + i) & 0xff)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    hash *= 0x9e3779b97f4a7c15L;
    return hash ^ (hash >>> 29);
  }
}
