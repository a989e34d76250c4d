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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Searches one segment of the archive. Thread-safe. */
final class ArchivedSegment {
  /** So many records are looked at between two questions whether to stop. */
  private static final int RECORDS_AT_ONCE = 256;

  private final String origin;
  private final long number;
  private final Path file;
  private final Zone zone;
  private final Index index;

  /** Gives the segment's index. */
  @FunctionalInterface
  interface Index {
    SegmentIndex get() throws IOException;
  }

  ArchivedSegment(String origin, long number, Path file, Zone zone, Index index) {
    this.origin = origin;
    this.number = number;
    this.file = file;
    this.zone = zone;
    this.index = index;
  }

  Zone zone() {
    return zone;
  }

  String origin() {
    return origin;
  }

  long number() {
    return number;
  }

  /**
   * Gives the events of the segment to {@code walk}.
   *
   * @return false when it was stopped on its way
   */
  boolean walk(SegmentWalk walk) throws IOException {
    return walk.walk(origin, file, index.get());
  }

  /**
   * Adds the events of the segment that {@code query} asks for to {@code found}.
   *
   * @param stop is asked now and then, and ends the search
   * @return false when it was stopped on its way
   */
  boolean search(EventQuery query, Found found, BooleanSupplier stop) throws IOException {
    SegmentIndex places = index.get();
    for (List<Value> values : query.alternatives()) {
      List<IntBuffer> lists =
          values.isEmpty()
              ? List.of(places.all())
              : values.stream()
                  .map(value -> places.find(value.hash()))
                  .sorted(Comparator.comparingInt(IntBuffer::remaining))
                  .toList();
      // The zone is taken after the lists: it is over all that they hold.
      if (lists.get(0).hasRemaining()
          && !search(query, values, lists, places.zone(), found, stop)) {
        return false;
      }
    }
    return true;
  }

  private boolean search(
      EventQuery query,
      List<Value> values,
      List<IntBuffer> lists,
      Zone times,
      Found found,
      BooleanSupplier stop)
      throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer records =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      IntBuffer rarest = lists.get(0);
      RecordFields fields = new RecordFields();
      for (int i = behindLatest(records, rarest, times.before(query.latestNs())) - 1; i >= 0; i--) {
        if (i % RECORDS_AT_ONCE == 0 && stop.getAsBoolean()) {
          return false;
        }
        int place = rarest.get(i);
        int at = place * AuditRecordFormat.ALIGNMENT;
        long timeNs = RecordFields.timeNs(records, at);
        long latestBefore = times.before(timeNs);
        if (latestBefore < query.fromNs() || !found.takes(latestBefore)) {
          return true;
        }
        if (timeNs < query.fromNs() || timeNs > query.toNs() || !isInAll(lists, place)) {
          continue;
        }
        EventPlace event = new EventPlace(timeNs, origin, number, at);
        if (query.behind().isPresent() && event.compareTo(query.behind().get()) <= 0) {
          continue;
        }
        fields.read(records, at);
        if (values.stream().allMatch(value -> fields.matches(records, value))) {
          found.add(event);
        }
      }
      return true;
    }
  }

  /**
   * An index in {@code places} from which on all are too new: none that stands behind one of more
   * than {@code latestNs} is asked for.
   */
  private static int behindLatest(ByteBuffer records, IntBuffer places, long latestNs) {
    int low = 0;
    int high = places.remaining();
    while (low < high) {
      int middle = (low + high) >>> 1;
      long timeNs = RecordFields.timeNs(records, places.get(middle) * AuditRecordFormat.ALIGNMENT);
      if (latestNs < timeNs) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return high;
  }

  private static boolean isInAll(List<IntBuffer> lists, int place) {
    for (int i = 1; i < lists.size(); i++) {
      if (!contains(lists.get(i), place)) {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(IntBuffer places, int place) {
    int low = 0;
    int high = places.remaining() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = places.get(middle);
      if (found == place) {
        return true;
      }
      if (found < place) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return false;
  }

  /** The event at {@code offset} of {@code segment}; empty when it cannot be read as one. */
  static Optional<AuditEvent> event(Path segment, int offset) throws IOException {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
      ByteBuffer length = read(channel, offset, Integer.BYTES);
      int bytes = length.getInt(0);
      if (bytes < AuditRecordFormat.ALIGNMENT || bytes > channel.size() - offset) {
        return Optional.empty();
      }
      ByteBuffer record = read(channel, offset, bytes);
      if (!AuditRecordDecoder.isWhole(record, 0, bytes)) {
        return Optional.empty();
      }
      return Optional.of(AuditRecordDecoder.decode(record, 0, bytes));
    } catch (RuntimeException e) {
      // Whoever has the node's key can sign a record that holds no event.
      return Optional.empty();
    }
  }

  private static ByteBuffer read(FileChannel channel, int offset, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, (long) offset + buffer.position()) < 0) {
        break;
      }
    }
    return buffer;
  }
}
