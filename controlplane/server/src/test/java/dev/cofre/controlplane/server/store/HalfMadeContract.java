package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.KmsKey;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every database must do with what is half made, and who was at it. */
interface HalfMadeContract extends StoreFixture {
  @Test
  default void doesNotShowWhatIsHalfMade() {
    UUID id = UUID.randomUUID();
    begin(id, "half");
    assertTrue(store().read(tx -> tx.keys().find(id)).isEmpty());
    assertTrue(holds(tx -> tx.keys().isAliasTaken("default", "half")));
    assertTrue(store().read(tx -> tx.keys().kekLabels()).isEmpty());
    HalfMade half = new HalfMade(id, 1, KmsKey.kekLabel(id, 1));
    assertEquals(List.of(half.kekLabel()), store().read(tx -> tx.halfMade().labels()));
    enter("node");
    assertTrue(store().read(tx -> tx.halfMade().leftByTheDead()).isEmpty(), "its owner lives");
    leave("node");
    assertEquals(List.of(half), store().read(tx -> tx.halfMade().leftByTheDead()));
    assertFalse(changes(tx -> tx.halfMade().remove(half)), "not given up yet");
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half)));
    assertFalse(changes(tx -> tx.halfMade().finish(id, 1)), "given up");
    assertTrue(store().read(tx -> tx.keys().find(id)).isEmpty());
    assertEquals(List.of(half), store().read(tx -> tx.halfMade().leftByTheDead()));
    assertFalse(holds(tx -> tx.halfMade().isMade(half.kekLabel())));
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half)), "again after a kill");
    assertTrue(changes(tx -> tx.halfMade().remove(half)));
    assertFalse(holds(tx -> tx.keys().isAliasTaken("default", "half")));
  }

  @Test
  default void knowsWhichControlPlanesAreSilent() {
    enter("one");
    enter("one");
    enter("two");
    assertEquals(List.of("two"), store().read(tx -> tx.controlPlanes().others("one")));
    assertEquals(
        List.of("two"), store().read(tx -> tx.controlPlanes().predecessors("one", "node-of-two")));
    assertTrue(store().read(tx -> tx.controlPlanes().predecessors("one", "node-of-one")).isEmpty());
    assertTrue(store().read(tx -> tx.controlPlanes().silent("one", 60)).isEmpty());
    assertEquals(List.of("two"), store().read(tx -> tx.controlPlanes().silent("one", -60)));
    store()
        .note(
            tx -> {
              tx.controlPlanes().removeSilent("two", 60);
              return null;
            });
    assertEquals(List.of("two"), store().read(tx -> tx.controlPlanes().others("one")));
    leave("two");
    assertTrue(store().read(tx -> tx.controlPlanes().others("one")).isEmpty());
  }

  @Test
  default void forgetsWhatTheDeadWereAnsweringOnceNothingHalfMadeIsLeftOfThem() {
    UUID id = UUID.randomUUID();
    begin(id, "half");
    HalfMade half = new HalfMade(id, 1, KmsKey.kekLabel(id, 1));
    IdempotentAnswer atWork = new IdempotentAnswer(new byte[32], 0, null, null);
    store()
        .change(
            tx -> {
              tx.idempotency().put("me", "k", "node", atWork);
              return null;
            });
    assertFalse(holds(tx -> tx.idempotency().hasUnfinishedOfTheDead()), "half-made rows first");
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half) && tx.halfMade().remove(half)));
    enter("node");
    assertFalse(holds(tx -> tx.idempotency().hasUnfinishedOfTheDead()), "it lives");
    leave("node");
    assertTrue(holds(tx -> tx.idempotency().hasUnfinishedOfTheDead()));
    store()
        .change(
            tx -> {
              tx.idempotency().removeUnfinishedOfTheDead();
              return null;
            });
    assertTrue(store().read(tx -> tx.idempotency().find("me", "k")).isEmpty());
  }

  private void enter(String instance) {
    store()
        .note(
            tx -> {
              tx.controlPlanes().seen(instance, "node-of-" + instance);
              return null;
            });
  }

  private void leave(String instance) {
    store()
        .note(
            tx -> {
              tx.controlPlanes().remove(instance);
              return null;
            });
  }
}
