package dev.cofre.controlplane.server.retention;

import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.server.archive.SegmentReading;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.store.Store;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Collects, of the events of one segment, which keys they are about and which holds are on them.
 * Not thread-safe.
 */
final class SegmentEvents implements SegmentReading.Visitor {
  /** Of a segment with more keys, all classes are taken to be there: the longest period holds. */
  private static final int KEYS_MAX = 10_000;

  private static final int ASKED_AT_ONCE = 500;

  private final List<HeldEvents> holds;
  private final Set<String> held = new TreeSet<>();
  private final Set<UUID> ids = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private boolean isOfNoKey;

  SegmentEvents(List<HeldEvents> holds) {
    this.holds = holds;
  }

  @Override
  public void take(ByteBuffer records, RecordFields fields, long timeNs) {
    for (HeldEvents hold : holds) {
      if (!held.contains(hold.name()) && hold.holds(records, fields, timeNs)) {
        held.add(hold.name());
      }
    }
    if (!fields.has(Field.KEY)) {
      isOfNoKey = true;
    } else if (!hasTooManyKeys()) {
      Value key = fields.value(records, Field.KEY);
      if (key.isId()) {
        ByteBuffer id = ByteBuffer.wrap(key.bytes());
        ids.add(new UUID(id.getLong(), id.getLong()));
      } else {
        String name = new String(key.bytes(), StandardCharsets.UTF_8);
        // Acts of management name a key by its id as text, and versions of it behind that.
        Set<String> parts = KeySelection.named(name);
        parts.stream()
            .flatMap(part -> CanonicalUuid.find(part).stream())
            .findFirst()
            .ifPresentOrElse(ids::add, () -> names.addAll(parts));
      }
    }
  }

  /** Names of holds that are on an event of the segment. */
  Set<String> held() {
    return held;
  }

  /** Whether it has more keys than are told apart. */
  boolean hasTooManyKeys() {
    return ids.size() + names.size() > KEYS_MAX;
  }

  /**
   * The data classes of the keys that the events are about. What is no key of the store's, by id or
   * alias, is of none.
   */
  Set<DataClass> classes(Store store) {
    Set<DataClass> classes = EnumSet.noneOf(DataClass.class);
    for (List<UUID> part : parts(ids)) {
      var found = store.read(tx -> tx.auditRetention().classes(part));
      classes.addAll(found.values());
      isOfNoKey |= found.size() < part.size();
    }
    for (List<String> part : parts(names)) {
      classes.addAll(store.read(tx -> tx.auditRetention().classesOf(part)));
    }
    return classes;
  }

  /** Whether an event is about no key, or only by a name that others than keys may have. */
  boolean isOfNoKey() {
    return isOfNoKey || !names.isEmpty();
  }

  private static <T> List<List<T>> parts(Set<T> all) {
    List<T> values = new ArrayList<>(all);
    List<List<T>> parts = new ArrayList<>();
    for (int at = 0; at < values.size(); at += ASKED_AT_ONCE) {
      parts.add(values.subList(at, Math.min(values.size(), at + ASKED_AT_ONCE)));
    }
    return parts;
  }
}
