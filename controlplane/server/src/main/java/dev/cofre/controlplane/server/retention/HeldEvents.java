package dev.cofre.controlplane.server.retention;

import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.domain.AuditHold;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.server.keys.KeySelection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The events that a legal hold is about. Immutable. */
final class HeldEvents {
  private static final long MS_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final AuditHold hold;
  private final Set<String> keyNames = new HashSet<>();
  private final Optional<Value> keyId;
  private final List<Value> principals = new ArrayList<>();
  private final long fromNs;
  private final long toNs;

  HeldEvents(AuditHold hold) {
    this.hold = hold;
    if (hold.key() != null) {
      keyNames.add(hold.key());
    }
    Optional<UUID> id =
        Optional.ofNullable(hold.keyId())
            .or(() -> Optional.ofNullable(hold.key()).flatMap(CanonicalUuid::find));
    id.ifPresent(known -> keyNames.add(known.toString()));
    this.keyId = id.map(Value::ofKey);
    if (hold.principal() != null) {
      principals.add(Value.of(Field.PRINCIPAL, hold.principal()));
    }
    this.fromNs = hold.from() == null ? Long.MIN_VALUE : nanos(hold.from());
    // Times of holds are whole milliseconds, those of events are not.
    this.toNs = hold.to() == null ? Long.MAX_VALUE : nanos(hold.to()) + MS_NS - 1;
  }

  /** Nanoseconds since 1970; the ends of time when it is centuries away. */
  static long nanos(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), TimeUnit.SECONDS.toNanos(1)), time.getNano());
    } catch (ArithmeticException e) {
      return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE - MS_NS;
    }
  }

  String name() {
    return hold.name();
  }

  /** Whether it is about every event of whatever time. */
  boolean isOfAll() {
    return keyNames.isEmpty() && principals.isEmpty() && hold.from() == null && hold.to() == null;
  }

  /** Whether events of {@code fromNs} to {@code toNs} may be among them. */
  boolean mayHold(long oldestNs, long newestNs) {
    return oldestNs <= toNs && newestNs >= fromNs;
  }

  /** Whether the event in {@code fields} is one of them. */
  boolean holds(ByteBuffer records, RecordFields fields, long timeNs) {
    return timeNs >= fromNs
        && timeNs <= toNs
        && isOfKey(records, fields)
        && isOneOf(principals, records, fields);
  }

  /** Acts of management name a key by text, and in it a version and more. */
  private boolean isOfKey(ByteBuffer records, RecordFields fields) {
    if (keyNames.isEmpty()) {
      return true;
    }
    if (!fields.has(Field.KEY)) {
      return false;
    }
    if (keyId.isPresent() && fields.matches(records, keyId.get())) {
      return true;
    }
    Value key = fields.value(records, Field.KEY);
    return !key.isId()
        && KeySelection.named(new String(key.bytes(), StandardCharsets.UTF_8)).stream()
            .anyMatch(keyNames::contains);
  }

  private static boolean isOneOf(List<Value> values, ByteBuffer records, RecordFields fields) {
    if (values.isEmpty()) {
      return true;
    }
    for (Value value : values) {
      if (fields.matches(records, value)) {
        return true;
      }
    }
    return false;
  }
}
