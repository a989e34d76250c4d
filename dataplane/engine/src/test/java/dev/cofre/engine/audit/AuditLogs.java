package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogEntry;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/** What the tests of the audit log share. */
final class AuditLogs {
  /** The smallest log: segments of 60 KiB. */
  static final AuditLogConfig SMALL = new AuditLogConfig(false, AuditLogConfig.BYTES_MAX_LEAST);

  private static final long LIMIT_NS = 30_000_000_000L;

  private AuditLogs() {}

  static AuditEvent event(String requestId) {
    return AuditEvent.of(Instant.EPOCH, "node", requestId, "encrypt").build();
  }

  static AuditEvent stranger(String address, long second) {
    return AuditEvent.of(Instant.ofEpochSecond(second), "node", "r", "decrypt")
        .caller(null, "none", address)
        .denied("unauthenticated")
        .build();
  }

  /** The request ids of all committed events, in order; nothing may be damaged. */
  static List<String> requestIds(Path directory) throws IOException {
    List<String> ids = new ArrayList<>();
    AuditLogReader reader = AuditLogReader.open(directory);
    for (AuditLogEntry entry = reader.nextCommitted();
        entry != null;
        entry = reader.nextCommitted()) {
      ids.add(entry.event().requestId());
    }
    return ids;
  }

  static void assertRefused(CompletableFuture<Void> future) {
    CompletionException failure = assertThrows(CompletionException.class, future::join);
    ProblemException problem = assertInstanceOf(ProblemException.class, failure.getCause());
    assertEquals(ErrorCode.AUDIT_UNAVAILABLE, problem.code());
  }

  static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + LIMIT_NS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNs) {
        throw new AssertionError("it did not come about in time");
      }
      Thread.onSpinWait();
    }
  }

  /** Appends until it is refused, though the keeper had the time to make room; returns how many. */
  static int fill(AuditLog log, String prefix) {
    int taken = 0;
    while (true) {
      if (!log.append(event(prefix + taken)).isCompletedExceptionally()) {
        taken++;
      } else if (!becomesAvailable(log)) {
        return taken;
      }
    }
  }

  /** Whether room is made within twice the keeper's period. */
  private static boolean becomesAvailable(AuditLog log) {
    return comesAbout(log::isAvailable);
  }

  /** Whether {@code condition} is true within twice the keeper's period. */
  static boolean comesAbout(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + 2_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNs) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }
}
