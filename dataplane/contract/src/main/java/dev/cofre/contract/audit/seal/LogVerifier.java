package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.transparency.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Verifies a plane's audit log with nothing but its files and the public key that signs its heads:
 * that each event up to the last head is there, as it was sealed, in its place, and no other.
 *
 * <p>What it cannot see: that the log was cut back to an earlier head, with all that lies beside
 * it. A head that somebody else keeps shows that. The log may be written meanwhile. Immutable and
 * thread-safe.
 */
public final class LogVerifier {
  private final Path directory;
  private final NoteKey key;
  private final List<SignedHead> against;
  private final boolean partial;
  private final List<NoteKey> removalKeys;

  /**
   * Verifies the log in {@code directory}.
   *
   * @param key that signs its heads; its name does not matter
   * @param against heads that were kept elsewhere
   * @param partial whether older segments may be elsewhere
   * @throws IOException when there is no such directory
   */
  public LogVerifier(Path directory, NoteKey key, List<SignedHead> against, boolean partial)
      throws IOException {
    this(directory, key, against, partial, List.of());
  }

  /**
   * The same of a log in an archive whose beginning retention may have removed.
   *
   * @param removalKeys that sign the records of that; without any, all that was removed is missing
   */
  public LogVerifier(
      Path directory,
      NoteKey key,
      List<SignedHead> against,
      boolean partial,
      List<NoteKey> removalKeys)
      throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    this.directory = directory;
    this.key = key;
    this.against = List.copyOf(against);
    this.partial = partial;
    this.removalKeys = List.copyOf(removalKeys);
  }

  /** The report on each chain. */
  public List<ChainReport> verify() throws IOException {
    List<ChainReport> reports = new ArrayList<>();
    for (String chain : List.of(AuditSegments.EVENTS, AuditSegments.UNAUTHENTICATED)) {
      reports.add(new ChainVerifier(directory, chain, key, against, partial, removalKeys).run());
    }
    return reports;
  }
}
