package dev.cofre.engine.ship;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealReader;
import dev.cofre.engine.audit.FileBlocks;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes a chain's oldest segments, with their seals and heads, when all of their records are
 * archived and the files take more than they may, or the disk has no room for the next one. The
 * segment that is written, and the newest that is sealed, are never touched. Used by one thread.
 */
final class ArchivedSegments {
  private static final System.Logger LOG = System.getLogger(ArchivedSegments.class.getName());

  private final Path directory;
  private final String chain;
  private final long bytesMax;
  private final long roomBytes;
  private boolean cramped;

  /**
   * Of {@code chain} in {@code directory}.
   *
   * @param bytesMax what its segments may take before archived ones are deleted
   * @param roomBytes what must be free on the disk for a further segment
   */
  ArchivedSegments(Path directory, String chain, long bytesMax, long roomBytes) {
    this.directory = directory;
    this.chain = chain;
    this.bytesMax = bytesMax;
    this.roomBytes = roomBytes;
  }

  /** Deletes what may go when the first {@code archived} records are; how many bytes that freed. */
  long free(long archived) throws IOException {
    long used = 0;
    for (Path file : AuditSegments.list(directory, chain).values()) {
      used += length(file);
    }
    List<Long> numbers = new ArrayList<>(SealFiles.numbers(directory, chain));
    long freed = 0;
    boolean lacksRoom = lacksRoom();
    for (int i = 0; i + 1 < numbers.size() && (used - freed > bytesMax || lacksRoom); i++) {
      if (first(numbers.get(i + 1)) > archived) {
        break;
      }
      // For the disk one at a time: it may tell late what it has got back.
      lacksRoom = false;
      freed += delete(numbers.get(i));
    }
    return freed;
  }

  private boolean lacksRoom() {
    File folder = directory.toFile();
    boolean now = folder.getTotalSpace() > 0 && folder.getUsableSpace() < roomBytes;
    if (now && !cramped) {
      LOG.log(
          Level.WARNING,
          "the disk of the audit log has less than {0} bytes free: what is archived of {1} is deleted"
              + " before its time",
          Long.toString(roomBytes),
          chain);
    }
    cramped = now;
    return now;
  }

  private long first(long number) throws IOException {
    Path seal = SealFiles.seal(directory, chain, number);
    if (!Files.exists(seal)) {
      return Long.MAX_VALUE;
    }
    try (SealReader reader = SealReader.open(seal, number)) {
      return reader.first();
    }
  }

  /** The records first: a seal whose segment is gone is deleted at the next turn. */
  private long delete(long number) throws IOException {
    Path segment = AuditSegments.file(directory, chain, number);
    long bytes = length(segment);
    if (bytes > 0 && !FileBlocks.release(segment)) {
      LOG.log(Level.DEBUG, "{0} takes its place until nobody has it open", segment);
    }
    Files.deleteIfExists(segment);
    Files.deleteIfExists(SealFiles.heads(directory, chain, number));
    Files.deleteIfExists(SealFiles.seal(directory, chain, number));
    return bytes;
  }

  private static long length(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }
}
