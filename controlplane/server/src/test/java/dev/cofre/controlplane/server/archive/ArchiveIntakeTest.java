package dev.cofre.controlplane.server.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.ship.ShippedRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each record is taken once, where it belongs, and what was acknowledged survives. */
class ArchiveIntakeTest {
  private static final int SEGMENT_BYTES = 8_192;

  @TempDir Path directory;
  private GeneratedLog log;
  private final List<ShippedRecords> batches = new ArrayList<>();

  @BeforeEach
  void makeBatches() throws Exception {
    log = new GeneratedLog("n1");
    for (int i = 0; i < 20; i++) {
      List<AuditEvent> events = new ArrayList<>();
      for (int n = 0; n < 25; n++) {
        events.add(
            AuditEvent.of(Instant.EPOCH.plusMillis(i * 25L + n), "n1", i + "." + n, "encrypt")
                .caller("app", "token", "192.0.2.1")
                .build());
      }
      batches.add(log.append(events));
    }
  }

  private List<Finding> findings() throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (ChainReport report :
        new LogVerifier(directory.resolve("node-n1"), log.key(), List.of(), false).verify()) {
      findings.addAll(report.findings());
    }
    return findings;
  }

  private List<String> ids() throws IOException {
    return AuditLogReader.events(directory.resolve("node-n1")).stream()
        .map(AuditEvent::requestId)
        .toList();
  }

  private static List<String> expected() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      for (int n = 0; n < 25; n++) {
        ids.add(i + "." + n);
      }
    }
    return ids;
  }

  @Test
  void whatIsSentAgainIsTakenOnce() throws Exception {
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      for (ShippedRecords batch : batches) {
        ShippedRecords received = ShippedRecords.parse(batch.toBytes());
        long size = batch.from() + batch.count();
        assertEquals(size, archive.take(received));
        assertEquals(size, archive.take(received));
        assertEquals(size, archive.take(batches.getFirst()));
      }
    }
    assertEquals(expected(), ids());
    assertEquals(List.of(), findings());
  }

  @Test
  void aTailThatAKillHasCutIsSentAgain() throws Exception {
    Random random = new Random(7);
    long size = 0;
    for (int kill = 0; size < log.size(); kill++) {
      try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
        size = archive.size(log.origin);
        for (int n = 0; n < 2 && size < log.size(); n++) {
          size = archive.take(beginning((int) size));
        }
      }
      if (size < log.size()) {
        damageTail(random, kill);
      }
    }
    assertEquals(expected(), ids());
    assertEquals(List.of(), findings());
  }

  /** The records from {@code from} to the end of their batch, proven by the head of that batch. */
  private ShippedRecords beginning(int from) {
    ShippedRecords batch = batches.get(from / 25);
    ByteBuffer rest = batch.entries().duplicate();
    dev.cofre.contract.transparency.CompactRange before = batch.before().copy();
    byte[] hashes = batch.hashes();
    int at = 0;
    for (int i = 0; i < from % 25; i++) {
      before.append(hashes, i * 32);
      at += dev.cofre.contract.audit.AuditRecordFormat.aligned(rest.getInt(at));
    }
    return new ShippedRecords(
        false,
        from,
        25 - from % 25,
        rest.slice(at, rest.limit() - at),
        log.size(),
        batch.head(),
        batch.key(),
        List.of(),
        before);
  }

  /** Cuts the newest segment somewhere, or overwrites its end, as a power cut may. */
  private void damageTail(Random random, int kill) throws IOException {
    Path folder = directory.resolve("node-n1");
    Path newest = AuditSegments.list(folder, AuditSegments.EVENTS).lastEntry().getValue();
    if (java.nio.file.Files.exists(newest.resolveSibling(newest.getFileName() + ".index"))) {
      return;
    }
    try (FileChannel channel = FileChannel.open(newest, StandardOpenOption.WRITE)) {
      long cut = Math.max(0, channel.size() - random.nextInt(700));
      if (kill % 2 == 0) {
        channel.truncate(cut);
      } else {
        channel.write(ByteBuffer.allocate((int) (channel.size() - cut)), cut);
      }
    }
  }

  @Test
  void whatNoHeadIsOverIsRefused() throws Exception {
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      archive.take(batches.get(0));
      ShippedRecords next = batches.get(1);
      ShippedRecords swapped =
          new ShippedRecords(
              false,
              25,
              25,
              batches.get(2).entries(),
              next.sealed(),
              next.head(),
              next.key(),
              List.of(),
              next.before());
      assertThrows(UnprovenRecordsException.class, () -> archive.take(swapped));
      ShippedRecords beyond =
          new ShippedRecords(
              false,
              25,
              25,
              next.entries(),
              next.sealed(),
              batches.get(0).head(),
              next.key(),
              List.of(),
              next.before());
      assertThrows(UnprovenRecordsException.class, () -> archive.take(beyond));
      assertEquals(50, archive.take(next));
    }
    assertEquals(50, ids().size());
    assertEquals(List.of(), findings());
  }

  @Test
  void lostRecordsLeaveTheirHashesAndTheRestGoesOn() throws Exception {
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      archive.take(batches.get(0));
      ShippedRecords gone = batches.get(1);
      ByteBuffer hashes = ByteBuffer.wrap(gone.hashes());
      ShippedRecords lost =
          new ShippedRecords(
              true,
              25,
              25,
              hashes,
              gone.sealed(),
              gone.head(),
              gone.key(),
              List.of(),
              gone.before());
      assertEquals(50, archive.take(ShippedRecords.parse(lost.toBytes())));
    }
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      assertEquals(50, archive.size(log.origin));
      assertEquals(75, archive.take(batches.get(2)));
    }
    assertEquals(50, ids().size());
    assertTrue(
        findings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.GAP),
        () -> "the loss is told");
  }

  @Test
  void damagedMessagesAreNoMessages() {
    byte[] bytes = batches.get(3).toBytes();
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] changed = bytes.clone();
      int at = random.nextInt(bytes.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      refused += isRefused(i % 2 == 0 ? changed : java.util.Arrays.copyOf(bytes, at)) ? 1 : 0;
    }
    assertTrue(refused > 1_800, "refused: " + refused);
  }

  private static boolean isRefused(byte[] message) {
    try {
      ShippedRecords.parse(message);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }
}
