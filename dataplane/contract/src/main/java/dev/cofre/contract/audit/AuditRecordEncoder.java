package dev.cofre.contract.audit;

import static dev.cofre.contract.audit.AuditRecordFormat.ABSENT;
import static dev.cofre.contract.audit.AuditRecordFormat.INT;
import static dev.cofre.contract.audit.AuditRecordFormat.LONG;
import static dev.cofre.contract.audit.AuditRecordFormat.SHORT;

import dev.cofre.contract.audit.digest.ContextDigests;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Writes events as records of {@link AuditRecordFormat}, one after the other, into an array of its
 * own. Not thread-safe; meant to be reused: it makes no garbage once its array is long enough and
 * while texts are ASCII.
 */
public final class AuditRecordEncoder {
  private static final int CAPACITY = 4_096;

  /** A longer array, which only a great batch needs, is not kept. */
  private static final int KEPT_BYTES_MAX = 256 * 1_024;

  private final CRC32C crc = new CRC32C();
  private final RecentText node = new RecentText();
  private final RecentText principal = new RecentText();
  private final RecentText tenant = new RecentText();
  private final RecentText address = new RecentText();
  private final RecentText action = new RecentText();
  private byte[] bytes = new byte[CAPACITY];
  private int length;

  /** Forgets all records. */
  public void clear() {
    length = 0;
    if (bytes.length > KEPT_BYTES_MAX) {
      bytes = new byte[CAPACITY];
    }
  }

  /** The records, from index 0 on. Valid until the next call. */
  public byte[] bytes() {
    return bytes;
  }

  /** How long they are, padding included. */
  public int length() {
    return length;
  }

  /** The length of the first record, without its padding. */
  public int firstLength() {
    return (int) INT.get(bytes, 0);
  }

  /** Adds the record of {@code event}. */
  public void add(AuditEvent event) {
    int start = length;
    reserve(start, event);
    byte[] out = bytes;
    boolean counted = event.count() >= 0;
    LONG.set(out, start + AuditRecordFormat.FORMAT_AT, 0L);
    out[start + AuditRecordFormat.FORMAT_AT] = (byte) event.format();
    out[start + AuditRecordFormat.KIND_AT] =
        counted ? AuditRecordFormat.COUNTED : AuditRecordFormat.EVENT;
    int end = variablePart(start, event, fixedPart(start, event));
    LONG.set(out, end, 0L);
    crc.reset();
    crc.update(out, start + AuditRecordFormat.FORMAT_AT, end - start - AuditRecordFormat.FORMAT_AT);
    INT.set(out, start, end - start);
    INT.set(out, start + AuditRecordFormat.CRC_AT, (int) crc.getValue());
    if (counted) {
      INT.set(out, start + AuditRecordFormat.COUNT_AT, (int) event.count());
    }
    length = start + AuditRecordFormat.aligned(end - start);
  }

  /** The fields of fixed length; returns what of authentication, phase and outcome needs a text. */
  private int fixedPart(int start, AuditEvent event) {
    byte[] out = bytes;
    LONG.set(out, start + AuditRecordFormat.TIME_AT, nanos(event.time()));
    INT.set(out, start + AuditRecordFormat.KEY_VERSION_AT, event.keyVersion());
    INT.set(out, start + AuditRecordFormat.ITEMS_AT, event.items());
    LONG.set(out, start + AuditRecordFormat.BYTES_AT, event.bytes());
    LONG.set(out, start + AuditRecordFormat.AUTHENTICATION_AT, 0L);
    int authentication = number(AuditRecordFormat.AUTHENTICATIONS, event.authentication());
    int phase = number(AuditRecordFormat.PHASES, event.phase());
    int outcome = number(AuditRecordFormat.OUTCOMES, event.outcome());
    out[start + AuditRecordFormat.AUTHENTICATION_AT] = (byte) authentication;
    out[start + AuditRecordFormat.PHASE_AT] = (byte) phase;
    out[start + AuditRecordFormat.OUTCOME_AT] = (byte) outcome;
    out[start + AuditRecordFormat.IDS_AT] =
        (byte)
            ((event.keyId() == null ? 0 : AuditRecordFormat.KEY_ID)
                + (event.dataKeyUuid() == null ? 0 : AuditRecordFormat.DATA_KEY_ID));
    return (authentication == 0 ? 1 : 0) + (phase == 0 ? 2 : 0) + (outcome == 0 ? 4 : 0);
  }

