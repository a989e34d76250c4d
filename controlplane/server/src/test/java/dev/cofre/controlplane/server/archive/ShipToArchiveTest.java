package dev.cofre.controlplane.server.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.seal.AuditSealer;
import dev.cofre.engine.ship.AuditShipper;
import dev.cofre.engine.ship.ShipTarget;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real log, sealed by a real token, shipped over a way that fails all the time. */
class ShipToArchiveTest {
  /** Segments of a page: a few dozen events fill one. */
  private static final AuditLogConfig SMALL = new AuditLogConfig(false, 1L << 20, 4_096);

  private static Hsm hsm;

  @TempDir Path temporary;
  private Path log;
  private Path archived;

  @BeforeAll
  static void login() {
    hsm = SoftHsmToken.login();
  }

  @AfterAll
  static void logout() {
    hsm.close();
  }

  @BeforeEach
  void name() {
    log = temporary.resolve("log");
    archived = temporary.resolve("archive");
  }

  /** Fails before or after the archive took the records, half of the time. */
  private static ShipTarget faulty(Archive archive) {
    Random random = new Random(5);
    return new ShipTarget() {
      @Override
      public long send(ShippedRecords records) throws IOException {
        int fault = random.nextInt(4);
        if (fault == 0) {
          throw new IOException("lost on the way there");
        }
        try {
          long size = archive.take(ShippedRecords.parse(records.toBytes()));
          if (fault == 1) {
            throw new IOException("lost on the way back");
          }
          return size;
        } catch (UnprovenRecordsException e) {
          throw new RefusedException(e.getMessage());
        }
      }
    };
  }

  private static void append(MappedAuditLog log, int number) {
    AuditEvent event =
        AuditEvent.of(Instant.EPOCH.plusMillis(number), "n1", "r" + number, "encrypt")
            .caller("app", "token", "192.0.2.1")
            .build();
    await(() -> !log.append(event).isCompletedExceptionally());
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + 180_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "it did not come about in time");
      Thread.onSpinWait();
    }
  }

  private AuditSealer sealer(MappedAuditLog of) {
    return new AuditSealer(log, of, "n1", hsm, Duration.ofMillis(20), Clock.systemUTC());
  }

  private List<String> ids() throws IOException {
    return AuditLogReader.events(archived.resolve("node-n1")).stream()
        .map(AuditEvent::requestId)
        .toList();
  }

  private List<Finding> findings() throws IOException {
    NoteKey key = NoteKey.parse(Files.readString(log.resolve(SealFiles.KEY_FILE)));
    List<Finding> findings = new ArrayList<>();
    for (ChainReport report :
        new LogVerifier(archived.resolve("node-n1"), key, List.of(), false).verify()) {
      findings.addAll(report.findings());
    }
    return findings;
  }

  private static List<String> expected(int count) {
    return IntStream.range(0, count).mapToObj(i -> "r" + i).toList();
  }

  /** Waits until {@code count} records are archived. */
  private static void awaitArchived(Archive archive, long count) {
    await(
        () -> {
          try {
            return archive.size("cofre-audit/n1/segment") >= count;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void eachEventArrivesOnceThroughRestartsAndFaults() throws Exception {
    int number = 0;
    for (int start = 0; start < 3; start++) {
      try (Archive archive = Archive.open(archived, 6_000);
          MappedAuditLog events = MappedAuditLog.open(log, SMALL);
          AuditSealer sealer = sealer(events);
          AuditShipper shipper = new AuditShipper(log, sealer, SMALL, 64 << 10, faulty(archive))) {
        for (int n = 0; n < 400; n++) {
          append(events, number++);
        }
        awaitArchived(archive, number);
        await(() -> shipper.figures().lagEvents() == 0);
      }
    }
    assertEquals(expected(number), ids());
    assertEquals(List.of(), findings());
    assertFalse(
        AuditSegments.list(log, AuditSegments.EVENTS).containsKey(1L),
        "what is archived was deleted here");
  }

  @Test
  void aLogThatRanFullHasRoomAgainWhenItIsShipped() throws Exception {
    AuditLogConfig tiny = new AuditLogConfig(false, 256 << 10, 16_384);
    try (Archive archive = Archive.open(archived, 1 << 20);
        MappedAuditLog events = MappedAuditLog.open(log, tiny);
        AuditSealer sealer = sealer(events)) {
      int number = 0;
      AuditEvent event =
          AuditEvent.of(Instant.EPOCH, "n1", "full", "encrypt")
              .caller("app", "token", "192.0.2.1")
              .build();
      // A refusal may only mean that the next file is not made yet: 15 are all there can be.
      while (events.isAvailable() || AuditSegments.list(log, AuditSegments.EVENTS).size() < 15) {
        number += events.append(event).isCompletedExceptionally() ? 0 : 1;
      }
      long full = number;
      try (AuditShipper shipper =
          new AuditShipper(log, sealer, tiny, Long.MAX_VALUE, faulty(archive))) {
        await(() -> !events.append(event).isCompletedExceptionally() && events.isAvailable());
        awaitArchived(archive, full);
        await(() -> shipper.figures().freedBytes() > 0);
      }
    }
  }

  @Test
  void whatIsDeletedHereDoesNotHoldUpTheRest() throws Exception {
    try (Archive archive = Archive.open(archived, 6_000);
        MappedAuditLog events = MappedAuditLog.open(log, SMALL);
        AuditSealer sealer = sealer(events)) {
      for (int n = 0; n < 200; n++) {
        append(events, n);
      }
      await(
          () -> sealer.sealed(AuditSegments.EVENTS).map(head -> head.size() >= 200).orElse(false));
      Files.delete(AuditSegments.file(log, AuditSegments.EVENTS, 2));
      try (AuditShipper shipper = new AuditShipper(log, sealer, SMALL, 1 << 20, faulty(archive))) {
        awaitArchived(archive, 200);
        await(() -> shipper.figures().lagEvents() == 0);
      }
    }
    List<String> there = ids();
    assertTrue(there.size() > 100 && there.size() < 200, "archived: " + there.size());
    assertEquals("r199", there.getLast());
    assertTrue(
        findings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.GAP),
        "the loss is told");
  }
}
