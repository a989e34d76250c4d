package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.audit.seal.Removed;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.transparency.SignedNote;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What lies beside a log's segments in place of those that retention removed. Each step is on the
 * disk before the next one begins: the key, the record, then the segment goes, then what lay beside
 * it. Stateless.
 */
final class RemovalFiles {
  private static final System.Logger LOG = System.getLogger(RemovalFiles.class.getName());

  private RemovalFiles() {}

  /** What is removed of {@code chain}; a segment whose file is still there is not. */
  static Optional<Removed> read(Path directory, String chain) throws IOException {
    Removed all = null;
    for (long number : RemovalRecord.numbers(directory, chain)) {
      Path file = RemovalRecord.file(directory, chain, number);
      if (!Files.exists(AuditSegments.file(directory, chain, number))) {
        try {
          RemovalRecord one = RemovalRecord.parse(SignedNote.parse(Files.readString(file)));
          all = all == null ? Removed.of(one) : all.and(one);
        } catch (IllegalArgumentException e) {
          LOG.log(Level.ERROR, "{0} is no record of a removal: {1}", file, e.getMessage());
        }
      }
    }
    return Optional.ofNullable(all);
  }

  /** The record of the last removal; empty when there is none that can be read. */
  static Optional<RemovalRecord> last(Path directory, String chain) throws IOException {
    for (long number : RemovalRecord.numbers(directory, chain).descendingSet()) {
      try {
        String text = Files.readString(RemovalRecord.file(directory, chain, number));
        RemovalRecord record = RemovalRecord.parse(SignedNote.parse(text));
        return record.segment() == number ? Optional.of(record) : Optional.empty();
      } catch (IllegalArgumentException e) {
        LOG.log(Level.ERROR, "the record of the removal of {0} cannot be read", number);
      }
    }
    return Optional.empty();
  }

  /** Keeps {@code note}, and the {@code key} that verifies it. */
  static void keep(Path directory, String chain, long number, String note, String key)
      throws IOException {
    Path keys = directory.resolve(RemovalRecord.KEY_FILE);
    List<String> known = Files.exists(keys) ? Files.readAllLines(keys) : List.of();
    if (!known.contains(key)) {
      String all = String.join("\n", known) + (known.isEmpty() ? "" : "\n") + key + "\n";
      SecretFiles.replace(keys, all.getBytes(StandardCharsets.UTF_8));
    }
    SecretFiles.replace(
        RemovalRecord.file(directory, chain, number), note.getBytes(StandardCharsets.UTF_8));
  }

  /** Deletes the files of segment {@code number}, as far as they are still there. */
  static void delete(Path directory, String chain, long number, Path index) throws IOException {
    // The segment first: at the start what lies beside no segment is not looked at.
    for (Path file :
        List.of(
            AuditSegments.file(directory, chain, number),
            index,
            SealFiles.heads(directory, chain, number),
            SealFiles.seal(directory, chain, number))) {
      Files.deleteIfExists(file);
      SecretFiles.syncDirectory(directory);
    }
  }
}
