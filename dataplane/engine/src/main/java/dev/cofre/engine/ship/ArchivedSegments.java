package dev.cofre.engine.ship;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes a chain's oldest segments, with their seals and heads, when all of their records are
 * archived and the files take more than they may. The segment that is written, and the newest that
 * is sealed, are never touched. Used by one thread.
 */
final class ArchivedSegments {
  private final Path directory;
  private final String chain;
  private final long bytesMax;

  /**
   * Of {@code chain} in {@code directory}.
   *
   * @param bytesMax what its segments may take before archived ones are deleted
   */
  ArchivedSegments(Path directory, String chain, long bytesMax) {
    this.directory = directory;
    this.chain = chain;
    this.bytesMax = bytesMax;
  }

  /** Deletes what may go when the first {@code archived} records are; how many bytes that freed. */
  long free(long archived) throws IOException {
    long used = 0;
    for (Path file : AuditSegments.list(directory, chain).values()) {
      used += length(file);
    }
    List<Long> numbers = new ArrayList<>(SealFiles.numbers(directory, chain));
    long freed = 0;
    for (int i = 0; i + 1 < numbers.size() && used - freed > bytesMax; i++) {
      if (first(numbers.get(i + 1)) > archived) {
        break;
      }
      freed += delete(numbers.get(i));
    }
    return freed;
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
    Files.deleteIfExists(segment);
    Files.deleteIfExists(SealFiles.heads(directory, chain, number));
    Files.deleteIfExists(SealFiles.seal(directory, chain, number));
    return bytes;
  }

  private static long length(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }
}
