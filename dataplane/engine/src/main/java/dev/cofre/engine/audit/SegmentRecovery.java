package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.RecordBuffer;
import java.lang.System.Logger.Level;
import java.nio.file.Path;

/** Finds the end of a segment that another process wrote. Stateless. */
final class SegmentRecovery {
  private static final System.Logger LOG = System.getLogger(SegmentRecovery.class.getName());

  private SegmentRecovery() {}

  /**
   * Where writing goes on: behind the last claim, or at the limit when nothing may follow here.
   * Claims that were not committed, and now never will be, become voids.
   */
  static int end(RecordBuffer records, Path file) {
    int at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    int voids = 0;
    while (at < records.limit()) {
      int length = records.length(at);
      if (length == AuditRecordFormat.END) {
        return records.limit();
      }
      if (length < 0 && records.isClaim(at, length)) {
        records.makeVoid(at, -length);
        voids++;
        at -= length;
      } else if (records.isWhole(at, length)) {
        at += AuditRecordFormat.aligned(length);
      } else {
        break;
      }
    }
    if (voids > 0) {
      LOG.log(
          Level.INFO,
          "{0} held {1} records that were never finished nor acknowledged",
          file,
          voids);
    }
    return ifFree(records, at, file);
  }

  /** {@code end} when only zeros follow it: anything else would be taken for records later. */
  private static int ifFree(RecordBuffer records, int end, Path file) {
    if (records.nextWhole(end) == end) {
      return end;
    }
    LOG.log(
        Level.ERROR,
        "{0} is damaged at byte {1}; it is left as it is, and a new segment is begun",
        file,
        Integer.toString(end));
    return records.limit();
  }
}
