package dev.cofre.contract.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * Walks over the records of one chain of segments as they lie in its files, voids included. Not
 * thread-safe.
 *
 * <p>Concurrency: the files may be written meanwhile. The length of a record is read with acquire,
 * and a positive one was written with release after the record's bytes. Nothing beyond the last
 * claim is taken for a record; what is behind damage is looked for by its checksum.
 */
public final class RecordCursor {
  private final Path directory;
  private final String chain;
  private final boolean writable;
  private Path file;
  private long number;
  private ByteBuffer buffer;
  private RecordBuffer records;
  private int next;
  private int at;
  private int length;
  private int lostBytes;

  private RecordCursor(Path directory, String chain, long before, boolean writable) {
    this.directory = directory;
    this.chain = chain;
    this.number = before;
    this.writable = writable;
  }

  /** Begins with the oldest record of {@code chain} in {@code directory}. */
  public static RecordCursor ofAll(Path directory, String chain) {
    return new RecordCursor(directory, chain, -1, false);
  }

  /** Begins with the first record of segment {@code number}, or of the next one that is there. */
  public static RecordCursor from(Path directory, String chain, long number) {
    return new RecordCursor(directory, chain, number - 1, false);
  }

  /**
   * Begins with the first record of segment {@code number}, or of the next one that is there;
   * {@link #settle()} and {@link #makeVoid()} may be called.
   */
  public static RecordCursor writableFrom(Path directory, String chain, long number) {
    return new RecordCursor(directory, chain, number - 1, true);
  }

  /**
   * Steps to what comes next: a record, or damage.
   *
   * @return false when nothing does for now
   * @throws IOException when a file cannot be read or is of a later release; the next call goes on
   *     with the segment behind it
   */
  public boolean next() throws IOException {
    while (records != null || nextSegment()) {
      int found = next < records.limit() ? records.length(next) : AuditRecordFormat.END;
      if (found == AuditRecordFormat.END) {
        if (!nextSegment()) {
          return false;
        }
      } else if (found < 0 && records.isClaim(next, found)) {
        return false;
      } else if (found == 0) {
        if (!isLeftBehind()) {
          return false;
        }
        if (lost(next)) {
          return true;
        }
        next = records.limit();
      } else if (records.isWhole(next, found)) {
        at = next;
        length = found;
        lostBytes = 0;
        next = at + AuditRecordFormat.aligned(length);
        return true;
      } else if (lost(next)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it stands at a claim that is not committed; where, {@link #position()} says. */
  public boolean isAtClaim() {
    if (records == null || next >= records.limit()) {
      return false;
    }
    int found = records.length(next);
    return found < 0 && records.isClaim(next, found);
  }

  /** Steps over the claim that it stopped at; false when it did not stop at any. */
  public boolean skipUncommitted() {
    if (!isAtClaim()) {
      return false;
    }
    int claim = records.length(next);
    if (claim < 0) {
      next -= claim;
    }
    return true;
  }

  /** Makes the claim that it stopped at, and that nobody will commit, a void. */
  public void makeVoid() {
    int claim = records.length(next);
    if (claim < 0 && records.isClaim(next, claim)) {
      records.makeVoid(next, -claim);
    }
  }

  /** Has the count of the counted record that it stands at change no more. */
  public void settle() {
    records.settle(at);
  }

  /** Whether damage is what it stands at. */
  public boolean isDamage() {
    return lostBytes > 0;
  }

  /** How many bytes are damaged, else 0. */
  public int lostBytes() {
    return lostBytes;
  }

  /** Whether the record stands for a claim that was never committed. */
  public boolean isVoid() {
    return records.isVoid(at);
  }

  /** Whether the record counts requests. */
  public boolean isCounted() {
    return buffer.get(at + AuditRecordFormat.KIND_AT) == AuditRecordFormat.COUNTED;
  }

  /** When the record's event was decided, in nanoseconds since 1970. */
  public long timeNs() {
    return buffer.getLong(at + AuditRecordFormat.TIME_AT);
  }

  /** The record's event; null for damage and voids. */
  public AuditEvent event() {
    return isDamage() || isVoid() ? null : records.event(at, length);
  }

  /** The segment's bytes, the record from {@link #at()} for {@link #length()} bytes. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Where the record, or the damage, begins in its segment. */
  public int at() {
    return at;
  }

  /** How long the record is, without its padding. */
  public int length() {
    return length;
  }

  /** Whether the segment's file still is as long as it was when it was begun to be read. */
  public boolean isBacked() throws IOException {
    return Files.size(file) >= buffer.limit();
  }

  /** Where it goes on in the segment. */
  public int position() {
    return next;
  }

  /** The segment's file; null before the first step. */
  public Path file() {
    return file;
  }

  /** The segment's number; -1 before the first step. */
  public long segment() {
    return number;
  }

  /** Stands at the damage from {@code start} to the next whole record; false when that is zeros. */
  private boolean lost(int start) {
    next = records.nextWhole(start);
    at = start;
    length = 0;
    lostBytes = next - start;
    return lostBytes > 0;
  }

  /** Whether writing goes on in a later segment, and this one still ends here. */
  private boolean isLeftBehind() throws IOException {
    Map.Entry<Long, Path> later = AuditSegments.list(directory, chain).higherEntry(number);
    return later != null && hasRecords(later.getValue()) && records.length(next) == 0;
  }

  private static boolean hasRecords(Path segment) throws IOException {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
      ByteBuffer first = ByteBuffer.allocate(Integer.BYTES);
      return channel.read(first, AuditRecordFormat.SEGMENT_HEADER_LENGTH) == Integer.BYTES
          && first.getInt(0) != 0;
    }
  }

  private boolean nextSegment() throws IOException {
    Map.Entry<Long, Path> following = AuditSegments.list(directory, chain).higherEntry(number);
    if (following == null) {
      return false;
    }
    // Named before it is read: who goes on after a failure goes on behind it.
    file = following.getValue();
    number = following.getKey();
    records = null;
    buffer = map(file);
    records = new RecordBuffer(buffer);
    next = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    return true;
  }

  private ByteBuffer map(Path segment) throws IOException {
    Set<StandardOpenOption> options =
        writable
            ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
            : Set.of(StandardOpenOption.READ);
    try (FileChannel channel = FileChannel.open(segment, options)) {
      MappedByteBuffer mapped =
          channel.size() < AuditRecordFormat.SEGMENT_HEADER_LENGTH + AuditRecordFormat.ALIGNMENT
              ? null
              : channel.map(
                  writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY,
                  0,
                  channel.size());
      if (mapped == null
          || mapped.getLong(0) != AuditRecordFormat.SEGMENT_MAGIC
          || mapped.getInt(AuditRecordFormat.SEGMENT_FORMAT_AT) != AuditRecordFormat.FORMAT) {
        throw new IOException(
            segment + " is not an audit segment of a format that this release knows");
      }
      return mapped;
    }
  }
}
