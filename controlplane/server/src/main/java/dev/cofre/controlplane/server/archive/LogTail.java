package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.seal.Removed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the events of one archived log in their order, while it grows. Only what is on the disk is
 * read. Nothing is held open between two calls. Not thread-safe.
 */
public final class LogTail {
  private static final int WINDOW_BYTES = 256 << 10;

  private final String origin;
  private final ArchivedLog log;
  private long index;
  private long skipped;

  /** Of the segment that was read last: its number, and where in it record {@code index} is. */
  private long number = -1;

  private long at;

  LogTail(String origin, ArchivedLog log, long index) {
    this.origin = origin;
    this.log = log;
    this.index = index;
  }

  /** Which log. */
  public String origin() {
    return origin;
  }

  /** The index of the record that comes next. */
  public long index() {
    return index;
  }

  /** How many records are archived. */
  public long size() {
    return log.size();
  }

  /**
   * How many records could not be read as events: they are lost or damaged, or are not in this
   * archive, whose log begins behind them. Not those that retention removed.
   */
  public long skipped() {
    return skipped;
  }

  /**
   * What comes next, from one segment at most.
   *
   * @return no events when none are there for now, or none in this segment: then {@link #index()}
   *     may have moved
   */
  public List<LoggedEvent> read(int eventsMax, int bytesMax) throws IOException {
    long size = log.size();
    ArchivedLog.Part part = index < size ? log.part(index).orElse(null) : null;
    if (part == null) {
      return List.of();
    }
    List<LoggedEvent> events = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(part.file(), StandardOpenOption.READ)) {
      Window window = new Window(channel);
      long end = Math.min(size, part.end());
      if (part.number() != number || index < part.first()) {
        begin(part, window, end);
      }
      int bytes = 0;
      while (index < end && events.size() < eventsMax && bytes < bytesMax) {
        int length = window.lengthAt(at);
        if (length == 0) {
          // Lost records of which only hashes are here, or a length that was damaged.
          skip(end);
        } else {
          bytes += take(window.record(at, length), length, events);
        }
      }
    }
    return events;
  }

  private void begin(ArchivedLog.Part part, Window window, long end) throws IOException {
    long wanted = Math.max(index, part.first());
    long gone = log.removed().map(Removed::end).orElse(0L);
    skipped += Math.max(0, part.first() - Math.max(index, gone));
    number = part.number();
    at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    index = part.first();
    while (index < Math.min(wanted, end)) {
      int length = window.lengthAt(at);
      if (length == 0) {
        index = wanted;
        skip(end);
        return;
      }
      index++;
      at += AuditRecordFormat.aligned(length);
    }
  }

  /** Where the next record begins is not known: what is left of the segment is passed over. */
  private void skip(long end) {
    skipped += Math.max(0, end - index);
    index = Math.max(index, end);
    number = -1;
  }

  private int take(ByteBuffer record, int length, List<LoggedEvent> events) {
    boolean whole = AuditRecordDecoder.isWhole(record, 0, length);
    if (!whole) {
      skipped++;
    } else if (!AuditRecordDecoder.isVoid(record, 0)) {
      try {
        events.add(
            new LoggedEvent(origin, index, AuditRecordDecoder.decode(record, 0, length), length));
      } catch (RuntimeException e) {
        // Whoever has the node's key can sign a record that holds no event.
        skipped++;
      }
    }
    index++;
    at += AuditRecordFormat.aligned(length);
    return length;
  }

  /** A part of a segment in memory. */
  private static final class Window {
    private static final int LENGTH_MIN = 16;

    private final FileChannel channel;
    private final long channelBytes;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long from;

    Window(FileChannel channel) throws IOException {
      this.channel = channel;
      this.channelBytes = channel.size();
    }

    /** The length of the record at {@code place}; 0 when it cannot be one. */
    int lengthAt(long place) throws IOException {
      if (channelBytes - place < LENGTH_MIN) {
        return 0;
      }
      int length = record(place, LENGTH_MIN).getInt(0);
      return length < LENGTH_MIN || length > channelBytes - place ? 0 : length;
    }

    ByteBuffer record(long place, int length) throws IOException {
      if (place < from || place + length > from + buffer.limit()) {
        fill(place, Math.max(length, (int) Math.min(WINDOW_BYTES, channelBytes - place)));
      }
      return buffer.slice((int) (place - from), length);
    }

    private void fill(long place, int bytes) throws IOException {
      buffer = ByteBuffer.allocate(bytes);
      from = place;
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, place + buffer.position()) < 0) {
          throw new IOException("a segment of the archive ends within a record");
        }
      }
      buffer.flip();
    }
  }
}
