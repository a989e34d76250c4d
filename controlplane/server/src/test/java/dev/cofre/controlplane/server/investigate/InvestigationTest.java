package dev.cofre.controlplane.server.investigate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is cut short, or too much to be counted one by one, is told. */
class InvestigationTest {
  private static final UUID KEY = new UUID(4, 4);
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int CALLERS = Tally.KEPT_MAX + 2_000;

  @TempDir Path directory;

  private static Asked asked(long from, long to) {
    return new Asked(
        Asked.Kind.KEY, "k", List.of(Value.ofKey(KEY)), from * SECOND_NS, to * SECOND_NS, 10);
  }

  /** Each second another caller. */
  private Archive archive() throws Exception {
    Archive archive = Archive.open(directory, 1 << 20);
    GeneratedLog log = new GeneratedLog("n");
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      events.add(
          AuditEvent.of(Instant.ofEpochSecond(100_000L + i), "n", "r" + i, "encrypt")
              .caller("p" + i, "token", "10.0.0.1")
              .keyId(KEY)
              .usedDataKey(1, KEY)
              .amount(1, 1)
              .build());
      if (events.size() == 2_000) {
        archive.take(log.append(events));
        events.clear();
      }
    }
    return archive;
  }

  private static List<LogState> logs(Archive archive) {
    return LogState.all(archive, List.of(), List.of());
  }

  @Test
  void whatWasRemovedMeanwhileIsTold() throws Exception {
    try (Archive archive = archive()) {
      List<LogState> after = new ArrayList<>();
      Findings found =
          new Investigation(archive, asked(100_000, 200_000), () -> false)
              .run(
                  () -> {
                    List<LogState> before = logs(archive);
                    if (after.isEmpty()) {
                      after.add(
                          new LogState(
                              "x", "own", 0, Optional.empty(), null, null, Optional.empty()));
                      return before;
                    }
                    return after;
                  });
      assertEquals(after, found.logs());
    }
  }

  @Test
  void moreCallersThanAreKeptAreCountedTogether() throws Exception {
    try (Archive archive = archive()) {
      Findings found =
          new Investigation(archive, asked(100_000, 200_000), () -> false).run(() -> logs(archive));
      Tally<String> principals = found.ledger().principals();
      assertEquals(CALLERS, found.ledger().all().events());
      assertEquals(Tally.KEPT_MAX, principals.rows().size());
      assertEquals(2_000, principals.otherEvents());
      assertTrue(principals.isEstimated());
      assertEquals(CALLERS, (double) principals.distinct(), CALLERS * 0.08);
      assertTrue(
          Words.of(found).getFirst().startsWith("Key k was used by at least 10,000 principals"),
          Words.of(found)::toString);
    }
  }

  @Test
  void whatIsCutShortIsToldFirst() throws Exception {
    try (Archive archive = archive()) {
      for (int questions : new int[] {0, 3, 20}) {
        AtomicInteger left = new AtomicInteger(questions);
        Findings found =
            new Investigation(archive, asked(103_000, 106_000), () -> left.decrementAndGet() < 0)
                .run(() -> logs(archive));
        assertFalse(found.isComplete());
        assertTrue(Words.of(found).getFirst().startsWith("INCOMPLETE"), Words.of(found)::toString);
        assertTrue(
            Words.of(found).stream().noneMatch(line -> line.contains("an hour")),
            "part of a time has no rate");
      }
    }
  }

  @Test
  void aLookUpThatIsStoppedOnItsWaySaysNeverOfNobody() throws Exception {
    try (Archive archive = archive()) {
      AtomicInteger asked = new AtomicInteger();
      Archive.Last whole = last(archive, "p1", () -> asked.incrementAndGet() < 0);
      assertEquals(100_001 * SECOND_NS, whole.timeNs().orElseThrow());
      assertTrue(asked.get() > 3, "asked within: " + asked);
      for (int left = 0; left < asked.get() - 1; left += 1 + asked.get() / 8) {
        AtomicInteger more = new AtomicInteger(left);
        Archive.Last cut = last(archive, "nobody", () -> more.decrementAndGet() < 0);
        assertEquals(new Archive.Last(false, OptionalLong.empty()), cut);
      }
      assertEquals(
          new Archive.Last(true, OptionalLong.empty()), last(archive, "nobody", () -> false));
    }
  }

  private static Archive.Last last(Archive archive, String who, BooleanSupplier stop)
      throws Exception {
    return archive.last(
        List.of(List.of(Value.of(Field.ADDRESS, "10.0.0.1"))),
        Long.MAX_VALUE,
        event -> event.principal().equals(who),
        stop);
  }

  @Test
  void anUnreadableNewestEventDoesNotHideTheOneBeforeIt() throws Exception {
    try (Archive archive = archive()) {
      damage(
          AuditSegments.list(directory.resolve("node-n"), AuditSegments.EVENTS)
              .firstEntry()
              .getValue(),
          100_005 * SECOND_NS);
      List<List<Value>> key = List.of(List.of(Value.ofKey(KEY)));
      Archive.Last older = archive.last(key, 100_006 * SECOND_NS, event -> true, () -> false);
      assertEquals(100_004 * SECOND_NS, older.timeNs().orElseThrow(), "the next match");
      Archive.Last none = archive.last(key, 100_006 * SECOND_NS, event -> false, () -> false);
      assertFalse(none.isWhole(), "the unreadable one may have been it");
    }
  }

  /** Spoils the checksum of the record of {@code timeNs}. */
  private static void damage(Path segment, long timeNs) throws Exception {
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer records = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
      int at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
      while (RecordFields.timeNs(records, at) != timeNs) {
        at += AuditRecordFormat.aligned(records.getInt(at));
      }
      records.putInt(at + Integer.BYTES, ~records.getInt(at + Integer.BYTES));
    }
  }

  @Test
  void tooManyToLookForAreNotCalledNew() throws Exception {
    try (Archive archive = archive()) {
      Findings found =
          new Investigation(archive, asked(106_000, 108_000), () -> false).run(() -> logs(archive));
      assertFalse(found.isComplete(), "a thousand are looked for");
      List<String> words = Words.of(found);
      assertTrue(words.getFirst().startsWith("INCOMPLETE: not each principal"), words::toString);
      long fresh =
          found.ledger().principals().counts().filter(c -> c.seen() == Count.Seen.NEW).count();
      assertEquals(1_000, fresh);
      assertTrue(
          words.contains("Of 1,001 principals it is not known whether they were there before."),
          words::toString);
    }
  }
}
