package dev.cofre.controlplane.server.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A walk gives each event of its time that has a value, once, in whatever order events stand. */
class ArchiveWalkTest {
  private static final UUID KEY = new UUID(7, 7);
  private static final int SECOND = 1_000_000_000;

  @TempDir Path directory;

  /** Some thousand events of two nodes, out of order by up to ten seconds, in small segments. */
  private List<AuditEvent> fill(Archive archive, long seed) throws Exception {
    Random random = new Random(seed);
    List<AuditEvent> all = new ArrayList<>();
    for (String node : List.of("n1", "n2")) {
      GeneratedLog log = new GeneratedLog(node);
      for (int batch = 0; batch < 30; batch++) {
        List<AuditEvent> events = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          AuditEvent.Builder event =
              AuditEvent.of(
                      Instant.ofEpochSecond(1_000L + batch * 40L + i + random.nextInt(10)),
                      node,
                      node + "-" + batch + "-" + i,
                      "encrypt")
                  .caller("p" + random.nextInt(3), "token", "192.0.2.1");
          switch (random.nextInt(3)) {
            case 0 -> event.keyId(KEY);
            case 1 -> event.key("orders");
            default -> event.keyId(new UUID(1, random.nextInt(5)));
          }
          events.add(event.build());
        }
        archive.take(log.append(events));
        all.addAll(events);
      }
    }
    return all;
  }

  private static Set<String> ids(List<AuditEvent> events, long from, long to) {
    Set<String> ids = new TreeSet<>();
    for (AuditEvent event : events) {
      long second = event.time().getEpochSecond();
      boolean isAsked = KEY.equals(event.keyId()) || "orders".equals(event.key());
      if (isAsked && second >= from && second <= to) {
        ids.add(event.requestId());
      }
    }
    return ids;
  }

  @Test
  void givesEachEventOfItsTimeOnce() throws Exception {
    List<Value> values = List.of(Value.ofKey(KEY), Value.of(Field.KEY, "orders"));
    for (int segmentBytes : new int[] {6_000, 1 << 20}) {
      try (Archive archive = Archive.open(directory.resolve("a" + segmentBytes), segmentBytes)) {
        List<AuditEvent> all = fill(archive, segmentBytes);
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
          long from = 950L + random.nextInt(1_300);
          long to = from + random.nextInt(600);
          List<String> given = new ArrayList<>();
          Walked walked =
              archive.walk(
                  values,
                  from * SECOND,
                  to * SECOND,
                  () -> false,
                  (log, event) -> {
                    assertTrue(log.contains("/" + event.node() + "/"), log);
                    given.add(event.requestId());
                  });
          assertTrue(walked.isWhole());
          assertEquals(0, walked.unreadable());
          Set<String> expected = ids(all, from, to);
          assertEquals(expected.size(), given.size(), "each once, from " + from + " to " + to);
          assertEquals(expected, new TreeSet<>(given));
        }
        long oldest =
            all.stream().mapToLong(event -> event.time().getEpochSecond()).min().orElse(0);
        assertEquals(
            oldest * SECOND,
            List.of("cofre-audit/n1/segment", "cofre-audit/n2/segment").stream()
                .mapToLong(log -> archive.extent(log).orElseThrow().oldestNs())
                .min()
                .orElse(0));
        assertTrue(archive.extent("cofre-audit/n9/segment").isEmpty());
      }
    }
  }

  /** Whatever it was stopped at: what is older than the time it tells was all given. */
  @Test
  void whatItTellsOfItsEndIsTrue() throws Exception {
    List<Value> values = List.of(Value.ofKey(KEY), Value.of(Field.KEY, "orders"));
    try (Archive archive = Archive.open(directory.resolve("stopped"), 6_000)) {
      List<AuditEvent> all = fill(archive, 1);
      int partial = 0;
      for (int asked = 0; asked < 120; asked += 7) {
        AtomicInteger left = new AtomicInteger(asked);
        Set<String> given = new TreeSet<>();
        Walked walked =
            archive.walk(
                values,
                1_100L * SECOND,
                2_000L * SECOND,
                () -> left.decrementAndGet() < 0,
                (log, event) -> given.add(event.requestId()));
        long wholeTo = walked.isWhole() ? 2_000 : (walked.wholeToNs() - 1) / SECOND;
        Set<String> missing = ids(all, 1_100, wholeTo);
        missing.removeAll(given);
        assertEquals(new TreeSet<>(), missing, "up to " + wholeTo);
        partial += walked.isWhole() || given.isEmpty() ? 0 : 1;
      }
      assertFalse(partial < 3, "it was stopped on its way");
    }
  }
}
