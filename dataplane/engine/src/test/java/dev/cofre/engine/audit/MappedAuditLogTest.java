package dev.cofre.engine.audit;

import static dev.cofre.engine.audit.AuditLogs.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedAuditLogTest {
  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void name() {
    directory = temporary.resolve("audit");
  }

  @Test
  void whatIsAcknowledgedIsInTheLog() throws IOException {
    List<String> expected = new ArrayList<>();
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      for (int i = 0; i < 100; i++) {
        log.append(event("r" + i)).join();
        expected.add("r" + i);
        assertEquals(expected, AuditLogs.requestIds(directory));
      }
      assertSame(log.append(event("a")), log.append(event("b")), "no future for each append");
    }
  }

  @Test
  void onlyTheOwnerReads() throws IOException {
    MappedAuditLog.open(directory, AuditLogs.SMALL).close();
    assertEquals("rwx------", mode(directory));
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertEquals(5, all.size(), "a lock, and two segments of each chain: " + all);
      for (Path file : all) {
        assertEquals("rw-------", mode(file), file::toString);
      }
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  /** Every acknowledged event once, each thread's in its order, each pair together. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyAppendersLoseNothing(boolean sync) throws Exception {
    int threads = 6;
    int each = sync ? 200 : 20_000;
    AuditLogConfig config = new AuditLogConfig(sync, 1L << 28, 1L << 20);
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    try (MappedAuditLog log = MappedAuditLog.open(directory, config)) {
      List<Thread> running =
          IntStream.range(0, threads)
              .mapToObj(t -> Thread.ofPlatform().start(() -> pairs(log, t, each, acknowledged)))
              .toList();
      for (Thread thread : running) {
        thread.join();
      }
      assertEquals(acknowledged.size(), log.figures().records());
    }
    List<String> found = AuditLogs.requestIds(directory);
    assertEquals(threads * each * 2, acknowledged.size());
    assertEquals(acknowledged.size(), found.size());
    assertEquals(new HashSet<>(acknowledged), new HashSet<>(found));
    for (int i = 0; i < found.size(); i += 2) {
      assertEquals(found.get(i).replace('a', 'b'), found.get(i + 1), "appended as one");
    }
  }

  private static void pairs(MappedAuditLog log, int thread, int each, Queue<String> acknowledged) {
    for (int i = 0; i < each; i++) {
      List<String> ids = List.of(thread + "-" + i + "a", thread + "-" + i + "b");
      List<AuditEvent> events = ids.stream().map(AuditLogs::event).toList();
      // A small segment may be full before its successor stands: that is a refusal.
      while (log.append(events).handle((done, failure) -> failure).join() != null) {
        AuditLogs.await(log::isAvailable);
      }
      acknowledged.addAll(ids);
    }
  }

  @Test
  void itGoesOnAfterARestart() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int start = 0; start < 5; start++) {
      try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
        for (int i = 0; i < 3; i++) {
          expected.add(start + "-" + i);
          log.append(event(start + "-" + i)).join();
        }
      }
      assertEquals(expected, AuditLogs.requestIds(directory));
    }
    assertFalse(Files.exists(directory.resolve("segment-0000000003")), "in the same segment");
  }

  @Test
  void twoWritersAreRefused() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      assertTrue(log.isAvailable());
      assertThrows(IOException.class, () -> MappedAuditLog.open(directory, AuditLogs.SMALL));
    }
    MappedAuditLog.open(directory, AuditLogs.SMALL).close();
  }

  @Test
  void aClosedLogRefuses() throws IOException {
    for (boolean sync : new boolean[] {false, true}) {
      AuditLogConfig config = new AuditLogConfig(sync, AuditLogConfig.BYTES_MAX_LEAST);
      MappedAuditLog log = MappedAuditLog.open(directory, config);
      log.close();
      AuditLogs.assertRefused(log.append(event("late")));
      AuditLogs.assertRefused(log.countUnauthenticated(AuditLogs.stranger("a", 1)));
      assertFalse(log.isAvailable());
    }
  }

  @Test
  void anEmptyListIsNoRecord() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      log.append(List.of()).join();
    }
    assertEquals(List.of(), AuditLogs.requestIds(directory));
  }

  /** All or nothing: what does not fit into a segment is refused and leaves no trace. */
  @Test
  void whatIsTooLongIsRefusedWhole() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      AuditLogs.assertRefused(log.append(Collections.nCopies(10_000, event("many"))));
      log.append(Collections.nCopies(100, event("few"))).join();
      assertTrue(log.isAvailable());
      assertEquals(1, log.figures().refused());
    }
    assertEquals(Collections.nCopies(100, "few"), AuditLogs.requestIds(directory));
  }
}
