package dev.cofre.contract.audit;

import java.nio.file.Path;

/**
 * What stands at one place of an audit log. Immutable.
 *
 * @param segment the file
 * @param offset where in it
 * @param event null when the bytes there are damaged
 * @param lostBytes how many bytes are damaged, else 0
 */
public record AuditLogEntry(Path segment, int offset, AuditEvent event, int lostBytes) {
  /** Whether these bytes are not what was written. */
  public boolean isDamaged() {
    return event == null;
  }
}
