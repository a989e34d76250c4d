package dev.cofre.controlplane.server.investigate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long investigations take over {@code -Dcofre.events=N} events, a thousand a second: of a key
 * that nine of ten events are of, and of a principal of one in a thousand.
 */
@Tag("full")
class InvestigationSpeedTest {
  private static final int EVENTS = Integer.getInteger("cofre.events", 1_000_000);
  private static final int BATCH = 8_000;
  private static final long BEGIN = 1_700_000_000L;
  private static final UUID KEY = new UUID(1, 1);

  @TempDir Path directory;
  private final Random random = new Random(13);

  private AuditEvent event(int number) {
    AuditEvent.Builder event =
        AuditEvent.of(
                Instant.ofEpochSecond(BEGIN, number * 1_000_000L),
                "n1",
                "r" + number,
                number % 2 == 0 ? "encrypt" : "decrypt")
            .caller(
                "p" + random.nextInt(1_000),
                "token",
                "10." + random.nextInt(4) + "." + random.nextInt(250) + "." + random.nextInt(250))
            .keyId(number % 10 == 0 ? new UUID(2, number % 70) : KEY)
            .contextKeys(List.of("customer", "region"))
            .amount(1, 1_024);
    return (number % 500 == 1
            ? event.denied("forbidden")
            : event.usedDataKey(1 + number % 3, new UUID(3, number / 5_000)))
        .build();
  }

  @Test
  void investigates() throws Exception {
    GeneratedLog log = new GeneratedLog("n1");
    try (Archive archive = Archive.open(directory, 16 << 20)) {
      for (int done = 0; done < EVENTS; ) {
        List<AuditEvent> events = new ArrayList<>();
        for (int n = Math.min(BATCH, EVENTS - done); n > 0; n--, done++) {
          events.add(event(done));
        }
        archive.take(log.append(events));
      }
      long halfNs = TimeUnit.SECONDS.toNanos(BEGIN) + EVENTS / 2 * 1_000_000L;
      long endNs = TimeUnit.SECONDS.toNanos(BEGIN) + EVENTS * 1_000_000L;
      Findings all =
          timed(
              archive,
              "key",
              new Asked(Asked.Kind.KEY, "k", List.of(Value.ofKey(KEY)), halfNs, endNs, 50));
      assertEquals(EVENTS / 2 * 9L / 10, all.ledger().all().events());
      assertEquals(EVENTS / 2 * 9L / 10, all.ledger().baselineRate().sum());
      assertEquals(1_000, all.ledger().principals().distinct());
      timed(
          archive,
          "principal",
          new Asked(
              Asked.Kind.PRINCIPAL,
              "p1",
              List.of(Value.of(Field.PRINCIPAL, "p1")),
              halfNs,
              endNs,
              50));
    }
  }

  private static Findings timed(Archive archive, String what, Asked asked) throws Exception {
    System.gc();
    long usedBefore = used();
    long begunNs = System.nanoTime();
    Findings found =
        new Investigation(archive, asked, () -> false)
            .run(() -> LogState.all(archive, List.of(), List.of()));
    long tookNs = System.nanoTime() - begunNs;
    System.gc();
    System.out.printf(
        "investigation of a %s: %,d and %,d events of %,d, %,d addresses%s, in %,d ms; keeps %,d KiB of heap, of %,d MiB%n",
        what,
        found.ledger().all().events(),
        found.ledger().baselineRate().sum(),
        EVENTS,
        found.ledger().addresses().distinct(),
        found.ledger().addresses().isEstimated() ? " about" : "",
        tookNs / 1_000_000,
        Math.max(0, used() - usedBefore) >> 10,
        Runtime.getRuntime().maxMemory() >> 20);
    assertTrue(found.window().isWhole(), "the time that is asked for");
    assertTrue(found.baseline().isWhole(), "the time before");
    return found;
  }

  private static long used() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
