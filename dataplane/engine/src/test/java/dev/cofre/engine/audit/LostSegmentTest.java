package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody deletes or cuts the log's files while they are written. */
class LostSegmentTest {
  private static final AuditLogConfig CONFIG =
      new AuditLogConfig(false, 4L << 20, 1L << 18).ofNode("n1");

  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void name() {
    directory = temporary.resolve("audit");
  }

  private static void append(AuditLog log, String prefix, int count) {
    IntStream.range(0, count).forEach(i -> log.append(AuditLogs.event(prefix + i)).join());
  }

  private Path segment(long number) {
    return AuditSegments.file(directory, AuditSegments.EVENTS, number);
  }

  private AuditEvent loss() throws IOException {
    List<AuditEvent> losses =
        AuditLogReader.events(directory).stream()
            .filter(event -> event.action().equals("audit:loss"))
            .toList();
    assertEquals(1, losses.size());
    assertEquals("n1", losses.getFirst().node());
    assertEquals("failed", losses.getFirst().outcome());
    return losses.getFirst();
  }

  /** Notices it within a second: its keeper looks that often, and here nothing wakes it. */
  @Test
  void aDeletedFileIsWrittenAgainAndTold() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, CONFIG)) {
      append(log, "before", 100);
      Files.delete(segment(1));
      append(log, "unseen", 50);
      AuditLogs.await(() -> log.figures().losses() == 1);
      append(log, "after", 100);
      AuditLogs.await(() -> Files.exists(segment(1)));
    }
    assertTrue(loss().key().startsWith("segment-0000000001 was deleted"), loss()::key);
    List<String> ids = AuditLogs.requestIds(directory);
    assertEquals(251, ids.size());
    for (String prefix : List.of("before", "after")) {
      IntStream.range(0, 100).forEach(i -> assertTrue(ids.contains(prefix + i)));
    }
    IntStream.range(0, 50).forEach(i -> assertTrue(ids.contains("unseen" + i)));
  }

  @Test
  void aDeletedFolderIsMadeAgain() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, CONFIG)) {
      append(log, "before", 100);
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
      AuditLogs.await(() -> log.figures().losses() == 2);
      append(log, "after", 100);
      AuditLogs.await(() -> Files.exists(segment(1)) && log.isAvailable());
    }
    List<String> ids = AuditLogs.requestIds(directory);
    assertTrue(ids.contains("before99"));
    assertTrue(ids.contains("after99"));
  }

  @Test
  void aFileInItsPlaceIsKeptApart() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, CONFIG)) {
      append(log, "before", 10);
      Path other = temporary.resolve("other");
      Files.write(other, new byte[100]);
      Files.move(other, segment(1), StandardCopyOption.REPLACE_EXISTING);
      AuditLogs.await(() -> log.figures().losses() == 1);
      append(log, "after", 10);
      Path foreign = directory.resolve("segment-0000000001.foreign");
      AuditLogs.await(() -> Files.exists(foreign) && Files.exists(segment(1)));
    }
    assertEquals(21, AuditLogs.requestIds(directory).size());
  }

  @Test
  void aTruncatedFileIsLeftForANewOneThatNamesTheLoss() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, CONFIG)) {
      append(log, "before", 100);
      try (RandomAccessFile file = new RandomAccessFile(segment(1).toFile(), "rw")) {
        file.setLength(4_096);
      }
      while (log.figures().losses() == 0) {
        // Refused or taken, by a page that is gone or by the new segment: the process lives on.
        log.append(AuditLogs.event("meanwhile")).isCompletedExceptionally();
      }
      assertEquals(1, log.figures().losses());
      AuditLogs.await(() -> !log.append(AuditLogs.event("again")).isCompletedExceptionally());
      append(log, "after", 100);
      assertTrue(log.isAvailable());
    }
    assertTrue(loss().key().startsWith("segment-0000000001 was truncated"), loss()::key);
    long after =
        AuditLogReader.events(directory).stream()
            .filter(event -> event.requestId().startsWith("after"))
            .count();
    assertEquals(100, after);
  }
}
