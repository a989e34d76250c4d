package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileAuditLogTest {
  @TempDir Path directory;

  private static AuditEvent event(String requestId) {
    return AuditEvent.of(Instant.EPOCH, "node", requestId, "encrypt").build();
  }

  @Test
  void whatIsAcknowledgedIsInTheFile() throws IOException {
    Path file = directory.resolve("audit");
    try (FileAuditLog log = FileAuditLog.open(file, false, 1 << 20)) {
      for (int i = 0; i < 100; i++) {
        String id = "r" + i;
        log.append(event(id)).join();
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.getLast().contains("\"requestId\":\"" + id + "\""));
      }
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void manyAppendersLoseNothing() throws Exception {
    Path file = directory.resolve("audit");
    int threads = 4;
    int each = 2_000;
    try (FileAuditLog log = FileAuditLog.open(file, false, 1 << 24)) {
      List<Thread> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int id = t;
        running.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < each; i++) {
                        log.append(List.of(event(id + "-" + i + "a"), event(id + "-" + i + "b")))
                            .join();
                      }
                    }));
      }
      for (Thread thread : running) {
        thread.join();
      }
    }
    assertEquals(16_000, Files.readAllLines(file).stream().distinct().count());
  }

  @Test
  void aTornLastLineIsCutOff() throws IOException {
    Path file = directory.resolve("audit");
    try (FileAuditLog log = FileAuditLog.open(file, true, 1 << 20)) {
      log.append(event("whole")).join();
    }
    Files.writeString(file, "{\"v\":1,\"time\":\"torn".repeat(10_000), StandardOpenOption.APPEND);
    try (FileAuditLog log = FileAuditLog.open(file, true, 1 << 20)) {
      log.append(event("next")).join();
    }
    List<String> lines = Files.readAllLines(file);
    assertEquals(2, lines.size());
    assertTrue(lines.get(1).contains("next"));
  }

  @Test
  void aFullLogRefusesAndSaysSo() throws IOException {
    Path file = directory.resolve("audit");
    try (FileAuditLog log = FileAuditLog.open(file, false, 200)) {
      log.append(event("fits")).join();
      CompletableFuture<Void> refused = log.append(event("does-not-fit".repeat(20)));
      CompletionException failure = assertThrows(CompletionException.class, refused::join);
      ProblemException problem = assertInstanceOf(ProblemException.class, failure.getCause());
      assertEquals(ErrorCode.AUDIT_UNAVAILABLE, problem.code());
      assertFalse(log.isAvailable());
    }
    assertEquals(1, Files.readAllLines(file).size());
  }

  @Test
  void twoWritersAreRefused() throws IOException {
    Path file = directory.resolve("audit");
    try (FileAuditLog log = FileAuditLog.open(file, false, 1 << 20)) {
      assertTrue(log.isAvailable());
      assertThrows(Exception.class, () -> FileAuditLog.open(file, false, 1 << 20));
    }
  }

  @Test
  void aClosedLogRefuses() throws IOException {
    FileAuditLog log = FileAuditLog.open(directory.resolve("audit"), false, 1 << 20);
    log.close();
    assertTrue(log.append(event("late")).isCompletedExceptionally());
  }
}