  private int variablePart(int start, AuditEvent event, int textsMask) {
    int at = id(start + AuditRecordFormat.VARIABLE_AT, event.keyId());
    at = id(at, event.dataKeyUuid());
    at = text(at, event.node(), node);
    at = text(at, event.requestId());
    at = text(at, event.principal(), principal);
    at = text(at, event.address(), address);
    at = text(at, event.action(), action);
    at = text(at, event.keyText());
    at = text(at, event.dataKeyText());
    at = text(at, event.code());
    at = text(at, (textsMask & 1) == 0 ? null : event.authentication());
    at = text(at, (textsMask & 2) == 0 ? null : event.phase());
    at = text(at, (textsMask & 4) == 0 ? null : event.outcome());
    List<String> keys = event.contextKeys();
    int count = Math.min(keys.size(), AuditRecordFormat.CONTEXT_KEYS_MAX);
    SHORT.set(bytes, start + AuditRecordFormat.CONTEXT_KEYS_AT, (short) count);
    for (int i = 0; i < count; i++) {
      at = text(at, keys.get(i));
    }
    return event.format() == AuditEvent.FORMAT ? at : second(at, event);
  }

  /** What format 2 has behind format 1. */
  private int second(int start, AuditEvent event) {
    int at = text(start, event.tenant(), tenant);
    ContextDigests digests = event.contexts();
    if (digests == null || digests.isWithoutKey()) {
      bytes[at] = digests == null ? AuditRecordFormat.NO_CONTEXT : AuditRecordFormat.NO_DIGEST_KEY;
      return at + 1;
    }
    bytes[at] = AuditRecordFormat.DIGESTS;
    at = id(at + 1, digests.keyId());
    SHORT.set(bytes, at, (short) digests.count());
    at = digests.copyContexts(bytes, at + 2);
    SHORT.set(bytes, at, (short) digests.names().size());
    at += 2;
    for (int i = 0; i < digests.names().size(); i++) {
      at = digests.copyPair(i, bytes, text(at, digests.names().get(i)));
    }
    return at;
  }

  /** Makes room for {@code event} at its longest, and eight bytes of padding. */
  private void reserve(int start, AuditEvent event) {
    int chars = 0;
    List<String> keys = event.contextKeys();
    int count = Math.min(keys.size(), AuditRecordFormat.CONTEXT_KEYS_MAX);
    for (int i = 0; i < count; i++) {
      chars += chars(keys.get(i));
    }
    chars += chars(event.node()) + chars(event.requestId()) + chars(event.principal());
    chars += chars(event.address()) + chars(event.action()) + chars(event.keyText());
    chars += chars(event.dataKeyText()) + chars(event.code()) + chars(event.authentication());
    chars += chars(event.phase()) + chars(event.outcome());
    int most = AuditRecordFormat.VARIABLE_AT + 2 * 16 + 2 * (11 + count) + 3 * chars + 8;
    if (event.format() != AuditEvent.FORMAT) {
      most += secondLength(event);
    }
    if (bytes.length - start < most) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, start + most));
    }
  }

  /** What format 2 takes at its longest behind format 1. */
  private static int secondLength(AuditEvent event) {
    int most = 2 + 3 * chars(event.tenant()) + 1;
    ContextDigests digests = event.contexts();
    if (digests == null || digests.isWithoutKey()) {
      return most;
    }
    most += 16 + 2 * 2 + ContextDigests.LENGTH * (digests.count() + digests.names().size());
    for (int i = 0; i < digests.names().size(); i++) {
      most += 2 + 3 * chars(digests.names().get(i));
    }
    return most;
  }

  private static int chars(String text) {
    return text == null ? 0 : Math.min(text.length(), AuditRecordFormat.TEXT_CHARS_MAX);
  }

  private int id(int at, UUID id) {
    if (id == null) {
      return at;
    }
    LONG.set(bytes, at, id.getMostSignificantBits());
    LONG.set(bytes, at + 8, id.getLeastSignificantBits());
    return at + 16;
  }

  @SuppressWarnings("deprecation") // it copies ASCII as it is, without an array in between
  private int text(int at, String text) {
    if (text == null) {
      SHORT.set(bytes, at, (short) ABSENT);
      return at + 2;
    }
    int count = chars(text);
    int all = 0;
    for (int i = 0; i < count; i++) {
      all |= text.charAt(i);
    }
    if (all >= 0x80) {
      return utf8(at, text.substring(0, count));
    }
    text.getBytes(0, count, bytes, at + 2);
    SHORT.set(bytes, at, (short) count);
    return at + 2 + count;
  }

  /** The same for a text that often is the one of the record before: that is copied. */
  private int text(int at, String text, RecentText recent) {
    if (recent.isOf(text)) {
      return recent.copyTo(bytes, at);
    }
    int end = text(at, text);
    recent.keep(text, bytes, at, end);
    return end;
  }

  private int utf8(int at, String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(encoded, 0, bytes, at + 2, encoded.length);
    SHORT.set(bytes, at, (short) encoded.length);
    return at + 2 + encoded.length;
  }

  /** The number of {@code text} in {@code known}, counted from 1; 0 when it is not there. */
  private static int number(List<String> known, String text) {
    for (int i = 0; i < known.size(); i++) {
      if (known.get(i).equals(text)) {
        return i + 1;
      }
    }
    return 0;
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
