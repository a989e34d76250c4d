package dev.cofre.controlplane.server.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.controlplane.domain.AuditRemoval;
import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.EventQuery;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.controlplane.server.investigate.LogState;
import dev.cofre.controlplane.server.retention.RetentionFixture.MovedClock;
import dev.cofre.controlplane.server.retention.Verdict.Outcome;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreLocation;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is removed and what stays, on each database. */
abstract class RetentionContract {
  private static final Map<DataClass, Integer> NONE = Map.of();

  @TempDir Path directory;
  private final MovedClock clock = new MovedClock();
  private Store store;
  private RetentionFixture fixture;

  abstract StoreLocation freshDatabase() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(freshDatabase(), clock);
    fixture = new RetentionFixture(directory, store);
  }

  @AfterEach
  void close() {
    fixture.archive.close();
    store.close();
  }

  private void passed(int days) {
    clock.set(RetentionFixture.BEGIN.plus(Duration.ofDays(days)));
  }

  private static EventQuery all() {
    return new EventQuery(
        List.of(List.of()), Long.MIN_VALUE, Long.MAX_VALUE, Optional.empty(), 500);
  }

  private List<Verdict> plan() {
    return fixture.retention().plan(100, System.nanoTime() + 60_000_000_000L).verdicts();
  }

  private Outcome stays() {
    return plan().getLast().outcome();
  }

  @Test
  void nothingIsEverRemovedUnlessItIsSet() throws Exception {
    fixture.archive(10, Optional.empty(), "app");
    passed(30_000);
    assertEquals(0, fixture.removeAll());
    assertEquals(Outcome.FOREVER, stays());
    assertEquals(200, fixture.verify(List.of()).records());
  }

  @Test
  void whatIsOlderGoesAndTheRestStillProvesItself() throws Exception {
    fixture.archive(10, Optional.empty(), "app");
    fixture.set(100, NONE);
    int segments = fixture.files("").size();
    passed(100);
    assertEquals(Outcome.YOUNG, stays());
    assertEquals(0, fixture.removeAll());
    passed(105);
    List<Verdict> due = plan().stream().filter(v -> v.outcome() == Outcome.DUE).toList();
    assertTrue(due.size() >= 2 && due.size() < segments, due::toString);
    long bytes = fixture.archive.figures().bytes();

    assertEquals(due.size(), fixture.removeAll());

    assertTrue(fixture.archive.figures().bytes() < bytes);
    assertEquals(segments - due.size(), fixture.files("").size());
    assertEquals(due.size(), fixture.files("\\.removed").size());
    long gone = due.getLast().segment().end();
    ChainReport report = fixture.verify(List.of(fixture.signer.key()));
    assertTrue(report.isIntact(), () -> report.findings().toString());
    assertEquals(gone, report.first());
    assertEquals(200 - gone, report.records());
    assertEquals(gone, report.removed().orElseThrow().events());
    assertEquals(due.size(), report.removed().orElseThrow().segments());
    assertEquals(RetentionFixture.BEGIN, report.removed().orElseThrow().oldest());
    assertTrue(report.removed().orElseThrow().policy().contains("no-key=100d"));
    // Decided, audited, done.
    List<AuditRemoval> rows = store.read(tx -> tx.auditRetention().newest(100));
    assertEquals(due.size(), rows.size());
    assertTrue(rows.stream().allMatch(row -> row.removed() != null));
    assertEquals(due.size(), fixture.witnessed.size());
    assertTrue(fixture.witnessed.get(0).startsWith("audit:remove " + fixture.log.origin));
  }

  @Test
  void theArchiveGoesOnAsIfNothingHadHappened() throws Exception {
    fixture.archive(10, Optional.empty(), "app");
    fixture.set(100, NONE);
    passed(105);
    assertTrue(fixture.removeAll() > 0);
    long gone = fixture.archive.removed(fixture.log.origin).orElseThrow().events();
    fixture.archive(5, Optional.empty(), "app");
    assertEquals(300 - gone, fixture.archive.search(all()).entries().size());
    fixture.archive.close();
    try (Archive again = Archive.open(fixture.directory, RetentionFixture.SEGMENT_BYTES)) {
      assertEquals(300, again.archived(fixture.log.origin));
      assertEquals(300 - gone, again.search(all()).entries().size());
      assertEquals(gone, again.removed(fixture.log.origin).orElseThrow().events());
      // One who follows from the beginning gets what there is.
      var tail = again.tail(fixture.log.origin, 0);
      assertEquals(gone, tail.read(1, 1).get(0).index());
      LogState state = LogState.all(again, List.of(), List.of()).get(0);
      assertTrue(state.isRemovedAfter(HeldEvents.nanos(RetentionFixture.BEGIN)));
      assertFalse(
          state.isRemovedAfter(HeldEvents.nanos(RetentionFixture.BEGIN.plus(Duration.ofDays(9)))));
      assertEquals(
          List.of(),
          again
              .search(
                  new EventQuery(
                      List.of(List.of(Value.of(Field.PRINCIPAL, "eve"))),
                      Long.MIN_VALUE,
                      Long.MAX_VALUE,
                      Optional.empty(),
                      10))
              .entries());
    }
    ChainReport report = fixture.verify(List.of(fixture.signer.key()));
    assertTrue(report.isIntact(), () -> report.findings().toString());
  }

  @Test
  void theLongestClassInASegmentRules() throws Exception {
    var internal = fixture.key("internal", DataClass.INTERNAL);
    var restricted = fixture.key("restricted", DataClass.RESTRICTED);
    fixture.archive(3, Optional.of(internal), "app");
    fixture.archive(2, Optional.of(restricted), "app");
    fixture.archive(5, Optional.of(internal), "app");
    fixture.set(50, Map.of(DataClass.INTERNAL, 100, DataClass.RESTRICTED, 1_000));
    passed(500);
    fixture.removeAll();
    Verdict first = plan().get(0);
    assertEquals(Outcome.YOUNG, first.outcome(), first.why());
    assertTrue(first.why().contains("restricted"), first.why());
    long kept = fixture.archive.removed(fixture.log.origin).orElseThrow().events();
    assertTrue(kept > 0 && kept <= 60, "before the restricted ones: " + kept);
    passed(2_000);
    fixture.removeAll();
    assertEquals(Outcome.NEWEST, stays());
  }

  @Test
  void aClassWithoutAPeriodIsKeptForEver() throws Exception {
    var restricted = fixture.key("restricted", DataClass.RESTRICTED);
    fixture.archive(6, Optional.of(restricted), "app");
    fixture.set(50, Map.of(DataClass.INTERNAL, 100));
    passed(30_000);
    assertEquals(0, fixture.removeAll());
    assertEquals(Outcome.FOREVER, stays());
  }

  @Test
  void aKeyThatNobodyKnowsIsOfNoClass() throws Exception {
    fixture.archive(6, Optional.of(UUID.randomUUID()), "app");
    fixture.set(50, NONE);
    passed(30_000);
    assertTrue(fixture.removeAll() > 0);
  }

  @Test
  void noPeriodIsShorterThanTheInstallationPermits() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    fixture.daysMin = 365;
    passed(300);
    assertEquals(0, fixture.removeAll());
    assertEquals(Outcome.YOUNG, stays());
    passed(400);
    assertTrue(fixture.removeAll() > 0);
    assertThrows(
        InvalidDocumentException.class,
        () -> AuditRetention.read(Map.of("noKeyDays", 364), 365, null));
  }

  @Test
  void aHoldKeepsWhatItIsAboutUntilItIsLifted() throws Exception {
    fixture.archive(5, Optional.empty(), "app");
    fixture.archive(1, Optional.empty(), "eve");
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    fixture.hold("case-1", Map.of("principal", "eve"));
    passed(30_000);
    fixture.removeAll();
    Verdict first = plan().get(0);
    assertEquals(Outcome.HELD, first.outcome());
    assertEquals(List.of("case-1"), first.holds());
    assertTrue(fixture.archive.removed(fixture.log.origin).orElseThrow().events() <= 100);
    assertEquals(1, fixture.retention().removeDue() == 0 ? 1 : 0);
    fixture.lift("case-1");
    assertTrue(fixture.removeAll() > 0);
    assertEquals(Outcome.NEWEST, stays());
  }

  @Test
  void holdsByKeyTimeAndAll() throws Exception {
    var key = fixture.key("payroll", DataClass.INTERNAL);
    fixture.archive(6, Optional.of(key), "app");
    fixture.set(50, Map.of(DataClass.INTERNAL, 50));
    passed(30_000);
    String last = RetentionFixture.BEGIN.plusSeconds(1).toString().substring(0, 19) + "Z";
    List<Map<String, Object>> holding =
        List.of(
            Map.of("all", true),
            Map.of("key", key.toString()),
            Map.of("to", last),
            Map.of("from", "2019-01-01T00:00:00Z", "principal", "app"));
    for (int i = 0; i < holding.size(); i++) {
      fixture.hold("h" + i, holding.get(i));
      assertEquals(0, fixture.removeAll(), holding.get(i)::toString);
      assertEquals(Outcome.HELD, stays());
      fixture.lift("h" + i);
    }
    fixture.hold("other", Map.of("principal", "eve"));
    fixture.hold("later", Map.of("from", "2021-01-01T00:00:00Z"));
    fixture.hold("other-key", Map.of("key", UUID.randomUUID().toString()));
    assertTrue(fixture.removeAll() > 0);
  }

  @Test
  void aHoldThatIsPlacedWhileSegmentsAreReadWins() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    boolean[] placed = new boolean[1];
    fixture.readers =
        (origin, end) -> {
          if (!placed[0]) {
            placed[0] = true;
            fixture.hold("just-now", Map.of("all", true));
          }
          return Optional.empty();
        };
    assertEquals(0, fixture.removeAll());
    assertTrue(placed[0]);
    assertEquals(List.of(), store.read(tx -> tx.auditRetention().newest(10)));
    assertEquals(List.of(), fixture.files("\\.removed"));
  }

  @Test
  void whatASinkDoesNotHaveStays() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    fixture.readers = (origin, end) -> end > 30 ? Optional.of("the sink lake") : Optional.empty();
    fixture.removeAll();
    assertEquals(Outcome.UNREAD, stays());
    assertEquals(1, fixture.retention().plan(100, Long.MAX_VALUE).verdicts().size());
  }

  @Test
  void whatIsDamagedStaysAsEvidence() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    Path first = fixture.folder().resolve(fixture.files("").get(0));
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length / 2] ^= 1;
    Files.write(first, bytes);
    assertEquals(0, fixture.removeAll());
    assertEquals(Outcome.DAMAGED, stays());
    assertTrue(Files.exists(first));
  }

  @Test
  void keptHeadsAreHeldAgainstTheRemovedPart() throws Exception {
    fixture.archive(10, Optional.empty(), "app");
    fixture.set(100, NONE);
    passed(105);
    fixture.removeAll();
    var key = List.of(fixture.signer.key());
    long gone = fixture.archive.removed(fixture.log.origin).orElseThrow().end();
    for (var head : fixture.heads) {
      ChainReport report = fixture.verify(key, head);
      assertTrue(report.isIntact(), () -> report.findings().toString());
    }
    // At the end of a removed segment it is compared, within one it cannot be.
    assertEquals(List.of(), fixture.verify(key, fixture.heads.getLast()).notes());
    var within = fixture.log.head(gone - 1, new byte[32]);
    assertEquals(1, fixture.verify(key, within).notes().size());
    var forged = fixture.log.head(gone, new byte[32]);
    assertEquals(Finding.Kind.UNPROVEN, fixture.verify(key, forged).findings().get(0).kind());
  }

  /** The key was away after the decision, then a kill came behind each step of the removal. */
  @Test
  void whatAKillLeftIsFinished() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    RemovalSigner away =
        new RemovalSigner() {
          @Override
          public PublicKey publicKey() {
            return fixture.signer.publicKey();
          }

          @Override
          public byte[] sign(byte[] input) {
            throw new IllegalStateException("the token is away");
          }
        };
    Retention failing =
        new Retention(
            fixture.archive,
            store,
            fixture.readers,
            away,
            (action, subject, phase) -> fixture.witnessed.add(subject),
            1);
    assertThrows(IllegalStateException.class, failing::removeDue);
    assertEquals(1, failing.failures());
    int segments = fixture.files("").size();
    List<AuditRemoval> open = store.read(tx -> tx.auditRetention().open(fixture.archive.id(), 100));
    assertEquals(segments - 1, open.size(), "all but the newest, and none is gone yet");
    assertEquals(segments - 1, fixture.witnessed.size());
    List<String> files = List.of("", ".index", ".heads", ".seal");
    for (int step = 0; step < open.size(); step++) {
      AuditRemoval row = open.get(step);
      Path segment = AuditSegments.file(fixture.folder(), "segment", row.segment());
      byte[] signature = fixture.signer.sign(row.statement().getBytes(StandardCharsets.UTF_8));
      String note = fixture.signer.key().note(row.statement(), signature).toString();
      Files.writeString(segment.resolveSibling(segment.getFileName() + ".removed"), note);
      for (String file : files.subList(0, Math.min(step, files.size()))) {
        Files.delete(segment.resolveSibling(segment.getFileName() + file));
      }
      if (step > 0) {
        // Removed, by the records, up to here; what is there yet is verified as ever.
        assertTrue(fixture.verify(List.of(fixture.signer.key())).isIntact());
      }
    }
    fixture.archive.close();
    fixture = fixture.reopened();
    assertEquals(open.size(), fixture.removeAll());
    assertEquals(0, fixture.witnessed.size(), "decided once");
    assertEquals(1, fixture.files("").size());
    assertEquals(1, fixture.files("\\.(index|heads|seal)").size() / 3);
    ChainReport report = fixture.verify(List.of(fixture.signer.key()));
    assertTrue(report.isIntact(), () -> report.findings().toString());
    assertEquals(open.size(), report.removed().orElseThrow().segments());
    assertEquals(0, fixture.removeAll());
  }

  @Test
  void aKeyIsKnownInWhatActsOfManagementNameItBy() throws Exception {
    var key = fixture.key("2026-01-02-db-1", DataClass.RESTRICTED);
    List<String> subjects =
        List.of(
            key.toString(),
            key + "/3",
            key + "/3 recipient sha256:" + "ab".repeat(32),
            // UUID.fromString takes it for an id.
            "2026-01-02-db-1");
    for (String subject : subjects) {
      fixture.subject = subject;
      fixture.archive(2, Optional.empty(), "app");
    }
    fixture.set(50, Map.of(DataClass.RESTRICTED, 1_000));
    passed(500);
    for (int i = 0; i < subjects.size(); i++) {
      Verdict first = plan().get(0);
      assertEquals(Outcome.YOUNG, first.outcome(), first.why());
      assertTrue(first.why().contains("restricted"), first.why());
      String name = "h" + i;
      boolean isAlias = i == subjects.size() - 1;
      fixture.hold(name, Map.of("key", isAlias ? subjects.get(i) : key.toString()));
      passed(30_000);
      assertEquals(Outcome.HELD, plan().get(0).outcome(), subjects.get(i));
      fixture.lift(name);
      if (!isAlias) {
        // Removes the two segments that name it so.
        fixture.hold("rest" + i, rest(2 * (i + 1)));
        fixture.removeAll();
        fixture.lift("rest" + i);
        assertEquals(
            40L * (i + 1), fixture.archive.removed(fixture.log.origin).orElseThrow().events());
      }
      passed(500);
    }
  }

  private static Map<String, Object> rest(int day) {
    String from = RetentionFixture.BEGIN.plus(Duration.ofDays(day)).toString().substring(0, 11);
    return Map.of("from", from + "00:00:00Z");
  }

  @Test
  void anEventIsAsOldAsItsTimeHere() throws Exception {
    fixture.archivedAt = RetentionFixture.BEGIN.plus(Duration.ofDays(1_000));
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(100, NONE);
    passed(1_050);
    assertEquals(Outcome.YOUNG, stays());
    assertEquals(0, fixture.removeAll());
    passed(1_101);
    assertTrue(fixture.removeAll() > 0);
  }

  @Test
  void aHoldThatIsPlacedAfterTheDecisionWins() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    RemovalSigner slow =
        new RemovalSigner() {
          private boolean isPlaced;

          @Override
          public PublicKey publicKey() {
            return fixture.signer.publicKey();
          }

          @Override
          public byte[] sign(byte[] input) {
            if (!isPlaced) {
              isPlaced = true;
              fixture.hold("late", Map.of("all", true));
            }
            return fixture.signer.sign(input);
          }
        };
    int segments = fixture.files("").size();
    assertEquals(0, fixture.retention(slow).removeDue());
    assertEquals(segments, fixture.files("").size());
    int decided = fixture.witnessed.size();
    assertEquals(segments - 1, decided);
    assertEquals(0, fixture.removeAll());
    assertEquals(segments, fixture.files("").size());
    assertEquals(List.of(), fixture.files("\\.removed"));
    assertEquals(List.of(), store.read(tx -> tx.auditRetention().newest(10)), "withdrawn");
    assertEquals(2 * decided, fixture.witnessed.size());
    assertTrue(fixture.witnessed.getLast().endsWith(" withdrawn"), fixture.witnessed.getLast());
    fixture.lift("late");
    assertEquals(segments - 1, fixture.removeAll());
    ChainReport report = fixture.verify(List.of(fixture.signer.key()));
    assertTrue(report.isIntact(), () -> report.findings().toString());
  }

  @Test
  void whatARestoredArchiveHasAgainIsRemovedAgain() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    Path copy = Files.createDirectory(directory.resolve("copy"));
    String first = fixture.files("").get(0);
    List<String> files = List.of("", ".index", ".heads", ".seal");
    for (String file : files) {
      Files.copy(
          fixture.folder().resolve(first + file),
          copy.resolve(first + file),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    assertTrue(fixture.removeAll() > 1);
    fixture.archive.close();
    for (String file : files) {
      Files.copy(
          copy.resolve(first + file),
          fixture.folder().resolve(first + file),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.delete(fixture.folder().resolve(first + ".removed"));
    fixture = fixture.reopened();
    assertEquals(1, fixture.removeAll());
    ChainReport report = fixture.verify(List.of(fixture.signer.key()));
    assertTrue(report.isIntact(), () -> report.findings().toString());
  }

  @Test
  void aLogThatCannotBeReadKeepsNoOtherBack() throws Exception {
    GeneratedLog other = new GeneratedLog("n0");
    for (int i = 0; i < 3; i++) {
      fixture.archive.take(
          other.append(
              Collections.nCopies(
                  20,
                  AuditEvent.of(RetentionFixture.BEGIN, "n0", "r", "encrypt")
                      .caller("app", "token", "192.0.2.1")
                      .build())));
    }
    Path folder = fixture.directory.resolve("node-n0");
    RetentionFixture.date(folder, RetentionFixture.BEGIN);
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    Files.delete(folder.resolve(fixture.files("").get(0) + ".seal"));
    int segments = fixture.files("").size();
    assertEquals(segments - 1, fixture.retention().removeDue());
    assertEquals(1, fixture.files("").size());
    Retention again = fixture.retention();
    assertThrows(UncheckedIOException.class, again::removeDue);
    assertEquals(1, again.failures());
  }

  @Test
  void recordsAndHashesThatWereChangedTogetherStayAsEvidence() throws Exception {
    fixture.archive(6, Optional.empty(), "app");
    fixture.set(50, NONE);
    passed(30_000);
    RetentionFixture forged = new RetentionFixture(directory.resolve("forged"), store);
    forged.archive(6, Optional.empty(), "eve");
    forged.archive.close();
    String first = fixture.files("").get(0);
    for (String file : List.of("", ".seal", ".heads")) {
      Files.copy(
          forged.folder().resolve(first + file),
          fixture.folder().resolve(first + file),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES);
      // Against the head, and with that against the next segment.
      if (!file.isEmpty()) {
        assertEquals(Outcome.DAMAGED, plan().get(0).outcome(), file);
      }
    }
    assertEquals(0, fixture.removeAll());
    assertTrue(Files.exists(fixture.folder().resolve(first)));
  }
}
