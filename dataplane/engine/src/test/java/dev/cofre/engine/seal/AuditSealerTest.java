package dev.cofre.engine.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.Receipt;
import dev.cofre.contract.audit.seal.ReceiptIssuer;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealedLog;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SimulatedHsm;
import dev.cofre.hsm.SoftHsmToken;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealing with a key in a SoftHSM2 token. */
class AuditSealerTest {
  private static Hsm hsm;

  @TempDir Path temporary;
  private Path directory;

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
    directory = temporary.resolve("audit");
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "it did not come about in time");
      Thread.onSpinWait();
    }
  }

  private SealedLog sealed() {
    return new SealedLog(directory, AuditSegments.EVENTS);
  }

  @Test
  void whatIsAppendedIsUnderASignedHeadSoon() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, SealedLogs.SMALL);
        AuditSealer sealer = SealedLogs.sealer(directory, log, hsm)) {
      for (int i = 1; i <= 3; i++) {
        SealedLogs.append(log, "r" + i);
        int size = i;
        await(() -> sealer.sealed(AuditSegments.EVENTS).map(Sealed::size).orElse(0L) == size);
        assertEquals(List.of(), SealedLogs.findings(directory, SealedLogs.key(directory)));
      }
      assertTrue(sealer.figures().isWorking());
      assertTrue(sealer.figures().sealed() >= 3);
    }
  }

  @Test
  void aKeyThatWasDeletedLiesBesideTheLogAgain() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, SealedLogs.SMALL);
        AuditSealer sealer = SealedLogs.sealer(directory, log, hsm)) {
      Path key = directory.resolve(SealFiles.KEY_FILE);
      await(() -> Files.exists(key));
      String before = Files.readString(key);
      Files.delete(key);
      await(() -> Files.exists(key));
      assertEquals(before, Files.readString(key));
      assertTrue(sealer.figures().isWorking());
    }
  }

  @Test
  void aLogOfManySegmentsAndStartsIsOneTree() throws IOException {
    for (int start = 0; start < 4; start++) {
      SealedLogs.write(directory, hsm, "s" + start + "-", 150);
    }
    NoteKey key = SealedLogs.key(directory);
    List<ChainReport> reports = new LogVerifier(directory, key, List.of(), false).verify();
    for (ChainReport report : reports) {
      assertEquals(List.of(), report.findings());
      assertEquals(0, report.unsealed());
      assertEquals(report.records(), report.head().orElseThrow().size());
    }
    assertEquals(600, reports.getFirst().records());
    assertTrue(AuditSegments.list(directory, AuditSegments.EVENTS).size() > 5);
    List<SignedHead> heads = sealed().heads();
    assertTrue(heads.size() > 5);
    SignedHead last = heads.getLast();
    for (SignedHead head : heads) {
      assertTrue(
          MerkleProofs.verifiesConsistency(
              head.size(),
              head.checkpoint().root(),
              last.size(),
              last.checkpoint().root(),
              MerkleProofs.consistency(
                  sealed().tree(sealed().range(head.size())), head.size(), last.size())));
      assertEquals(List.of(), SealedLogs.findings(directory, key, head));
    }
  }

  @Test
  void aCallerGetsAReceiptThatNeedsNoLog() throws IOException {
    SealedLogs.write(directory, hsm, "r", 300);
    NoteKey key = SealedLogs.key(directory);
    for (String id : List.of("r0", "r17", "r299")) {
      List<Receipt> receipts = new ReceiptIssuer(directory).receipts(id);
      assertEquals(1, receipts.size());
      Receipt read = Receipt.parse(receipts.getFirst().toString());
      assertEquals(id, read.event().requestId());
      assertTrue(read.verifies(key));
      byte[] record = read.record();
      record[record.length - 1]++;
      assertFalse(new Receipt(record, read.index(), read.path(), read.head()).verifies(key));
      assertFalse(
          new Receipt(read.record(), read.index() + 1, read.path(), read.head()).verifies(key));
    }
    assertEquals(List.of(), new ReceiptIssuer(directory).receipts("nobody's"));
  }

  @Test
  void aCutBackLogIsFoundByAHeadThatSomebodyKept() throws IOException {
    SealedLogs.write(directory, hsm, "a", 50);
    Path earlier = temporary.resolve("earlier");
    SealedLogs.copy(directory, earlier);
    SealedLogs.write(directory, hsm, "b", 50);
    SignedHead kept = sealed().lastHead().orElseThrow();
    NoteKey key = SealedLogs.key(directory);
    assertEquals(List.of(), SealedLogs.findings(earlier, key));
    List<Finding> found = SealedLogs.findings(earlier, key, kept);
    assertEquals(List.of(Finding.Kind.CUT), found.stream().map(Finding::kind).toList());
    assertEquals(50, found.getFirst().index());
  }

  @Test
  void aRewrittenLogIsFoundByAHeadThatSomebodyKept() throws IOException {
    SealedLogs.write(directory, hsm, "a", 50);
    SignedHead kept = sealed().lastHead().orElseThrow();
    Path other = temporary.resolve("other");
    SealedLogs.write(other, hsm, "z", 60);
    List<Finding> found = SealedLogs.findings(other, SealedLogs.key(directory), kept);
    assertEquals(List.of(Finding.Kind.UNPROVEN), found.stream().map(Finding::kind).toList());
  }

  @Test
  void withoutTheHsmEventsAreTakenAndSealedLater() throws IOException {
    SimulatedHsm simulated = new SimulatedHsm(Duration.ZERO, 2);
    simulated.fail(SimulatedHsm.Outage.ERRORS);
    try (MappedAuditLog log = MappedAuditLog.open(directory, SealedLogs.SMALL);
        AuditSealer sealer = SealedLogs.sealer(directory, log, simulated)) {
      for (int i = 0; i < 200; i++) {
        SealedLogs.append(log, "r" + i);
      }
      await(() -> !sealer.figures().isWorking() && sealer.figures().lagMs() > 50);
      simulated.fail(SimulatedHsm.Outage.NONE);
      await(() -> sealer.sealed(AuditSegments.EVENTS).map(Sealed::size).orElse(0L) == 200);
      await(() -> sealer.figures().isWorking());
    }
    assertEquals(List.of(), SealedLogs.findings(directory, SealedLogs.key(directory)));
  }

  @Test
  void aChangeWhileThePlaneWasStoppedIsToldAndSealingGoesOn() throws IOException {
    SealedLogs.write(directory, hsm, "a", 10);
    Path segment = AuditSegments.file(directory, AuditSegments.EVENTS, 1);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[64 + 60]++;
    Files.write(segment, bytes);
    try (MappedAuditLog log = MappedAuditLog.open(directory, SealedLogs.SMALL);
        AuditSealer sealer = SealedLogs.sealer(directory, log, hsm)) {
      SealedLogs.append(log, "b");
      await(() -> sealer.figures().broken() == 1);
      await(() -> sealer.sealed(AuditSegments.EVENTS).map(Sealed::size).orElse(0L) >= 11);
    }
    List<Finding> found = SealedLogs.findings(directory, SealedLogs.key(directory));
    assertTrue(found.stream().anyMatch(f -> f.kind() == Finding.Kind.DROPPED && f.index() == 0));
  }

  @Test
  void sealsThatDoNotFitTheHeadsArePutAside() throws IOException {
    SealedLogs.write(directory, hsm, "a", 10);
    Path seal = SealFiles.seal(directory, AuditSegments.EVENTS, 1);
    byte[] bytes = Files.readAllBytes(seal);
    bytes[bytes.length - 1]++;
    Files.write(seal, bytes);
    SignedHead kept = sealed().lastHead().orElseThrow();
    SealedLogs.write(directory, hsm, "b", 10);
    assertEquals(List.of(), SealedLogs.findings(directory, SealedLogs.key(directory), kept));
    assertEquals(20, sealed().lastHead().orElseThrow().size());
  }

  @Test
  void sealingGoesOnBehindATruncatedFile() throws IOException {
    try (MappedAuditLog log =
            MappedAuditLog.open(directory, new AuditLogConfig(false, 4L << 20, 1L << 16));
        AuditSealer sealer = SealedLogs.sealer(directory, log, hsm)) {
      for (int i = 0; i < 300; i++) {
        SealedLogs.append(log, "r" + i);
      }
      await(() -> sealer.sealed(AuditSegments.EVENTS).map(Sealed::size).orElse(0L) == 300);
      Path segment = AuditSegments.file(directory, AuditSegments.EVENTS, 1);
      try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        file.truncate(4_096);
      }
      await(() -> log.figures().losses() == 1);
      SealedLogs.append(log, "after");
      await(() -> sealer.sealed(AuditSegments.EVENTS).map(Sealed::size).orElse(0L) >= 302);
    }
    List<Finding> found = SealedLogs.findings(directory, SealedLogs.key(directory));
    Set<Finding.Kind> kinds = found.stream().map(Finding::kind).collect(Collectors.toSet());
    assertTrue(kinds.contains(Finding.Kind.DROPPED), kinds::toString);
    assertTrue(
        Set.of(Finding.Kind.DROPPED, Finding.Kind.DAMAGED).containsAll(kinds), kinds::toString);
    assertTrue(found.getFirst().index() < 300);
  }

  @Test
  void countsThatGoOnAfterTheirRecordIsSealedGetAnother() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, new AuditLogConfig(false, 1L << 20));
        AuditSealer sealer = SealedLogs.sealer(directory, log, hsm)) {
      SealedLogs.count(log, "192.0.2.1");
      await(() -> sealer.sealed(AuditSegments.UNAUTHENTICATED).map(Sealed::size).orElse(0L) == 1);
      SealedLogs.count(log, "192.0.2.1");
      SealedLogs.count(log, "192.0.2.1");
      assertEquals(3, log.figures().unauthenticated());
    }
    List<Long> counts = AuditLogReader.events(directory).stream().map(AuditEvent::count).toList();
    assertEquals(3, counts.stream().mapToLong(Long::longValue).sum());
    assertTrue(counts.size() >= 2, counts::toString);
    assertEquals(List.of(), SealedLogs.findings(directory, SealedLogs.key(directory)));
  }
}
