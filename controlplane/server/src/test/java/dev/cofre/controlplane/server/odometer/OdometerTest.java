package dev.cofre.controlplane.server.odometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.controlplane.domain.VersionUse;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.CompleteSegment;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoredKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real archive and a real store: whatever is restarted when, each event counts once. */
class OdometerTest {
  private static final int SEGMENT_BYTES = 16 << 10;

  @TempDir Path directory;
  private Store store;
  private Archive archive;

  @BeforeEach
  void open() throws Exception {
    store = H2Location.open(directory);
    archive = Archive.open(directory.resolve("archive"), SEGMENT_BYTES);
  }

  @AfterEach
  void close() {
    archive.close();
    store.close();
  }

  /** What a version should have encrypted. */
  private static final class Expected {
    private long messages;
    private long bytes;
  }

  private Odometer odometer() {
    return new Odometer(store, archive, Clock.systemUTC());
  }

  private static void drain(Odometer odometer) {
    while (odometer.turn()) {
      // There is more.
    }
  }

  private static List<AuditEvent> some(
      Random random, List<UUID> keys, Map<UUID, Expected> expected) {
    List<AuditEvent> events = new ArrayList<>();
    int count = 1 + random.nextInt(60);
    for (int i = 0; i < count; i++) {
      UUID key = keys.get(random.nextInt(keys.size()));
      int items = 1 + random.nextInt(100);
      long bytes = random.nextInt(100_000);
      AuditEvent.Builder event =
          AuditEvent.of(Instant.now(), "n", "r" + i, "encrypt")
              .keyId(key)
              .usedDataKey(1, new UUID(key.getMostSignificantBits(), random.nextInt(3)))
              .amount(items, bytes);
      Expected sum = expected.computeIfAbsent(key, fresh -> new Expected());
      switch (random.nextInt(4)) {
        case 0 -> event.failed("overloaded");
        case 1 -> {
          event.phase("end");
          sum.bytes += bytes;
        }
        default -> {
          sum.messages += items;
          sum.bytes += bytes;
        }
      }
      events.add(event.build());
    }
    return events;
  }

  private void assertCounted(Map<UUID, Expected> expected, String what) {
    expected.forEach(
        (key, sum) -> {
          VersionUse use = store.read(tx -> tx.odometer().of(key, 1));
          assertEquals(sum.messages, use.messages(), what);
          assertEquals(sum.bytes, use.bytes(), what);
        });
  }

