package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.KeyTransition;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KeyUseCount;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.domain.UseReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every database must do with keys, their states and versions. */
interface KeyContract extends StoreFixture {
  @Test
  default void keepsKeysAsTheyWere() {
    KmsKey key = makeKey("orders");
    assertEquals(key, store().read(tx -> tx.keys().find(key.id())).orElseThrow());
    assertEquals(key, store().read(tx -> tx.keys().find("default", "orders")).orElseThrow());
    KmsKey disabled = key.after(KeyTransition.of(KeyMove.DISABLE, key.stamp().createdAt(), "x"));
    store()
        .change(
            tx -> {
              tx.keys().update(disabled);
              return null;
            });
    assertEquals(disabled, store().read(tx -> tx.keys().find(key.id())).orElseThrow());
    assertEquals(List.of(KmsKey.kekLabel(key.id(), 1)), store().read(tx -> tx.keys().kekLabels()));
  }

  @Test
  default void sortsAliasesByTheirBytes() {
    List<String> aliases = List.of("a-z", "a.z", "a0", "a_z", "aa", "b");
    aliases.reversed().forEach(this::makeKey);
    List<String> sorted =
        store().read(tx -> tx.keys().page("default", "", 10)).stream().map(KmsKey::alias).toList();
    assertEquals(aliases, sorted);
    assertEquals("a_z", store().read(tx -> tx.keys().page("default", "a0", 1)).getFirst().alias());
  }

  @Test
  default void keepsEveryStateOfKeysAndVersions() {
    KmsKey key = makeKey("states");
    Instant now = key.stamp().createdAt();
    Duration week = Duration.ofDays(7);
    KeyTransition schedule = new KeyTransition(KeyMove.SCHEDULE_DESTRUCTION, week, now, "officer");
    KmsKey version = put(key.after(1, schedule));
    KmsKey scheduled = put(version.after(schedule));
    assertEquals(List.of(), store().read(tx -> tx.due().destruction(5)));
    KmsKey begun = put(scheduled.beginDestruction(Tombstone.WHOLE_KEY, now, "scheduler"));
    assertFalse(store().read(tx -> tx.keys().kekLabels()).contains(KmsKey.kekLabel(key.id(), 1)));
    Tombstone tombstone =
        new Tombstone(
            key.id(), Tombstone.WHOLE_KEY, new byte[] {1}, new byte[] {2}, new byte[] {3}, now);
    store()
        .change(
            tx -> {
              tx.tombstones().insert(tombstone);
              return null;
            });
    put(begun.endDestruction(Tombstone.WHOLE_KEY, now, "scheduler"));
    assertEquals(
        1, store().read(tx -> tx.tombstones().find(key.id(), 0)).orElseThrow().document()[0]);
    assertTrue(store().read(tx -> tx.tombstones().find(key.id(), 1)).isEmpty());
    for (KeyMove move : List.of(KeyMove.DISABLE, KeyMove.DEACTIVATE, KeyMove.COMPROMISE)) {
      put(makeKey("moved-" + move.wireName()).after(KeyTransition.of(move, now, "officer")));
    }
  }

  @Test
  default void findsWhatIsDue() {
    KmsKey key = makeKey("due");
    store().close();
    try (Store later = reopened(Clock.offset(Clock.systemUTC(), Duration.ofDays(91)))) {
      DataClassRules rules = later.read(tx -> tx.dataClasses().rules(DataClass.RESTRICTED));
      assertEquals(List.of(key.id()), later.read(tx -> tx.due().rotation(rules, 5)));
      assertEquals(List.of(), later.read(tx -> tx.due().expiry(5)));
      assertEquals(List.of(), later.read(tx -> tx.due().activation(5)));
      assertEquals(List.of(), later.read(tx -> tx.due().versionDestruction(5)));
    }
  }

  @Test
  default void keepsWrappedKeksUntilTheirVersionIsDestroyed() {
    UUID id = UUID.randomUUID();
    KmsKey key = begin(id, "soft");
    store()
        .change(
            tx -> {
              assertTrue(tx.halfMade().finish(id, 1, new byte[] {7}));
              tx.keys().update(key);
              return null;
            });
    assertEquals(7, store().read(tx -> tx.keys().wrappedKeks(id)).get(1)[0]);
    assertEquals(List.of("root-kek-default"), store().read(tx -> tx.keys().rootKekLabels()));
    Instant now = key.stamp().createdAt();
    put(
        key.beginDestruction(Tombstone.WHOLE_KEY, now, "s")
            .endDestruction(Tombstone.WHOLE_KEY, now, "s"));
    assertTrue(store().read(tx -> tx.keys().wrappedKeks(id)).isEmpty());
    assertTrue(store().read(tx -> tx.keys().rootKekLabels()).isEmpty());
  }

