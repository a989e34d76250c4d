package dev.cofre.contract.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Reads one chain of segments, record by record. Not thread-safe.
 *
 * <p>Concurrency: the file may be written meanwhile. The length of a record is read with acquire,
 * and a positive one was written with release after the record's bytes. Nothing beyond the last
 * claim is taken for a record; what is behind damage is looked for by its checksum.
 */
final class SegmentReader {
  private final Path directory;
  private final String chain;
  private Path file;
  private long number = -1;
  private RecordBuffer records;
  private int at;

  SegmentReader(Path directory, String chain) {
    this.directory = directory;
    this.chain = chain;
  }

  /** What comes next, or null when nothing does for now. */
  AuditLogEntry next() throws IOException {
    while (records != null || advance()) {
      int length = at < records.limit() ? records.length(at) : AuditRecordFormat.END;
      if (length == AuditRecordFormat.END) {
        if (!advance()) {
          return null;
        }
      } else if (length < 0 && records.isClaim(at, length)) {
        return null;
      } else if (length == 0) {
        if (!isLeftBehind()) {
          return null;
        }
        AuditLogEntry lost = lostAt(at);
        if (lost != null) {
          return lost;
        }
        at = records.limit();
      } else {
        AuditLogEntry entry = entryAt(at, length);
        if (entry != null) {
          return entry;
        }
      }
    }
    return null;
  }

  /** Steps over the claim that it stopped at. */
  boolean skipUncommitted() {
    if (records == null || at >= records.limit()) {
      return false;
    }
    int length = records.length(at);
    if (length >= 0 || !records.isClaim(at, length)) {
      return false;
    }
    at -= length;
    return true;
  }

  /** The event or the damage at {@code start}; null for a void. */
  private AuditLogEntry entryAt(int start, int length) {
    if (!records.isWhole(start, length)) {
      return lostAt(start);
    }
    at = start + AuditRecordFormat.aligned(length);
    return records.isVoid(start)
        ? null
        : new AuditLogEntry(file, start, records.event(start, length), 0);
  }

  /** The damage from {@code start} to the next whole record; null when only zeros follow. */
  private AuditLogEntry lostAt(int start) {
    at = records.nextWhole(start);
    return at == start ? null : new AuditLogEntry(file, start, null, at - start);
  }

  /** Whether writing goes on in a later segment, and this one still ends here. */
  private boolean isLeftBehind() throws IOException {
    Map.Entry<Long, Path> next = AuditSegments.list(directory, chain).higherEntry(number);
    return next != null && hasRecords(next.getValue()) && records.length(at) == 0;
  }

  private static boolean hasRecords(Path segment) throws IOException {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
      ByteBuffer first = ByteBuffer.allocate(Integer.BYTES);
      return channel.read(first, AuditRecordFormat.SEGMENT_HEADER_LENGTH) == Integer.BYTES
          && first.getInt(0) != 0;
    }
  }

  private boolean advance() throws IOException {
    Map.Entry<Long, Path> next = AuditSegments.list(directory, chain).higherEntry(number);
    if (next == null) {
      return false;
    }
    records = map(next.getValue());
    file = next.getValue();
    number = next.getKey();
    at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    return true;
  }

  private static RecordBuffer map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MappedByteBuffer buffer =
          channel.size() < AuditRecordFormat.SEGMENT_HEADER_LENGTH + AuditRecordFormat.ALIGNMENT
              ? null
              : channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      if (buffer == null
          || buffer.getLong(0) != AuditRecordFormat.SEGMENT_MAGIC
          || buffer.getInt(AuditRecordFormat.SEGMENT_FORMAT_AT) != AuditRecordFormat.FORMAT) {
        throw new IOException(
            file + " is not an audit segment of a format that this release knows");
      }
      return new RecordBuffer(buffer);
    }
  }
}