  /** Several logs grow; the odometer, the archive and both together are opened anew at random. */
  @Test
  void countsAddUpWhateverIsRestarted() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<UUID> keys = List.of(key("a"), key("b"), key("c"));
    List<GeneratedLog> logs =
        List.of(new GeneratedLog("n1"), new GeneratedLog("n2"), new GeneratedLog("n3"));
    Map<UUID, Expected> expected = new TreeMap<>();
    Odometer odometer = odometer();
    for (int i = 0; i < 150; i++) {
      archive.take(logs.get(random.nextInt(logs.size())).append(some(random, keys, expected)));
      switch (random.nextInt(5)) {
        case 0 -> odometer.turn();
        case 1 -> drain(odometer);
        case 2 -> odometer = odometer();
        case 3 -> {
          archive.close();
          archive = Archive.open(directory.resolve("archive"), SEGMENT_BYTES);
          odometer = odometer();
          odometer.turn();
        }
        default -> {
          // It falls behind.
        }
      }
    }
    drain(odometer);
    assertCounted(expected, "seed " + seed);
    assertEquals(0, odometer.figures().lag());
    assertEquals(0, odometer.figures().failures());
    Odometer again = odometer();
    drain(again);
    assertCounted(expected, "again, seed " + seed);
  }

  /** As two processes would that both believe to have the archive. */
  @Test
  void severalAtOnceCountOnce() throws Exception {
    Random random = new Random(5);
    List<UUID> keys = List.of(key("a"), key("b"));
    Map<UUID, Expected> expected = new TreeMap<>();
    GeneratedLog log = new GeneratedLog("n1");
    for (int i = 0; i < 100; i++) {
      archive.take(log.append(some(random, keys, expected)));
    }
    int workers = 4;
    List<Odometer> odometers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        Odometer odometer = odometer();
        odometers.add(odometer);
        running.add(threads.submit(() -> drain(odometer)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    odometers.forEach(OdometerTest::drain);
    assertCounted(expected, "once");
  }

  @Test
  void itFollowsByItselfAndGoesOnWhenTheStoreComesBack() throws Exception {
    UUID key = key("followed");
    GeneratedLog log = new GeneratedLog("n1");
    Map<UUID, Expected> expected = new TreeMap<>();
    Random random = new Random(6);
    try (Odometer odometer = odometer()) {
      odometer.start();
      archive.take(log.append(some(random, List.of(key), expected)));
      Await.until(
          "it is counted", () -> odometer.figures().counted() == archive.archived(log.origin));
      assertCounted(expected, "counted");
      store.close();
      archive.take(log.append(some(random, List.of(key), expected)));
      Await.until("it fails", () -> odometer.figures().failures() > 0);
    }
    store = H2Location.open(directory);
    Odometer odometer = odometer();
    drain(odometer);
    assertCounted(expected, "after the store came back");
  }

  /** A node's log goes on in another archive: what only the first one has is told as missing. */
  @Test
  void whatIsNotInTheArchiveIsToldAsSkipped() throws Exception {
    UUID key = key("moved");
    GeneratedLog log = new GeneratedLog("n1");
    Map<UUID, Expected> expected = new TreeMap<>();
    Map<UUID, Expected> missed = new TreeMap<>();
    Random random = new Random(8);
    archive.take(log.append(some(random, List.of(key), expected)));
    drain(odometer());
    // The first control plane takes these and ends before it counts them.
    long from = log.size();
    archive.take(log.append(some(random, List.of(key), missed)));
    long to = log.size();
    try (Archive other = Archive.open(directory.resolve("other"), SEGMENT_BYTES)) {
      other.take(log.append(some(random, List.of(key), expected)));
      Odometer second = new Odometer(store, other, Clock.systemUTC());
      drain(second);
      assertCounted(expected, "what the second archive has");
      assertEquals(to - from, second.figures().skipped());
      assertEquals(0, second.figures().failures());
    }
  }

  /** Retention may remove what the durable cursor of an idle log is still before. */
  @Test
  void whatRetentionRemovedIsNoLoss() throws Exception {
    UUID key = key("idle");
    GeneratedLog log = new GeneratedLog("n1");
    for (int i = 0; i < 20; i++) {
      List<AuditEvent> idle = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        idle.add(AuditEvent.of(Instant.now(), "n", "r" + j, "decrypt").keyId(key).build());
      }
      archive.take(log.append(idle));
    }
    Odometer odometer = odometer();
    drain(odometer);
    assertTrue(odometer.hasPassed(log.origin, log.size()));
    assertEquals(0L, store.<Long>read(tx -> tx.odometer().counted(log.origin)));
    CompleteSegment oldest = archive.complete(log.origin, 1).getFirst();
    archive.remove(removal(oldest), "note", "key");
    Map<UUID, Expected> expected = new TreeMap<>();
    archive.take(log.append(some(new Random(9), List.of(key), expected)));
    Odometer again = odometer();
    drain(again);
    assertCounted(expected, "behind what was removed");
    assertEquals(0, again.figures().skipped());
    assertEquals(0, again.figures().failures());
    assertEquals(0, again.figures().lag());
  }

  private static RemovalRecord removal(CompleteSegment segment) {
    byte[] nodes = new byte[Long.bitCount(segment.end()) * MerkleHash.LENGTH];
    return new RemovalRecord(
        segment.origin(),
        "id",
        segment.number(),
        0,
        segment.end(),
        0,
        Instant.EPOCH,
        Instant.EPOCH,
        "",
        "test",
        Instant.EPOCH,
        new byte[0],
        nodes,
        "");
  }

  @Test
  void manyVersionsEndATurnAndAllAreCounted() throws Exception {
    GeneratedLog log = new GeneratedLog("n1");
    UUID key = key("among-many");
    for (int i = 0; i < 3; i++) {
      List<AuditEvent> events = new ArrayList<>();
      for (int j = 0; j < 1_000; j++) {
        events.add(
            AuditEvent.of(Instant.now(), "n", "r", "encrypt")
                .keyId(j == 0 ? key : UUID.randomUUID())
                .usedDataKey(1, UUID.randomUUID())
                .amount(1, 1)
                .build());
      }
      archive.take(log.append(events));
    }
    Odometer odometer = odometer();
    assertTrue(odometer.turn(), "there is more");
    assertTrue(odometer.figures().counted() < log.size());
    drain(odometer);
    assertEquals(log.size(), odometer.figures().counted());
    assertEquals(3, store.read(tx -> tx.odometer().of(key, 1)).messages());
  }

  @Test
  void theMostUsedAreShown() throws Exception {
    UUID much = key("much");
    for (int i = 0; i < UseGauges.SHOWN_MAX + 3; i++) {
      key("little-" + i);
    }
    GeneratedLog log = new GeneratedLog("n1");
    List<AuditEvent> events = new ArrayList<>();
    store
        .read(tx -> tx.keys().page("default", "", 100))
        .forEach(
            key ->
                events.add(
                    AuditEvent.of(Instant.now(), "n", "r", "encrypt")
                        .keyId(key.id())
                        .usedDataKey(1, UUID.randomUUID())
                        .amount(key.id().equals(much) ? 500 : 1, 1)
                        .build()));
    archive.take(log.append(events));
    drain(odometer());
    Map<String, Map<String, Long>> metrics = new TreeMap<>();
    try (UseGauges gauges = new UseGauges(store)) {
      gauges.look();
      gauges.show((name, label, values) -> metrics.put(name, values.get()));
    }
    Map<String, Long> left = metrics.get("cofre_controlplane_key_version_messages_left");
    assertEquals(UseGauges.SHOWN_MAX, left.size());
    assertTrue(left.containsKey(much + ":1"), left::toString);
    assertEquals(5, metrics.size());
  }

  private UUID key(String alias) {
    return StoredKeys.make(store, alias);
  }
}
