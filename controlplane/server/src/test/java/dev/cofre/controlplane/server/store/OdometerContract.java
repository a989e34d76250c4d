package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.RecentUse;
import dev.cofre.controlplane.domain.VersionAmount;
import dev.cofre.controlplane.domain.VersionLimits;
import dev.cofre.controlplane.domain.VersionUse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every database must do with the use of key versions. */
interface OdometerContract extends StoreFixture {
  private static VersionAmount amount(UUID key, int version, long messages, long bytes) {
    return new VersionAmount(
        key, version, messages, bytes, 1, new RecentUse((double) messages, (double) bytes, 1));
  }

  private boolean add(String origin, long from, long to, VersionAmount... amounts) {
    return store().<Boolean>note(tx -> tx.odometer().add(origin, from, to, List.of(amounts)));
  }

  private VersionUse use(UUID key) {
    return store().read(tx -> tx.odometer().of(key, 1));
  }

  @Test
  default void aRecordCountsOnce() {
    UUID key = makeKey("counted").id();
    assertEquals(0L, store().<Long>read(tx -> tx.odometer().counted("log/é")));
    assertEquals(0, use(key).messages());
    assertTrue(add("log/é", 0, 10, amount(key, 1, 7, 700)));
    assertFalse(add("log/é", 0, 10, amount(key, 1, 7, 700)), "the same again");
    assertFalse(add("log/é", 0, 20, amount(key, 1, 9, 900)), "more that begins before the end");
    assertFalse(add("log/é", 11, 20, amount(key, 1, 9, 900)), "something is left out");
    assertTrue(add("log/é", 10, 20, amount(key, 1, 3, 300)));
    assertTrue(add("other", 0, 5, amount(key, 1, 1, 1)), "another log");
    VersionUse use = use(key);
    assertEquals(List.of(11L, 1_001L, 3L), List.of(use.messages(), use.bytes(), use.dataKeys()));
    assertEquals(11, use.recent().messages(), 0.01);
    assertEquals(20L, store().<Long>read(tx -> tx.odometer().counted("log/é")));
    assertEquals(List.of(use), store().read(tx -> tx.odometer().of(key)));
  }

  @Test
  default void whatDoesNotExistIsLeftOutAndTheRestIsCounted() {
    UUID key = makeKey("real").id();
    UUID foreign = UUID.randomUUID();
    assertTrue(
        add("log", 0, 3, amount(foreign, 1, 1, 1), amount(key, 9, 1, 1), amount(key, 1, 1, 1)));
    assertEquals(List.of(), store().read(tx -> tx.odometer().of(foreign)));
    assertEquals(1, store().read(tx -> tx.odometer().of(key)).size());
  }

  @Test
  default void sumsStayAtTheLargestNumberAndOlderUseWeighsLess() {
    UUID key = makeKey("most").id();
    assertTrue(add("log", 0, 1, amount(key, 1, 1_000, Long.MAX_VALUE - 5)));
    assertTrue(add("log", 1, 2, amount(key, 1, 1_000, 6)));
    assertEquals(Long.MAX_VALUE, use(key).bytes());
    assertEquals(2_000, use(key).recent().messages(), 1);
    store().close();
    try (Store later = reopened(Clock.offset(Clock.systemUTC(), Duration.ofDays(1)))) {
      assertTrue(
          later.<Boolean>note(
              tx -> tx.odometer().add("log", 2, 3, List.of(amount(key, 1, 1_000, 1)))));
      VersionUse use = later.read(tx -> tx.odometer().of(key, 1));
      assertEquals(3_000, use.messages());
      assertEquals(1_000 + 2_000 / Math.E, use.recent().messages(), 1);
      assertEquals(Long.MAX_VALUE, use.bytes());
    }
  }

  /** What a database takes for too small a number does not stop the counting. */
  @Test
  default void aVersionThatWasIdleForYearsIsCounted() {
    UUID key = makeKey("idle").id();
    assertTrue(add("log", 0, 1, amount(key, 1, 1_000, 1_000)));
    VersionAmount old =
        new VersionAmount(key, 1, 5, 5, 1, new RecentUse(Double.MIN_VALUE, 1e-300, 1e-8));
    assertTrue(add("log", 1, 2, old));
    store().close();
    long to = 5;
    for (long from = 2; from < to; from++) {
      long index = from;
      Duration offset = Duration.ofDays(800 * (from - 1));
      try (Store later = reopened(Clock.offset(Clock.systemUTC(), offset))) {
        assertTrue(
            later.<Boolean>note(tx -> tx.odometer().add("log", index, index + 1, List.of(old))));
        VersionUse use = later.read(tx -> tx.odometer().of(key, 1));
        assertEquals(1_005 + 5 * (from - 1), use.messages());
        assertEquals(0, use.recent().messages(), 1e-8);
      }
    }
  }

  @Test
  default void aFailureCountsNothing() {
    UUID key = makeKey("failing").id();
    assertTrue(add("log", 0, 1, amount(key, 1, 1, 1)));
    assertThrows(
        IllegalStateException.class,
        () ->
            store()
                .note(
                    tx -> {
                      assertTrue(tx.odometer().add("log", 1, 2, List.of(amount(key, 1, 1, 1))));
                      throw new IllegalStateException("before the commit");
                    }));
    assertEquals(1, use(key).messages());
    assertTrue(add("log", 1, 2, amount(key, 1, 1, 1)));
    assertEquals(2, use(key).messages());
  }

