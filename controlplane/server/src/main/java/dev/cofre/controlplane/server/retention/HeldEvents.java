package dev.cofre.controlplane.server.retention;

import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.domain.AuditHold;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The events that a legal hold is about. Immutable. */
final class HeldEvents {
  private static final long MS_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final AuditHold hold;
  private final List<Value> keys = new ArrayList<>();
  private final List<Value> principals = new ArrayList<>();
  private final long fromNs;
  private final long toNs;

  HeldEvents(AuditHold hold) {
    this.hold = hold;
    if (hold.key() != null) {
      keys.add(Value.of(Field.KEY, hold.key()));
      id(hold.key()).ifPresent(id -> keys.add(Value.ofKey(id)));
    }
    if (hold.keyId() != null) {
      keys.add(Value.ofKey(hold.keyId()));
      keys.add(Value.of(Field.KEY, hold.keyId().toString()));
    }
    if (hold.principal() != null) {
      principals.add(Value.of(Field.PRINCIPAL, hold.principal()));
    }
    this.fromNs = hold.from() == null ? Long.MIN_VALUE : nanos(hold.from());
    // Times of holds are whole milliseconds, those of events are not.
    this.toNs = hold.to() == null ? Long.MAX_VALUE : nanos(hold.to()) + MS_NS - 1;
  }

  /** The id of a key that {@code text} is; empty when it is none. */
  static Optional<UUID> id(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
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
    return keys.isEmpty() && principals.isEmpty() && hold.from() == null && hold.to() == null;
  }

  /** Whether events of {@code fromNs} to {@code toNs} may be among them. */
  boolean mayHold(long oldestNs, long newestNs) {
    return oldestNs <= toNs && newestNs >= fromNs;
  }

  /** Whether the event in {@code fields} is one of them. */
  boolean holds(ByteBuffer records, RecordFields fields, long timeNs) {
    return timeNs >= fromNs
        && timeNs <= toNs
        && isOneOf(keys, records, fields)
        && isOneOf(principals, records, fields);
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