  @Test
  default void keepsRulesNoticesAndUses() {
    KmsKey key = makeKey("watched");
    store()
        .change(
            tx -> {
              tx.dataClasses().ship();
              tx.dataClasses().ship();
              return null;
            });
    DataClassRules rules = store().read(tx -> tx.dataClasses().rules(DataClass.RESTRICTED));
    DataClassRules changed = rules.changed(Map.of("warnDays", 365), rules.stamp().createdAt(), "a");
    store()
        .change(
            tx -> {
              tx.dataClasses().put(changed);
              return null;
            });
    assertEquals(changed, store().read(tx -> tx.dataClasses().all()).getLast());

    put(
        key.after(
            new KeyTransition(
                KeyMove.SCHEDULE_DESTRUCTION,
                Duration.ofDays(7),
                key.stamp().createdAt(),
                "officer")));
    for (int i = 0; i < 2; i++) {
      store()
          .change(
              tx -> {
                tx.notices().dueDestructions(5).forEach(tx.notices()::insert);
                tx.notices().dueExpiries(changed, 5).forEach(tx.notices()::insert);
                return null;
              });
    }
    List<Notice> told = store().read(tx -> tx.notices().page("default", null, Set.of(), 5));
    assertEquals(1, told.size(), "each end once");
    assertEquals(Notice.Kind.KEY_DESTRUCTION, told.getFirst().kind());
    UUID last = told.getFirst().id();
    assertEquals(List.of(), store().read(tx -> tx.notices().page("default", last, Set.of(), 5)));
    assertEquals(List.of(), store().read(tx -> tx.notices().page("default", null, Set.of("x"), 5)));

    KeyUseCount use = new KeyUseCount(key.id(), "app", KeyUse.DECRYPT, 3, key.stamp().createdAt());
    UseReport report = new UseReport("node", UUID.randomUUID(), List.of(use));
    assertTrue(changes(tx -> tx.uses().add(report)));
    assertFalse(changes(tx -> tx.uses().add(report)), "a report counts once");
    assertTrue(
        changes(tx -> tx.uses().add(new UseReport("node", UUID.randomUUID(), List.of(use)))));
    assertEquals(6, store().read(tx -> tx.uses().of(key.id(), 5)).getFirst().uses());
    assertEquals(List.of(), orphans(), "what is to be destroyed is none");
    KmsKey other = makeKey("unowned");
    assertEquals(List.of(other.id()), orphans());
  }

  private List<UUID> orphans() {
    return store()
        .read(tx -> tx.orphans().page("default", "", 5, tx.dataClasses().all(), tx.keys()))
        .stream()
        .map(orphan -> orphan.key().id())
        .toList();
  }

  @Test
  default void importsArePagedEndedOnceAndForgotten() {
    ImportJob.Wrapping wrapping = new ImportJob.Wrapping("A", "HSM", new byte[] {1});
    List<UUID> ids = java.util.stream.Stream.generate(UUID::randomUUID).limit(3).toList();
    for (UUID id : ids) {
      store()
          .change(
              tx -> {
                tx.imports().insert(id, "imports", "officer");
                assertFalse(tx.imports().isVisible(id));
                assertTrue(tx.imports().find("imports", id).isEmpty(), "nobody was told of it");
                assertTrue(tx.imports().finish(id, wrapping));
                assertFalse(tx.imports().finish(id, wrapping));
                return null;
              });
    }
    ImportJob first = store().read(tx -> tx.imports().page("imports", null, 1)).getFirst();
    List<ImportJob> rest = store().read(tx -> tx.imports().page("imports", first, 5));
    assertEquals(2, rest.size());
    assertTrue(rest.stream().noneMatch(job -> job.id().equals(first.id())));
    assertEquals(3, store().<Integer>read(tx -> tx.imports().open("imports")));
    assertTrue(store().<List<UUID>>read(tx -> tx.imports().leftPairs(9)).isEmpty());

    UUID made = UUID.randomUUID();
    assertTrue(changes(tx -> tx.imports().end(first, ImportJob.State.DONE, made, "officer")));
    assertFalse(changes(tx -> tx.imports().end(first, ImportJob.State.DONE, made, "officer")));
    ImportJob done = store().read(tx -> tx.imports().find("imports", first.id()).orElseThrow());
    assertEquals(Optional.of(made), done.keyId());
    assertEquals(first.stamp().revision() + 1, done.stamp().revision());
    assertEquals(List.of(first.id()), store().<List<UUID>>read(tx -> tx.imports().leftPairs(9)));
    store()
        .change(
            tx -> {
              tx.imports().pairDestroyed(first.id());
              for (int i = 0; i < ImportJob.REFUSALS_MAX; i++) {
                tx.imports().refused(rest.getFirst());
              }
              return null;
            });
    assertEquals(
        ImportJob.State.FAILED,
        store()
            .read(tx -> tx.imports().find("imports", rest.getFirst().id()).orElseThrow())
            .state());
    assertEquals(2, store().<Integer>read(tx -> tx.imports().open("imports")));
  }
}
