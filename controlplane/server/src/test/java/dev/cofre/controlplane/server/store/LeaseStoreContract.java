package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.DynamicRoleDraft;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.LeaseState;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.LeaseTable.Filter;
import dev.cofre.controlplane.server.store.SecretEngineTable.Root;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do with engines and leases; each one runs it unchanged. */
abstract class LeaseStoreContract {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private Store store;

  abstract StoreLocation freshDatabase() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(freshDatabase(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T change(Function<Transaction, T> work) {
    return store.change(work);
  }

  private int count(Function<Transaction, Integer> work) {
    return store.change(work);
  }

  private boolean did(Function<Transaction, Boolean> work) {
    return store.change(work);
  }

  private SecretEngine engine(String name) {
    return change(
        tx -> {
          SecretEngineDraft draft =
              new SecretEngineDraft(
                  name,
                  "default",
                  Environment.DEV,
                  EngineKind.POSTGRESQL,
                  "app-owner",
                  "for tests",
                  "localhost",
                  5432,
                  "shop",
                  "root",
                  false);
          SecretEngine engine =
              new SecretEngine(UUID.randomUUID(), draft, 1, false, Stamp.created(NOW, "x"));
          tx.engines().insert(engine, new Root(1, new byte[] {1}, 0, null));
          return engine;
        });
  }

  private Lease lease(SecretEngine engine, String principal, Instant expiresAt, Instant nextAt) {
    UUID id = UUID.randomUUID();
    Lease lease =
        new Lease(
            id,
            "default",
            engine.id(),
            "reader",
            principal,
            "cofre_reader_" + id,
            OwnedObjects.DROP,
            LeaseState.PENDING,
            NOW,
            expiresAt,
            expiresAt.plusSeconds(9),
            nextAt,
            0,
            null,
            null,
            null);
    change(
        tx -> {
          tx.leases().insert(lease);
          return null;
        });
    return lease;
  }

  private Lease live(SecretEngine engine, String principal, Instant expiresAt) {
    Lease lease = lease(engine, principal, expiresAt, NOW.plusSeconds(60));
    assertTrue(did(tx -> tx.leases().activate(lease.id())));
    return found(lease);
  }

  @Test
  void whoHadALeaseAtATimeIsAHolderWheneverItWasIssued() {
    SecretEngine engine = engine("pg");
    Lease lease = live(engine, "app", NOW.plusSeconds(3_600));
    assertEquals(1, holders(engine, NOW.plusSeconds(60)));
    change(
        tx -> {
          tx.leases().end(lease.id(), "test", NOW.plusSeconds(50));
          return null;
        });
    assertEquals(1, count(tx -> tx.leases().gone(List.of(found(lease)), NOW.plusSeconds(50))));
    assertEquals(1, holders(engine, NOW.plusSeconds(40)));
    assertEquals(0, holders(engine, NOW.plusSeconds(60)));
  }

  private int holders(SecretEngine engine, Instant since) {
    Filter filter = new Filter("default", engine.id(), "reader", null, null, null);
    return store.read(tx -> tx.leases().holders(filter, since, 9)).size();
  }

  private Lease found(Lease lease) {
    return store.read(tx -> tx.leases().find(lease.id())).orElseThrow();
  }

  private static Filter all() {
    return new Filter("default", null, null, null, null, null);
  }

  @Test
  void keepsEnginesAndRolesAsTheyWere() {
    SecretEngine engine = engine("pg");
    assertEquals(engine, store.read(tx -> tx.engines().find("default", "pg")).orElseThrow());
    assertTrue(did(tx -> tx.engines().isOwner("default", "app-owner")));
    assertTrue(store.read(tx -> tx.engines().find("other", "pg")).isEmpty());
    DynamicRoleDraft draft =
        DynamicRoleDraft.read(
            "reader",
            Map.of(
                "description",
                "reads",
                "ownedObjects",
                "drop",
                "grants",
                List.of(
                    Map.of(
                        "on",
                        "tables",
                        "schema",
                        "a\"b",
                        "names",
                        List.of("x'; --"),
                        "privileges",
                        List.of("SELECT")))));
    DynamicRole role = new DynamicRole(engine.id(), draft, Stamp.created(NOW, "x"));
    change(
        tx -> {
          tx.dynamicRoles().put(role);
          tx.dynamicRoles().put(role);
          return null;
        });
    assertEquals(role, store.read(tx -> tx.dynamicRoles().find(engine.id(), "reader")).get());
    assertEquals(List.of(role), store.read(tx -> tx.dynamicRoles().page(engine.id(), "", 5)));
  }

  @Test
  void keepsBothPasswordsUntilTheNewOneIsInForce() {
    SecretEngine engine = engine("pg");
    byte[] next = {2};
    assertTrue(did(tx -> tx.engines().beginRotation(engine, next)));
    assertFalse(did(tx -> tx.engines().beginRotation(engine, new byte[] {3})));
    Root both = store.read(tx -> tx.engines().root(engine.id())).orElseThrow();
    assertArrayEquals(new byte[] {1}, both.envelope());
    assertArrayEquals(next, both.next());
    assertEquals(List.of(engine.id()), store.read(tx -> tx.engines().rotating(5)));
    assertTrue(did(tx -> tx.engines().endRotation(engine.id(), 2, NOW)));
    assertFalse(did(tx -> tx.engines().endRotation(engine.id(), 2, NOW)));
    Root after = store.read(tx -> tx.engines().root(engine.id())).orElseThrow();
    assertEquals(2, after.number());
    assertArrayEquals(next, after.envelope());
    assertNull(after.next());
    assertFalse(store.read(tx -> tx.engines().find(engine.id())).orElseThrow().rotating());
  }

  private static Lease claimedAt(Lease lease, Instant nextAt) {
    return new Lease(
        lease.id(),
        lease.tenant(),
        lease.engine(),
        lease.role(),
        lease.principal(),
        lease.userName(),
        lease.owned(),
        LeaseState.REVOKING,
        lease.issuedAt(),
        lease.expiresAt(),
        lease.maxExpiresAt(),
        nextAt,
        lease.attempts(),
        lease.lastError(),
        lease.reason(),
        lease.endedAt());
  }

  @Test
  void ofTwoRenewalsTheLongerOneCounts() {
    SecretEngine engine = engine("pg");
    Lease active = live(engine, "app", NOW.plusSeconds(30));
    assertTrue(did(tx -> tx.leases().extend(active.id(), NOW.plusSeconds(500), NOW)));
    assertTrue(did(tx -> tx.leases().extend(active.id(), NOW.plusSeconds(100), NOW)));
    assertEquals(NOW.plusSeconds(500), found(active).expiresAt());
    assertEquals(NOW.plusSeconds(500), found(active).nextAt());
  }

  @Test
  void aLeaseIsWorkedOnByOneAndComesBackAfterAKill() {
    SecretEngine engine = engine("pg");
    Lease pending = lease(engine, "app", NOW.plusSeconds(600), NOW.plusSeconds(60));
    Lease active = live(engine, "app", NOW.plusSeconds(30));
    assertEquals(List.of(), store.read(tx -> tx.leases().dueEngines(NOW, 9)));
    Instant later = NOW.plusSeconds(61);
    assertEquals(List.of(engine.id()), store.read(tx -> tx.leases().dueEngines(later, 9)));
    Instant until = later.plusSeconds(20);
    List<Lease> taken = change(tx -> tx.leases().claim(engine.id(), later, until, 9));
    assertEquals(List.of(pending.id(), active.id()), ids(taken), "who may log in is first");
    assertEquals(List.of("abandoned", "expired"), taken.stream().map(Lease::reason).toList());
    assertEquals(List.of(), change(tx -> tx.leases().claim(engine.id(), later, until, 9)));
    assertEquals(2, change(tx -> tx.leases().claim(engine.id(), until, until, 9)).size());
    assertFalse(did(tx -> tx.leases().activate(pending.id())), "it was given up");
    assertFalse(did(tx -> tx.leases().extend(active.id(), until, NOW)), "it was given up");
    change(
        tx -> {
          tx.leases().failed(claimedAt(active, until), "away", until);
          // Who claimed it first is late with this, too.
          tx.leases().failed(claimedAt(active, until.minusSeconds(1)), "late", later);
          // Who claimed it first is late: another one has it.
          tx.leases().gone(List.of(claimedAt(pending, until.minusSeconds(1))), later);
          return null;
        });
    assertEquals(LeaseState.REVOKING, found(pending).state());
    change(
        tx -> {
          tx.leases().gone(List.of(claimedAt(pending, until)), later);
          return null;
        });
    assertEquals(1, found(active).attempts());
    assertEquals("away", found(active).lastError());
    assertEquals(LeaseState.REVOKED, found(pending).state());
    assertEquals(
        new LeaseTable.Figures(1, 1, 1, active.expiresAt()),
        store.read(tx -> tx.leases().figures()));
    assertTrue(did(tx -> tx.leases().hasLive(engine.id())));
    assertEquals(1, count(tx -> tx.leases().forget(later.plusSeconds(1), 5)));
    assertTrue(store.read(tx -> tx.leases().find(active.id())).isPresent(), "live ones stay");
  }

  @Test
  void manyAreSaidToBeGoneAtOnceButThoseThatSomebodyWroteSince() {
    SecretEngine engine = engine("pg");
    for (int i = 0; i < 40; i++) {
      live(engine, "app", NOW.minusSeconds(100));
    }
    assertEquals(0, count(tx -> tx.leases().gone(List.of(), NOW)));
    List<Lease> taken = claimed(engine, 30);
    Lease late = taken.get(7);
    change(
        tx -> {
          tx.leases().failed(late, "another one has it", NOW.plusSeconds(90));
          return null;
        });
    assertEquals(29, count(tx -> tx.leases().gone(taken, NOW)));
    assertEquals(0, count(tx -> tx.leases().gone(taken, NOW)), "it was said");
    for (Lease lease : taken) {
      boolean gone = !lease.id().equals(late.id());
      assertEquals(gone ? LeaseState.REVOKED : LeaseState.REVOKING, found(lease).state());
      assertEquals(gone ? NOW : null, found(lease).endedAt());
    }
    assertEquals(11, store.read(tx -> tx.leases().figures()).live());
  }

  @Test
  void whatWasEndedBeforeItsTimeWaitsForNoBacklog() {
    SecretEngine engine = engine("pg");
    for (int i = 0; i < 30; i++) {
      live(engine, "app", NOW.minusSeconds(100));
    }
    Set<UUID> revoked = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Lease lease = live(engine, "app", NOW.plusSeconds(600));
      revoked.add(lease.id());
      change(
          tx -> {
            tx.leases().revoke(lease.id(), "revoked", NOW);
            return null;
          });
    }
    List<Lease> first = claimed(engine, 6);
    assertEquals(6, first.size());
    assertEquals(
        3, first.stream().filter(lease -> revoked.contains(lease.id())).count(), "half of them");
    List<Lease> second = claimed(engine, 6);
    assertEquals(1, second.stream().filter(lease -> revoked.contains(lease.id())).count());
    List<Lease> rest = claimed(engine, 60);
    assertEquals(34 - 12, rest.size());
  }

  private static List<UUID> ids(List<Lease> leases) {
    return leases.stream().map(Lease::id).toList();
  }

  private Lease revoked(SecretEngine engine, Instant at) {
    Lease lease = live(engine, "app", NOW.plusSeconds(600));
    change(
        tx -> {
          tx.leases().revoke(lease.id(), "revoked", at);
          return null;
        });
    return lease;
  }

  @Test
  void whatMayWorkStillIsTheFirstOfWhatIsTaken() {
    SecretEngine engine = engine("pg");
    Lease overdue = live(engine, "app", NOW.minusSeconds(100));
    Lease expired = live(engine, "app", NOW.minusSeconds(50));
    Lease second = revoked(engine, NOW.minusSeconds(2));
    Lease first = revoked(engine, NOW.minusSeconds(3));
    Lease third = lease(engine, "app", NOW.plusSeconds(600), NOW.minusSeconds(1));
    assertEquals(
        List.of(first.id(), second.id(), third.id(), overdue.id(), expired.id()),
        ids(claimed(engine, 9)));
  }

  @Test
  void whatMayWorkStillIsTheFirstAlsoBeyondTheHalfOfWhatIsTaken() {
    SecretEngine engine = engine("pg");
    Lease overdue = live(engine, "app", NOW.minusSeconds(100));
    Lease first = revoked(engine, NOW.minusSeconds(4));
    Lease second = revoked(engine, NOW.minusSeconds(3));
    Lease third = revoked(engine, NOW.minusSeconds(2));
    assertEquals(
        List.of(first.id(), second.id(), third.id(), overdue.id()), ids(claimed(engine, 4)));
  }

  @Test
  void enginesWithWhatMayWorkStillAreFirst() {
    SecretEngine late = engine("late");
    SecretEngine later = engine("later");
    SecretEngine working = engine("working");
    engine("idle");
    live(late, "app", NOW.minusSeconds(50));
    live(later, "app", NOW.minusSeconds(100));
    revoked(working, NOW);
    assertEquals(
        List.of(working.id(), later.id(), late.id()),
        store.read(tx -> tx.leases().dueEngines(NOW, 9)));
    assertEquals(List.of(working.id()), store.read(tx -> tx.leases().dueEngines(NOW, 1)));
  }

  private List<Lease> claimed(SecretEngine engine, int limit) {
    return change(tx -> tx.leases().claim(engine.id(), NOW, NOW.plusSeconds(20), limit));
  }

  @Test
  void twoWhoTakeAtOnceNeverTakeTheSame() throws Exception {
    SecretEngine engine = engine("pg");
    for (int i = 0; i < 60; i++) {
      live(engine, "app", NOW.minusSeconds(1));
    }
    Set<UUID> seen = new HashSet<>();
    int taken = 0;
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<List<Lease>>> parts =
          IntStream.range(0, 12)
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              store.note(
                                  tx ->
                                      tx.leases().claim(engine.id(), NOW, NOW.plusSeconds(20), 5))))
              .toList();
      for (Future<List<Lease>> part : parts) {
        for (Lease lease : part.get()) {
          seen.add(lease.id());
          taken++;
        }
      }
    }
    assertEquals(taken, seen.size());
    assertTrue(taken > 0);
  }

  @Test
  void endsThoseThatAreMeantAlone() {
    SecretEngine one = engine("one");
    SecretEngine two = engine("two");
    Lease first = live(one, "app", NOW.plusSeconds(600));
    Lease other = live(one, "another", NOW.plusSeconds(600));
    Lease elsewhere = live(two, "app", NOW.plusSeconds(600));
    Lease pending = lease(one, "app", NOW.plusSeconds(600), NOW.plusSeconds(60));
    Filter filter = new Filter("default", one.id(), "reader", "app", null, List.of("app-owner"));
    assertEquals(2, count(tx -> tx.leases().countEndable(filter)));
    assertEquals(2, count(tx -> tx.leases().end(filter, "revoked", NOW)));
    assertEquals(0, count(tx -> tx.leases().end(filter, "revoked", NOW)));
    assertEquals(LeaseState.REVOKING, found(first).state());
    assertEquals(NOW, found(first).nextAt());
    assertEquals(NOW.plusSeconds(60), found(pending).nextAt(), "somebody may still make it");
    assertEquals(LeaseState.ACTIVE, found(other).state());
    assertEquals(LeaseState.ACTIVE, found(elsewhere).state());
    Filter foreign = new Filter("default", null, null, null, null, List.of("somebody"));
    assertEquals(List.of(), store.read(tx -> tx.leases().page(foreign, null, 9)));
    List<Lease> page = store.read(tx -> tx.leases().page(all(), null, 3));
    assertEquals(3, page.size());
    assertEquals(1, store.read(tx -> tx.leases().page(all(), page.getLast().id(), 9)).size());
    assertEquals(3, count(tx -> tx.leases().countLive("default", "app")));
    assertEquals(3, count(tx -> tx.leases().countLive(one.id(), "reader")));
    assertThrows(StoreException.class, () -> change(tx -> insertAgain(tx, first)));
  }

  private static Void insertAgain(Transaction tx, Lease lease) {
    tx.leases().insert(lease);
    return null;
  }
}