  /** Control planes that count different logs add to the same versions; none loses the other's. */
  @Test
  default void manyLogsAtOnceAddUp() throws Exception {
    List<UUID> keys = IntStream.range(0, 5).mapToObj(i -> makeKey("hot-" + i).id()).toList();
    int logs = 4;
    int rounds = 25;
    try (ExecutorService threads = Executors.newFixedThreadPool(logs)) {
      List<Future<?>> running = new ArrayList<>();
      for (int log = 0; log < logs; log++) {
        String origin = "log-" + log;
        running.add(threads.submit(() -> count(origin, keys, rounds)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    for (UUID key : keys) {
      VersionUse use = use(key);
      assertEquals((long) logs * rounds, use.messages());
      assertEquals(100L * logs * rounds, use.bytes());
    }
  }

  private void count(String origin, List<UUID> keys, int rounds) {
    List<VersionAmount> amounts = keys.stream().map(key -> amount(key, 1, 1, 100)).toList();
    int attempts = 0;
    for (int i = 0; i < rounds; ) {
      long from = i;
      try {
        assertTrue(store().<Boolean>note(tx -> tx.odometer().add(origin, from, from + 1, amounts)));
        i++;
      } catch (StoreException e) {
        // Two that insert the first row of a version meet: one is told, and tries again.
        assertTrue(++attempts < 50, e.getMessage());
      }
    }
  }

  @Test
  default void whatIsUsedUpIsDueAndToldOnce() {
    KmsKey key = makeKey("used");
    makeKey("unused");
    store()
        .change(
            tx -> {
              tx.dataClasses().ship();
              return null;
            });
    DataClassRules shipped = store().read(tx -> tx.dataClasses().rules(DataClass.RESTRICTED));
    DataClassRules rules =
        shipped.changed(
            Map.of("versions", Map.of("messagesMax", 1_000)), shipped.stamp().createdAt(), "a");
    store()
        .change(
            tx -> {
              tx.dataClasses().put(rules);
              return null;
            });
    assertEquals(rules, store().read(tx -> tx.dataClasses().rules(DataClass.RESTRICTED)));
    assertTrue(add("log", 0, 1, amount(key.id(), 1, 749, 1)));
    assertEquals(List.of(), told(rules, Notice.Kind.KEY_LIMIT_NEAR, VersionLimits.WARN_SHARE));
    assertTrue(add("log", 1, 2, amount(key.id(), 1, 1, 1)));
    assertEquals(
        List.of(key.id()), told(rules, Notice.Kind.KEY_LIMIT_NEAR, VersionLimits.WARN_SHARE));
    assertEquals(List.of(), told(rules, Notice.Kind.KEY_LIMIT_NEAR, VersionLimits.WARN_SHARE));
    assertEquals(List.of(), store().read(tx -> tx.due().rotationByUse(rules, Duration.ZERO, 5)));
    assertTrue(add("log", 2, 3, amount(key.id(), 1, 150, 1)));
    assertEquals(
        List.of(), store().read(tx -> tx.due().rotationByUse(rules, Duration.ofDays(36_500), 5)));
    assertEquals(
        List.of(key.id()), store().read(tx -> tx.due().rotationByUse(rules, Duration.ZERO, 5)));
    assertEquals(List.of(), store().read(tx -> tx.due().rotationByUse(shipped, Duration.ZERO, 5)));
    assertEquals(List.of(), told(rules, Notice.Kind.KEY_LIMIT_REACHED, 1));
    assertTrue(add("log", 3, 4, amount(key.id(), 1, 100, 1)));
    assertEquals(List.of(key.id()), told(rules, Notice.Kind.KEY_LIMIT_REACHED, 1));
    assertEquals(List.of(key.id()), store().read(tx -> tx.odometer().mostUsed(rules, 5)));
    assertEquals(List.of(), store().read(tx -> tx.odometer().mostUsed(rules, 0)));
    // A version that began before its predecessor's notices is told of all the same.
    KeyVersion next =
        new KeyVersion(2, key.draft().protection(), "kek-2", key.stamp().createdAt(), "a");
    store()
        .change(
            tx -> {
              tx.halfMade().insertVersion(key.id(), next, "a");
              assertTrue(tx.halfMade().finish(key.id(), 2));
              tx.keys().update(key.with(next, tx.now(), "a"));
              return null;
            });
    assertTrue(add("log", 4, 5, amount(key.id(), 2, 1_000, 1)));
    assertEquals(List.of(key.id()), told(rules, Notice.Kind.KEY_LIMIT_REACHED, 1));
    assertEquals(List.of(), told(rules, Notice.Kind.KEY_LIMIT_REACHED, 1));
  }

  private List<UUID> told(DataClassRules rules, Notice.Kind kind, double share) {
    return store()
        .change(
            tx -> {
              List<Notice> due = tx.notices().dueLimits(rules, kind, share, 5);
              due.forEach(tx.notices()::insert);
              return due.stream().map(Notice::keyId).toList();
            });
  }
}
