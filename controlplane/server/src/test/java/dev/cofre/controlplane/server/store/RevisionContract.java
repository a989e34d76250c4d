package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Role;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every database must do with changes, their order and what is told of them. */
interface RevisionContract extends StoreFixture {
  @Test
  default void chainsRevisionsByTheirDigests() {
    makeKey("one");
    makeKey("two");
    SnapshotHead head = store().read(tx -> tx.revisions().head());
    assertEquals(1, head.epoch());
    assertEquals(2, head.revision());
    byte[] digest = SnapshotDigest.root(1);
    for (ChangeSet changes : store().read(tx -> tx.revisions().changesBetween(1, 0, 2))) {
      digest = SnapshotDigest.next(digest, changes);
    }
    assertArrayEquals(digest, head.digest());
    assertArrayEquals(
        head.digest(), store().read(tx -> tx.revisions().digestAt(1, 2)).orElseThrow());
    assertTrue(store().read(tx -> tx.revisions().digestAt(1, 3)).isEmpty());
  }

  @Test
  default void tellsListenersOfCommitsAlone() {
    List<Long> heard = new ArrayList<>();
    store().onRevision(head -> heard.add(head.revision()));
    makeKey("told");
    store().change(tx -> null);
    assertThrows(
        IllegalStateException.class,
        () ->
            store()
                .change(
                    tx -> {
                      tx.principals().insert(StoreFixture.principal("gone", Role.AUDITOR));
                      throw new IllegalStateException("undo");
                    }));
    assertEquals(List.of(1L), heard);
    assertTrue(store().read(tx -> tx.principals().find("gone")).isEmpty());
  }

  @Test
  default void changesOneAfterTheOther() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        String id = "p-" + i;
        all.add(
            threads.submit(
                () ->
                    store()
                        .change(
                            tx -> {
                              tx.principals().insert(StoreFixture.principal(id, Role.WORKLOAD));
                              return null;
                            })));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(24, store().read(tx -> tx.revisions().head()).revision());
    assertEquals(24, store().read(tx -> tx.revisions().changesBetween(1, 0, 24)).size());
  }

  @Test
  default void theLiveStateIsThatOfTheLastCommit() {
    Instant before = Clock.systemUTC().instant().minusSeconds(60);
    KmsKey key = makeKey("live");
    assertEquals("live", store().read(tx -> tx.live().key(key.id()).alias()));
    assertTrue(holds(tx -> tx.liveAt(before).key(key.id()) == null));
    assertTrue(holds(tx -> tx.liveAt(LATER).key(key.id()) != null));
    assertTrue(
        changes(
            tx -> {
              tx.principals().insert(StoreFixture.principal("later", Role.WORKLOAD));
              return tx.live().principal("later") == null;
            }));
    assertTrue(holds(tx -> tx.live().principal("later") != null));
  }

  @Test
  default void keepsAnswersForADay() {
    IdempotentAnswer answer = new IdempotentAnswer(new byte[32], 201, "\"1\"", "{\"ü\":1}");
    store()
        .change(
            tx -> {
              tx.idempotency()
                  .put("me", "k", "node", new IdempotentAnswer(new byte[32], 0, null, null));
              tx.idempotency().put("me", "k", "node", answer);
              return null;
            });
    IdempotentAnswer found = store().read(tx -> tx.idempotency().find("me", "k")).orElseThrow();
    assertEquals(answer.body(), found.body());
    assertEquals(answer.status(), found.status());
    assertTrue(store().read(tx -> tx.idempotency().find("you", "k")).isEmpty());
    try (Store tomorrow = tomorrow()) {
      assertTrue(tomorrow.read(tx -> tx.idempotency().find("me", "k")).isEmpty());
    }
  }

  private Store tomorrow() {
    store().close();
    return reopened(Clock.offset(Clock.systemUTC(), Duration.ofHours(25)));
  }

  @Test
  default void reachesAMilestoneOnce() {
    assertFalse(holds(tx -> tx.milestones().isReached("m")));
    for (int i = 0; i < 2; i++) {
      store()
          .change(
              tx -> {
                tx.milestones().reach("m");
                return null;
              });
    }
    assertTrue(holds(tx -> tx.milestones().isReached("m")));
  }
}
