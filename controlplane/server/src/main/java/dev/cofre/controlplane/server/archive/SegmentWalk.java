package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.RecordFields.Value;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Gives all events of a time that have some value, segment by segment: one event is in memory at a
 * time. Used by one thread.
 */
final class SegmentWalk {
  /** So many records are looked at between two questions whether to stop. */
  private static final int RECORDS_AT_ONCE = 256;

  private final List<Value> anyOf;
  private final long fromNs;
  private final long toNs;
  private final BooleanSupplier stop;
  private final EventVisitor visitor;
  private final RecordFields fields = new RecordFields();
  private long unreadable;

  SegmentWalk(
      List<Value> anyOf, long fromNs, long toNs, BooleanSupplier stop, EventVisitor visitor) {
    this.anyOf = List.copyOf(anyOf);
    this.fromNs = fromNs;
    this.toNs = toNs;
    this.stop = stop;
    this.visitor = visitor;
  }

  /** How many records were met that hold no event. */
  long unreadable() {
    return unreadable;
  }

  /**
   * Walks through one segment.
   *
   * @return false when it was stopped on its way
   */
  boolean walk(String origin, Path file, SegmentIndex places) throws IOException {
    for (Value value : anyOf) {
      IntBuffer list = places.find(value.hash());
      // The zone is taken after the list: it is over all that the list holds.
      if (list.hasRemaining() && !walk(origin, file, value, list, places.zone())) {
        return false;
      }
    }
    return true;
  }

  private boolean walk(String origin, Path file, Value value, IntBuffer list, Zone times)
      throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer records =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      long latestNs = times.before(toNs);
      for (int i = behindEarlier(records, list, times); i < list.remaining(); i++) {
        int at = list.get(i) * AuditRecordFormat.ALIGNMENT;
        if (i % RECORDS_AT_ONCE == 0 && stop.getAsBoolean()) {
          return false;
        }
        long timeNs = RecordFields.timeNs(records, at);
        if (timeNs > latestNs) {
          return true;
        }
        if (timeNs >= fromNs && timeNs <= toNs) {
          take(origin, value, records, at);
        }
      }
      return true;
    }
  }

  /**
   * An index in {@code places} before which all are too old: none that stands in front of one which
   * is older by more than their disorder is asked for.
   */
  private int behindEarlier(ByteBuffer records, IntBuffer places, Zone times) {
    int low = 0;
    int high = places.remaining();
    while (low < high) {
      int middle = (low + high) >>> 1;
      long timeNs = RecordFields.timeNs(records, places.get(middle) * AuditRecordFormat.ALIGNMENT);
      if (times.before(timeNs) < fromNs) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void take(String origin, Value value, ByteBuffer records, int at) {
    int length = records.getInt(at);
    if (!AuditRecordDecoder.isWhole(records, at, records.limit())) {
      unreadable++;
      return;
    }
    AuditEvent event;
    try {
      fields.read(records, at);
      if (!fields.matches(records, value)) {
        return;
      }
      event = AuditRecordDecoder.decode(records, at, length);
    } catch (RuntimeException e) {
      // Whoever has the node's key can sign a record that holds no event.
      unreadable++;
      return;
    }
    visitor.take(origin, event);
  }
}
