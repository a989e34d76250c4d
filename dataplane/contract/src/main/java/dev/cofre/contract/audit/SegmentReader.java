package dev.cofre.contract.audit;

import java.io.IOException;
import java.nio.file.Path;

/** Reads the events of one chain of segments. Not thread-safe. */
final class SegmentReader {
  private final RecordCursor cursor;

  SegmentReader(Path directory, String chain) {
    this.cursor = RecordCursor.ofAll(directory, chain);
  }

  /** What comes next, or null when nothing does for now. */
  AuditLogEntry next() throws IOException {
    while (cursor.next()) {
      if (cursor.isDamage()) {
        return new AuditLogEntry(cursor.file(), cursor.at(), null, cursor.lostBytes());
      }
      if (!cursor.isVoid()) {
        return new AuditLogEntry(cursor.file(), cursor.at(), cursor.event(), 0);
      }
    }
    return null;
  }

  /** Steps over the claim that it stopped at. */
  boolean skipUncommitted() {
    return cursor.skipUncommitted();
  }
}
