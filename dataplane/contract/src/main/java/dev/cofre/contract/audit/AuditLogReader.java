package dev.cofre.contract.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the audit log of a plane, which may be running, stopped or dead; it changes nothing and
 * takes no lock. Events of authenticated and unauthenticated callers come merged by their time. Not
 * thread-safe.
 *
 * <p>It goes as far as records are committed. A claim that is not committed stops it, until it is
 * or is {@linkplain #skipUncommitted() skipped}: its writer may be about to commit, or dead.
 */
public final class AuditLogReader {
  private final List<SegmentReader> chains;
  private final AuditLogEntry[] ahead;

  /** Which chains had nothing more; they are asked again when all have come to that. */
  private final boolean[] idle;

  private AuditLogReader(List<SegmentReader> chains) {
    this.chains = chains;
    this.ahead = new AuditLogEntry[chains.size()];
    this.idle = new boolean[chains.size()];
  }

  /**
   * Reads from the oldest record in {@code directory}.
   *
   * @throws IOException when there is no such directory
   */
  public static AuditLogReader open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    return new AuditLogReader(
        List.of(
            new SegmentReader(directory, AuditSegments.EVENTS),
            new SegmentReader(directory, AuditSegments.UNAUTHENTICATED)));
  }

  /** All events that are committed in {@code directory} now, without what is damaged. */
  public static List<AuditEvent> events(Path directory) throws IOException {
    AuditLogReader reader = open(directory);
    List<AuditEvent> events = new ArrayList<>();
    for (AuditLogEntry entry = reader.nextCommitted();
        entry != null;
        entry = reader.nextCommitted()) {
      if (!entry.isDamaged()) {
        events.add(entry.event());
      }
    }
    return events;
  }

  /**
   * What comes next, or null when nothing does for now.
   *
   * @throws IOException when a file cannot be read or is of a later release
   */
  public AuditLogEntry next() throws IOException {
    int first = -1;
    for (int i = 0; i < ahead.length; i++) {
      if (ahead[i] == null && !idle[i]) {
        ahead[i] = chains.get(i).next();
        idle[i] = ahead[i] == null;
      }
      if (ahead[i] != null && (first < 0 || isBefore(ahead[i], ahead[first]))) {
        first = i;
      }
    }
    if (first < 0) {
      Arrays.fill(idle, false);
      return null;
    }
    AuditLogEntry entry = ahead[first];
    ahead[first] = null;
    return entry;
  }

  /** What comes next, stepping over claims that are not committed; null at the end. */
  public AuditLogEntry nextCommitted() throws IOException {
    AuditLogEntry entry = next();
    while (entry == null && skipUncommitted()) {
      entry = next();
    }
    return entry;
  }

  /** Steps over the claims that it stopped at; false when it did not stop at any. */
  public boolean skipUncommitted() {
    boolean skipped = false;
    for (SegmentReader chain : chains) {
      skipped |= chain.skipUncommitted();
    }
    return skipped;
  }

  private static boolean isBefore(AuditLogEntry one, AuditLogEntry other) {
    return one.isDamaged()
        || (!other.isDamaged() && one.event().time().isBefore(other.event().time()));
  }
}
