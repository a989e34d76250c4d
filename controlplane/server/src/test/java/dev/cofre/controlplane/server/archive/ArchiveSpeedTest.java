package dev.cofre.controlplane.server.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.contract.audit.ship.ShippedRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast the archive takes events and finds them; {@code -Dcofre.events=N} of them, of 10,000
 * keys, 1,000 principals and 5,000 addresses, a few of each in most of the events.
 */
@Tag("full")
class ArchiveSpeedTest {
  private static final int EVENTS = Integer.getInteger("cofre.events", 10_000_000);
  private static final int BATCH = 8_000;
  private static final int KEYS = 10_000;
  private static final int SEARCHES = 300;
  private static final long P95_NS_MAX = 1_000_000_000L;

  @TempDir Path directory;
  private final Random random = new Random(11);

  @Test
  void takesAndFindsEvents() throws Exception {
    UUID[] keys = new UUID[KEYS];
    for (int i = 0; i < KEYS; i++) {
      keys[i] = new UUID(random.nextLong(), random.nextLong());
    }
    long takenNs = 0;
    GeneratedLog log = new GeneratedLog("n1");
    try (Archive archive = Archive.open(directory, 16 << 20)) {
      for (int done = 0; done < EVENTS; ) {
        List<AuditEvent> events = new ArrayList<>();
        for (int n = Math.min(BATCH, EVENTS - done); n > 0; n--, done++) {
          events.add(event(done, keys));
        }
        ShippedRecords batch = log.append(events);
        long begun = System.nanoTime();
        archive.take(batch);
        takenNs += System.nanoTime() - begun;
      }
      ArchiveFigures figures = archive.figures();
      System.out.printf(
          "%,d events taken at %,d a second, %d segments, %d bytes an event%n",
          figures.events(),
          EVENTS * 1_000_000_000L / takenNs,
          figures.segments(),
          figures.bytes() / figures.events());
    }
    long begun = System.nanoTime();
    try (Archive archive = Archive.open(directory, 16 << 20)) {
      System.out.printf("opened in %d ms%n", (System.nanoTime() - begun) / 1_000_000);
      assertEquals(EVENTS, archive.size(log.origin));
      search(archive, "any key", () -> Value.ofKey(keys[random.nextInt(KEYS)]));
      long rare =
          search(
              archive,
              "one of the rare keys",
              () -> Value.ofKey(keys[KEYS - 1 - random.nextInt(100)]));
      long absent = search(archive, "a key without events", () -> Value.ofKey(UUID.randomUUID()));
      search(archive, "a principal", () -> Value.of(Field.PRINCIPAL, "p" + random.nextInt(1_000)));
      search(archive, "an outcome", () -> Value.of(Field.OUTCOME, "denied"));
      assertTrue(Math.max(rare, absent) <= P95_NS_MAX, "p95 of a search by key");
    }
  }

  /** Few of many: the square of a uniform number is small more often. */
  private int skewed(int count) {
    double uniform = random.nextDouble();
    return (int) (uniform * uniform * uniform * count);
  }

  private AuditEvent event(int number, UUID[] keys) {
    AuditEvent.Builder event =
        AuditEvent.of(
                Instant.ofEpochSecond(1_700_000_000L + number / 1_000, number % 1_000 * 1_000_000L),
                "n1",
                "r" + number,
                "encrypt")
            .caller(
                "p" + skewed(1_000),
                "token",
                "192.0." + random.nextInt(20) + "." + random.nextInt(250))
            .keyId(keys[skewed(KEYS)])
            .amount(1, 1_024);
    if (number % 500 == 0) {
      event.denied("forbidden");
    } else {
      event.usedDataKey(1, keys[number % 100]);
    }
    return event.build();
  }

  private interface Values {
    Value next();
  }

  private static long search(Archive archive, String what, Values values) throws Exception {
    long[] tookNs = new long[SEARCHES];
    long found = 0;
    for (int i = 0; i < SEARCHES; i++) {
      EventQuery query =
          new EventQuery(
              List.of(List.of(values.next())),
              Long.MIN_VALUE,
              Long.MAX_VALUE,
              Optional.empty(),
              100);
      long begun = System.nanoTime();
      found += archive.search(query).entries().size();
      tookNs[i] = System.nanoTime() - begun;
    }
    Arrays.sort(tookNs);
    System.out.printf(
        "search by %s: first page of 100, p50 %.2f ms, p95 %.2f ms, max %.2f ms, %d found%n",
        what,
        tookNs[SEARCHES / 2] / 1e6,
        tookNs[SEARCHES * 95 / 100] / 1e6,
        tookNs[SEARCHES - 1] / 1e6,
        found);
    return tookNs[SEARCHES * 95 / 100];
  }
}
