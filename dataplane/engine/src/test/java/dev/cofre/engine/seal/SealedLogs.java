package dev.cofre.engine.seal;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.hsm.Hsm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the tests of sealing share. */
final class SealedLogs {
  static final String NODE = "n1";

  /** Segments of a page, of which a few dozen events fill one. */
  static final AuditLogConfig SMALL = new AuditLogConfig(false, 1L << 20, 4_096);

  private SealedLogs() {}

  static AuditEvent event(String requestId) {
    return AuditEvent.of(Instant.EPOCH, NODE, requestId, "encrypt")
        .caller("app", "token", "192.0.2.1")
        .amount(1, 1_024)
        .build();
  }

  static AuditEvent stranger(String address) {
    return AuditEvent.of(Instant.EPOCH, NODE, "r", "decrypt")
        .caller(null, "none", address)
        .denied("unauthenticated")
        .build();
  }

  static AuditSealer sealer(Path directory, MappedAuditLog log, Hsm hsm) {
    return sealer(directory, log, NODE, hsm);
  }

  static AuditSealer sealer(Path directory, MappedAuditLog log, String node, Hsm hsm) {
    return new AuditSealer(directory, log, node, hsm, Duration.ofMillis(20), Clock.systemUTC());
  }

  /** Appends the event of {@code requestId}; where a segment is full, once there is another. */
  static void append(MappedAuditLog log, String requestId) {
    until(() -> log.append(event(requestId)));
  }

  /** Counts a request from {@code address}. */
  static void count(MappedAuditLog log, String address) {
    until(() -> log.countUnauthenticated(stranger(address)));
  }

  private static void until(Supplier<CompletableFuture<Void>> taken) {
    long deadlineNs = System.nanoTime() + 30_000_000_000L;
    while (taken.get().isCompletedExceptionally()) {
      if (System.nanoTime() > deadlineNs) {
        throw new AssertionError("the log takes no record");
      }
      Thread.onSpinWait();
    }
  }

  /** Appends {@code count} events and a few unauthenticated ones, and seals all of them. */
  static SealFigures write(Path directory, Hsm hsm, String prefix, int count) throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, SMALL);
        AuditSealer sealer = sealer(directory, log, hsm)) {
      for (int i = 0; i < count; i++) {
        append(log, prefix + i);
        if (i % 10 == 0) {
          count(log, "192.0.2." + i % 7);
        }
      }
      return sealer.figures();
    }
  }

  static NoteKey key(Path directory) throws IOException {
    return NoteKey.parse(Files.readString(directory.resolve(SealFiles.KEY_FILE)));
  }

  static List<Finding> findings(Path directory, NoteKey key, SignedHead... against)
      throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (ChainReport report : new LogVerifier(directory, key, List.of(against), false).verify()) {
      findings.addAll(report.findings());
    }
    return findings;
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
