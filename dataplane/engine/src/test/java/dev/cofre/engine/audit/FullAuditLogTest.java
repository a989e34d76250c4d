package dev.cofre.engine.audit;

import static dev.cofre.engine.audit.AuditLogs.event;
import static dev.cofre.engine.audit.AuditLogs.stranger;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullAuditLogTest {
  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void name() {
    directory = temporary.resolve("audit");
  }

  @Test
  void aFullLogRefusesSaysSoAndRecoversWhenRoomComes() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      int taken = AuditLogs.fill(log, "r");
      assertEquals(
          IntStream.range(0, taken).mapToObj(i -> "r" + i).toList(),
          AuditLogs.requestIds(directory));
      assertFalse(log.isAvailable());
      AuditLogs.assertRefused(log.append(event("never")));
      assertTrue(log.figures().refused() > 0);
      assertTrue(log.figures().lacksNext());
      assertTrue(length(directory) <= AuditLogConfig.BYTES_MAX_LEAST);

      Path kept = Files.createDirectory(temporary.resolve("kept"));
      Files.move(directory.resolve("segment-0000000001"), kept.resolve("segment-0000000001"));
      AuditLogs.await(log::isAvailable);
      assertFalse(log.figures().lacksNext());
      log.append(event("again")).join();
      List<String> all = new ArrayList<>(AuditLogs.requestIds(kept));
      all.addAll(AuditLogs.requestIds(directory));
      assertEquals(taken + 1, all.size());
      assertEquals("again", all.getLast());
    }
  }

  private static long length(Path directory) throws IOException {
    long length = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        length += Files.size(file);
      }
    }
    return length;
  }

  @Test
  void aLogThatIsFullAtTheStartRefusesAtOnce() throws IOException {
    int taken;
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      taken = AuditLogs.fill(log, "r");
    }
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      AuditLogs.assertRefused(log.append(event("x".repeat(200))));
      assertFalse(log.isAvailable());
      AuditLogs.fill(log, "late");
    }
    assertTrue(AuditLogs.requestIds(directory).size() <= taken + 1);
  }

  @Test
  void requestsOfOneSourceAndSecondShareARecord() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      for (int i = 1; i <= 1_000; i++) {
        log.countUnauthenticated(stranger("192.0.2.1", 7)).join();
        assertEquals(i, AuditLogReader.events(directory).getFirst().count(), "before the answer");
      }
      log.countUnauthenticated(stranger("192.0.2.2", 7)).join();
      log.countUnauthenticated(stranger("192.0.2.1", 8)).join();
      assertEquals(1_002, log.figures().unauthenticated());
    }
    List<AuditEvent> events = AuditLogReader.events(directory);
    assertEquals(List.of(1_000L, 1L, 1L), events.stream().map(AuditEvent::count).toList());
    assertEquals("192.0.2.1", events.getFirst().address());
    assertEquals("denied", events.getFirst().outcome());
    assertTrue(events.getFirst().toJson().endsWith("\"count\":1000}"));
  }

  @Test
  void manySourcesShareOneRecordBeyondALimit() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      for (int i = 0; i < 1_000; i++) {
        log.countUnauthenticated(stranger("192.0.2." + i, 7)).join();
      }
    }
    List<AuditEvent> events = AuditLogReader.events(directory);
    assertEquals(UnauthenticatedCounts.SOURCES_MAX + 1, events.size());
    assertEquals(1_000, events.stream().mapToLong(AuditEvent::count).sum());
    assertEquals("other", events.getLast().address());
  }

  @Test
  void countsOfManyThreadsAddUp() throws Exception {
    int threads = 4;
    int each = 50_000;
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      Runnable count =
          () -> {
            for (int i = 0; i < each; i++) {
              log.countUnauthenticated(stranger("192.0.2." + (i & 3), 100 + i / 10_000)).join();
            }
          };
      List<Thread> running =
          IntStream.range(0, threads).mapToObj(t -> Thread.ofPlatform().start(count)).toList();
      for (Thread thread : running) {
        thread.join();
      }
      assertEquals((long) threads * each, log.figures().unauthenticated());
    }
    assertEquals(
        (long) threads * each,
        AuditLogReader.events(directory).stream().mapToLong(AuditEvent::count).sum());
  }

  @Test
  void strangersUseUpTheirShareAndNothingElse() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      AtomicLong second = new AtomicLong();
      while (AuditLogs.comesAbout(() -> isCounted(log, second.get()))) {
        assertTrue(second.incrementAndGet() < 10_000, "the share has an end");
      }
      assertTrue(log.figures().unauthenticated() > 100);
      AuditLogs.assertRefused(log.countUnauthenticated(stranger("192.0.2.1", second.get())));
      assertTrue(log.isAvailable(), "others are served");
      assertTrue(AuditLogs.fill(log, "r") > 1_000);
    }
  }

  private static boolean isCounted(MappedAuditLog log, long second) {
    return !log.countUnauthenticated(stranger("192.0.2.1", second)).isCompletedExceptionally();
  }
}
