package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Checks what of a segment is no record: header, padding, and what is behind the records. */
final class SegmentBytes {
  private final Findings findings;
  private int end = AuditRecordFormat.SEGMENT_HEADER_LENGTH;

  SegmentBytes(Findings findings) {
    this.findings = findings;
  }

  /** Takes note of the record, or the damage, at {@code cursor}. */
  void add(RecordCursor cursor) {
    end = cursor.position();
    if (cursor.isDamage()) {
      add(cursor.file(), cursor.at(), cursor.lostBytes() + " bytes are no record");
      return;
    }
    for (int at = cursor.at() + cursor.length(); at < end; at++) {
      if (cursor.buffer().get(at) != 0) {
        add(cursor.file(), at, "the padding behind a record is not zero");
        return;
      }
    }
  }

  private void add(Path file, int at, String message) {
    findings.add(Finding.Kind.DAMAGED, -1, file + " byte " + at, message);
  }

  /** Checks the segment's header, and that zeros follow the last record that was added. */
  void check(Path file, long number) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer segment =
          channel.size() == 0
              ? ByteBuffer.allocate(0)
              : channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      byte[] header = new byte[AuditRecordFormat.SEGMENT_HEADER_LENGTH];
      if (segment.limit() >= header.length) {
        segment.get(0, header);
      }
      if (!Arrays.equals(header, header(number))) {
        add(file, 0, "the header is not that of segment " + number);
      }
      int at = behindClaims(segment);
      if (at < segment.limit() && !isFree(segment, at)) {
        add(file, at, "bytes stand behind the last record");
      }
    }
  }

  private static byte[] header(long number) {
    ByteBuffer header = ByteBuffer.allocate(AuditRecordFormat.SEGMENT_HEADER_LENGTH);
    header.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    header.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    header.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, number);
    return header.array();
  }

  /** Claims that were never committed may stand there. */
  private int behindClaims(ByteBuffer segment) {
    int at = end;
    while (at <= segment.limit() - AuditRecordFormat.ALIGNMENT) {
      int length = segment.getInt(at);
      if (length >= 0
          || length == AuditRecordFormat.END
          || -length % AuditRecordFormat.ALIGNMENT != 0
          || -length > segment.limit() - at) {
        return at;
      }
      at -= length;
    }
    return at;
  }

  /** Whether nothing is there but an end, or what was written since the records were read. */
  private static boolean isFree(ByteBuffer segment, int start) {
    if (start > segment.limit() - Long.BYTES) {
      return true;
    }
    int length = segment.getInt(start);
    if (length != 0 && length != AuditRecordFormat.END) {
      // A record of a writer that goes on; what is no record the cursor has told.
      return true;
    }
    boolean free = segment.getInt(start + Integer.BYTES) == 0;
    for (int at = start + Long.BYTES;
        free && at <= segment.limit() - Long.BYTES;
        at += Long.BYTES) {
      free = segment.getLong(at) == 0;
    }
    return free || segment.getInt(start) != length;
  }
}
