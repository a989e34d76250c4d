package dev.cofre.contract.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The fields of a record that events are searched by, as their bytes lie in it, without making text
 * of them. Reused for one record after the other; not thread-safe.
 */
public final class RecordFields {
  private static final int ID_LENGTH = 16;

  private final int[] at = new int[Field.COUNT];
  private final int[] length = new int[Field.COUNT];
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
    OUTCOME(4);

    private static final int COUNT = 5;

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
    if (keyIsId) {
      // What stands there is absent: the key is named by its id.
      behind(buffer, place);
    } else {
      text(buffer, place, Field.KEY);
    }
    set(Field.OUTCOME, start + AuditRecordFormat.OUTCOME_AT, 1);
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

  /** Whether the record has {@code field}. */
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
    int i = value.field().number;
    if (length[i] != value.bytes().length
        || (value.field() == Field.KEY && value.isId() != keyIsId)) {
      return false;
    }
    for (int b = 0; b < length[i]; b++) {
      if (buffer.get(at[i] + b) != value.bytes()[b]) {
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
