package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyTransition;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KeyUseCount;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.Origin;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretGrant;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.domain.UseReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do; each one runs it unchanged. */
abstract class StoreContract {
  private static final Instant LATER = Instant.parse("2099-01-01T00:00:00Z");

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

  @Test
  void keepsKeysAsTheyWere() {
    KmsKey key = makeKey("orders");
    assertEquals(key, store.read(tx -> tx.keys().find(key.id())).orElseThrow());
    assertEquals(key, store.read(tx -> tx.keys().find("default", "orders")).orElseThrow());
    KmsKey disabled = key.after(KeyTransition.of(KeyMove.DISABLE, key.stamp().createdAt(), "x"));
    store.change(
        tx -> {
          tx.keys().update(disabled);
          return null;
        });
    assertEquals(disabled, store.read(tx -> tx.keys().find(key.id())).orElseThrow());
    assertEquals(List.of(KmsKey.kekLabel(key.id(), 1)), store.read(tx -> tx.keys().kekLabels()));
  }

  @Test
  void sortsAliasesByTheirBytes() {
    List<String> aliases = List.of("a-z", "a.z", "a0", "a_z", "aa", "b");
    aliases.reversed().forEach(this::makeKey);
    List<String> sorted =
        store.read(tx -> tx.keys().page("default", "", 10)).stream().map(KmsKey::alias).toList();
    assertEquals(aliases, sorted);
    assertEquals("a_z", store.read(tx -> tx.keys().page("default", "a0", 1)).getFirst().alias());
  }

  @Test
  void doesNotShowWhatIsHalfMade() {
    UUID id = UUID.randomUUID();
    begin(id, "half");
    assertTrue(store.read(tx -> tx.keys().find(id)).isEmpty());
    assertTrue(holds(tx -> tx.keys().isAliasTaken("default", "half")));
    assertTrue(store.read(tx -> tx.keys().kekLabels()).isEmpty());
    HalfMade half = new HalfMade(id, 1, KmsKey.kekLabel(id, 1));
    assertEquals(List.of(half.kekLabel()), store.read(tx -> tx.halfMade().labels()));
    enter("node");
    assertTrue(store.read(tx -> tx.halfMade().leftByTheDead()).isEmpty(), "its owner lives");
    leave("node");
    assertEquals(List.of(half), store.read(tx -> tx.halfMade().leftByTheDead()));
    assertFalse(changes(tx -> tx.halfMade().remove(half)), "not given up yet");
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half)));
    assertFalse(changes(tx -> tx.halfMade().finish(id, 1)), "given up");
    assertTrue(store.read(tx -> tx.keys().find(id)).isEmpty());
    assertEquals(List.of(half), store.read(tx -> tx.halfMade().leftByTheDead()));
    assertFalse(holds(tx -> tx.halfMade().isMade(half.kekLabel())));
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half)), "again after a kill");
    assertTrue(changes(tx -> tx.halfMade().remove(half)));
    assertFalse(holds(tx -> tx.keys().isAliasTaken("default", "half")));
  }

  @Test
  void knowsWhichControlPlanesAreSilent() {
    enter("one");
    enter("one");
    enter("two");
    assertEquals(List.of("two"), store.read(tx -> tx.controlPlanes().others("one")));
    assertEquals(
        List.of("two"), store.read(tx -> tx.controlPlanes().predecessors("one", "node-of-two")));
    assertTrue(store.read(tx -> tx.controlPlanes().predecessors("one", "node-of-one")).isEmpty());
    assertTrue(store.read(tx -> tx.controlPlanes().silent("one", 60)).isEmpty());
    assertEquals(List.of("two"), store.read(tx -> tx.controlPlanes().silent("one", -60)));
    store.note(
        tx -> {
          tx.controlPlanes().removeSilent("two", 60);
          return null;
        });
    assertEquals(List.of("two"), store.read(tx -> tx.controlPlanes().others("one")));
    leave("two");
    assertTrue(store.read(tx -> tx.controlPlanes().others("one")).isEmpty());
  }

  @Test
  void forgetsWhatTheDeadWereAnsweringOnceNothingHalfMadeIsLeftOfThem() {
    UUID id = UUID.randomUUID();
    begin(id, "half");
    HalfMade half = new HalfMade(id, 1, KmsKey.kekLabel(id, 1));
    IdempotentAnswer atWork = new IdempotentAnswer(new byte[32], 0, null, null);
    store.change(
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
    store.change(
        tx -> {
          tx.idempotency().removeUnfinishedOfTheDead();
          return null;
        });
    assertTrue(store.read(tx -> tx.idempotency().find("me", "k")).isEmpty());
  }

  private void enter(String instance) {
    store.note(
        tx -> {
          tx.controlPlanes().seen(instance, "node-of-" + instance);
          return null;
        });
  }

  private void leave(String instance) {
    store.note(
        tx -> {
          tx.controlPlanes().remove(instance);
          return null;
        });
  }

  @Test
  void chainsRevisionsByTheirDigests() {
    makeKey("one");
    makeKey("two");
    SnapshotHead head = store.read(tx -> tx.revisions().head());
    assertEquals(1, head.epoch());
    assertEquals(2, head.revision());
    byte[] digest = SnapshotDigest.root(1);
    for (ChangeSet changes : store.read(tx -> tx.revisions().changesBetween(1, 0, 2))) {
      digest = SnapshotDigest.next(digest, changes);
    }
    assertArrayEquals(digest, head.digest());
    assertArrayEquals(head.digest(), store.read(tx -> tx.revisions().digestAt(1, 2)).orElseThrow());
    assertTrue(store.read(tx -> tx.revisions().digestAt(1, 3)).isEmpty());
  }

  @Test
  void tellsListenersOfCommitsAlone() {
    List<Long> heard = new ArrayList<>();
    store.onRevision(head -> heard.add(head.revision()));
    makeKey("told");
    store.change(tx -> null);
    assertThrows(
        IllegalStateException.class,
        () ->
            store.change(
                tx -> {
                  tx.principals().insert(principal("gone", Role.AUDITOR));
                  throw new IllegalStateException("undo");
                }));
    assertEquals(List.of(1L), heard);
    assertTrue(store.read(tx -> tx.principals().find("gone")).isEmpty());
  }

  @Test
  void changesOneAfterTheOther() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        String id = "p-" + i;
        all.add(
            threads.submit(
                () ->
                    store.change(
                        tx -> {
                          tx.principals().insert(principal(id, Role.WORKLOAD));
                          return null;
                        })));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertEquals(24, store.read(tx -> tx.revisions().head()).revision());
    assertEquals(24, store.read(tx -> tx.revisions().changesBetween(1, 0, 24)).size());
  }

  @Test
  void findsPrincipalsByTokenDigest() {
    byte[] digest = new byte[32];
    digest[0] = 1;
    Principal principal = principal("app", Role.WORKLOAD);
    store.change(
        tx -> {
          tx.principals().insert(principal);
          tx.principals().replaceTokens(principal, new byte[32], tx.now());
          tx.principals().replaceTokens(principal, digest, tx.now());
          return null;
        });
    assertEquals(principal, store.read(tx -> tx.principals().findByToken(digest)).orElseThrow());
    assertTrue(store.read(tx -> tx.principals().findByToken(new byte[32])).isEmpty());
    ChangeSet changes = store.read(tx -> tx.revisions().changesBetween(1, 0, 1)).getFirst();
    assertEquals(1, changes.getPrincipals(0).getTokenDigestsCount());
  }

  private static PolicyDocument document(String name, String... keys) {
    PolicyStatement statement =
        PolicyStatement.plain(
            Effect.ALLOW,
            List.of("app", "group:shop"),
            Set.of(KeyUse.ENCRYPT, KeyUse.DATA_KEY_UNWRAP),
            List.of(keys));
    return new PolicyDocument(name, "what for", LATER, List.of(statement), List.of());
  }

  @Test
  void keepsPoliciesTheirHistoryAndTellsOfTheirRemoval() {
    KmsKey key = makeKey("orders");
    Stamp made = Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin");
    Policy policy =
        new Policy(UUID.randomUUID(), "default", document("grant", key.id().toString()), made);
    store.change(
        tx -> {
          tx.principals().insert(principal("app", Role.WORKLOAD));
          tx.policies().insert(policy);
          return null;
        });
    assertEquals(policy, store.read(tx -> tx.policies().find(policy.id())).orElseThrow());
    assertEquals(policy, store.read(tx -> tx.policies().find("default", "grant")).orElseThrow());
    assertEquals(List.of(policy), store.read(tx -> tx.policies().page("default", "", 5)));
    assertTrue(holds(tx -> tx.policies().isNameTaken("default", "grant")));
    Policy changed =
        policy.saying(
            document("granted", key.id().toString()), made.changed(made.createdAt(), "other"));
    store.change(
        tx -> {
          tx.policies().update(changed);
          return null;
        });
    assertEquals(changed, store.read(tx -> tx.policies().find(policy.id())).orElseThrow());
    store.change(
        tx -> {
          tx.policies().delete(changed, tx.now(), "third");
          return null;
        });
    assertTrue(store.read(tx -> tx.policies().find(policy.id())).isEmpty());
    List<PolicyVersion> history = store.read(tx -> tx.policies().history("default", policy.id()));
    assertEquals(
        List.of("third", "other", "admin"),
        history.stream().map(PolicyVersion::changedBy).toList());
    assertEquals(
        List.of(true, false, false), history.stream().map(PolicyVersion::removed).toList());
    assertEquals(policy.document(), history.getLast().document());
    assertTrue(store.read(tx -> tx.policies().history("other", policy.id())).isEmpty());
    ChangeSet last = store.read(tx -> tx.revisions().changesBetween(1, 3, 4)).getFirst();
    assertEquals(List.of(policy.id().toString()), last.getRemovedPoliciesList());
  }

  @Test
  void keepsGroupsAndTellsOfThem() {
    Stamp made = Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin");
    Group group =
        new Group("default", "shop", List.of("app", "group:x"), Set.of(Role.AUDITOR), made);
    store.change(
        tx -> {
          tx.groups().insert(group);
          return null;
        });
    assertEquals(group, store.read(tx -> tx.groups().find("default", "shop")).orElseThrow());
    assertEquals(List.of(group), store.read(tx -> tx.groups().page("default", "", 5)));
    Group empty =
        new Group("default", "shop", List.of(), Set.of(), made.changed(made.createdAt(), "x"));
    store.change(
        tx -> {
          tx.groups().update(empty);
          return null;
        });
    assertEquals(empty, store.read(tx -> tx.groups().find("default", "shop")).orElseThrow());
    store.change(
        tx -> {
          tx.groups().delete(empty);
          return null;
        });
    assertTrue(holds(tx -> tx.groups().count("default") == 0));
    ChangeSet last = store.read(tx -> tx.revisions().changesBetween(1, 2, 3)).getFirst();
    assertEquals(List.of("default/shop"), last.getRemovedGroupsList());
  }

  @Test
  void theLiveStateIsThatOfTheLastCommit() {
    Instant before = Clock.systemUTC().instant().minusSeconds(60);
    KmsKey key = makeKey("live");
    assertEquals("live", store.read(tx -> tx.live().key(key.id()).alias()));
    assertTrue(holds(tx -> tx.liveAt(before).key(key.id()) == null));
    assertTrue(holds(tx -> tx.liveAt(LATER).key(key.id()) != null));
    assertTrue(
        changes(
            tx -> {
              tx.principals().insert(principal("later", Role.WORKLOAD));
              return tx.live().principal("later") == null;
            }));
    assertTrue(holds(tx -> tx.live().principal("later") != null));
  }

  @Test
  void keepsAnswersForADay() {
    IdempotentAnswer answer = new IdempotentAnswer(new byte[32], 201, "\"1\"", "{\"ü\":1}");
    store.change(
        tx -> {
          tx.idempotency()
              .put("me", "k", "node", new IdempotentAnswer(new byte[32], 0, null, null));
          tx.idempotency().put("me", "k", "node", answer);
          return null;
        });
    IdempotentAnswer found = store.read(tx -> tx.idempotency().find("me", "k")).orElseThrow();
    assertEquals(answer.body(), found.body());
    assertEquals(answer.status(), found.status());
    assertTrue(store.read(tx -> tx.idempotency().find("you", "k")).isEmpty());
    try (Store tomorrow = tomorrow()) {
      assertTrue(tomorrow.read(tx -> tx.idempotency().find("me", "k")).isEmpty());
    }
  }

  /** The same database, a day later. */
  abstract Store reopened(Clock clock);

  private Store tomorrow() {
    store.close();
    return reopened(Clock.offset(Clock.systemUTC(), Duration.ofHours(25)));
  }

  @Test
  void reachesAMilestoneOnce() {
    assertFalse(holds(tx -> tx.milestones().isReached("m")));
    for (int i = 0; i < 2; i++) {
      store.change(
          tx -> {
            tx.milestones().reach("m");
            return null;
          });
    }
    assertTrue(holds(tx -> tx.milestones().isReached("m")));
  }

  @Test
  void keepsEveryStateOfKeysAndVersions() {
    KmsKey key = makeKey("states");
    Instant now = key.stamp().createdAt();
    Duration week = Duration.ofDays(7);
    KeyTransition schedule = new KeyTransition(KeyMove.SCHEDULE_DESTRUCTION, week, now, "officer");
    KmsKey version = put(key.after(1, schedule));
    KmsKey scheduled = put(version.after(schedule));
    assertEquals(List.of(), store.read(tx -> tx.due().destruction(5)));
    KmsKey begun = put(scheduled.beginDestruction(Tombstone.WHOLE_KEY, now, "scheduler"));
    assertFalse(store.read(tx -> tx.keys().kekLabels()).contains(KmsKey.kekLabel(key.id(), 1)));
    Tombstone tombstone =
        new Tombstone(
            key.id(), Tombstone.WHOLE_KEY, new byte[] {1}, new byte[] {2}, new byte[] {3}, now);
    store.change(
        tx -> {
          tx.tombstones().insert(tombstone);
          return null;
        });
    put(begun.endDestruction(Tombstone.WHOLE_KEY, now, "scheduler"));
    assertEquals(
        1, store.read(tx -> tx.tombstones().find(key.id(), 0)).orElseThrow().document()[0]);
    assertTrue(store.read(tx -> tx.tombstones().find(key.id(), 1)).isEmpty());
    for (KeyMove move : List.of(KeyMove.DISABLE, KeyMove.DEACTIVATE, KeyMove.COMPROMISE)) {
      put(makeKey("moved-" + move.wireName()).after(KeyTransition.of(move, now, "officer")));
    }
  }

  /** Writes {@code key}, which is then read back as it was. */
  private KmsKey put(KmsKey key) {
    store.change(
        tx -> {
          tx.keys().update(key);
          return null;
        });
    assertEquals(key, store.read(tx -> tx.keys().find(key.id())).orElseThrow());
    return key;
  }

  @Test
  void findsWhatIsDue() {
    KmsKey key = makeKey("due");
    store.close();
    try (Store later = reopened(Clock.offset(Clock.systemUTC(), Duration.ofDays(91)))) {
      DataClassRules rules = later.read(tx -> tx.dataClasses().rules(DataClass.RESTRICTED));
      assertEquals(List.of(key.id()), later.read(tx -> tx.due().rotation(rules, 5)));
      assertEquals(List.of(), later.read(tx -> tx.due().expiry(5)));
      assertEquals(List.of(), later.read(tx -> tx.due().activation(5)));
      assertEquals(List.of(), later.read(tx -> tx.due().versionDestruction(5)));
    }
  }

  @Test
  void keepsWrappedKeksUntilTheirVersionIsDestroyed() {
    UUID id = UUID.randomUUID();
    KmsKey key = begin(id, "soft");
    store.change(
        tx -> {
          assertTrue(tx.halfMade().finish(id, 1, new byte[] {7}));
          tx.keys().update(key);
          return null;
        });
    assertEquals(7, store.read(tx -> tx.keys().wrappedKeks(id)).get(1)[0]);
    assertEquals(List.of("root-kek-default"), store.read(tx -> tx.keys().rootKekLabels()));
    Instant now = key.stamp().createdAt();
    put(
        key.beginDestruction(Tombstone.WHOLE_KEY, now, "s")
            .endDestruction(Tombstone.WHOLE_KEY, now, "s"));
    assertTrue(store.read(tx -> tx.keys().wrappedKeks(id)).isEmpty());
    assertTrue(store.read(tx -> tx.keys().rootKekLabels()).isEmpty());
  }

  @Test
  void keepsRulesNoticesAndUses() {
    KmsKey key = makeKey("watched");
    store.change(
        tx -> {
          tx.dataClasses().ship();
          tx.dataClasses().ship();
          return null;
        });
    DataClassRules rules = store.read(tx -> tx.dataClasses().rules(DataClass.RESTRICTED));
    DataClassRules changed = rules.changed(Map.of("warnDays", 365), rules.stamp().createdAt(), "a");
    store.change(
        tx -> {
          tx.dataClasses().put(changed);
          return null;
        });
    assertEquals(changed, store.read(tx -> tx.dataClasses().all()).getLast());

    put(
        key.after(
            new KeyTransition(
                KeyMove.SCHEDULE_DESTRUCTION,
                Duration.ofDays(7),
                key.stamp().createdAt(),
                "officer")));
    for (int i = 0; i < 2; i++) {
      store.change(
          tx -> {
            tx.notices().dueDestructions(5).forEach(tx.notices()::insert);
            tx.notices().dueExpiries(changed, 5).forEach(tx.notices()::insert);
            return null;
          });
    }
    List<Notice> told = store.read(tx -> tx.notices().page("default", null, Optional.empty(), 5));
    assertEquals(1, told.size(), "each end once");
    assertEquals(Notice.Kind.KEY_DESTRUCTION, told.getFirst().kind());
    UUID last = told.getFirst().id();
    assertEquals(
        List.of(), store.read(tx -> tx.notices().page("default", last, Optional.empty(), 5)));
    assertEquals(
        List.of(), store.read(tx -> tx.notices().page("default", null, Optional.of("x"), 5)));

    KeyUseCount use = new KeyUseCount(key.id(), "app", KeyUse.DECRYPT, 3, key.stamp().createdAt());
    UseReport report = new UseReport("node", UUID.randomUUID(), List.of(use));
    assertTrue(changes(tx -> tx.uses().add(report)));
    assertFalse(changes(tx -> tx.uses().add(report)), "a report counts once");
    assertTrue(
        changes(tx -> tx.uses().add(new UseReport("node", UUID.randomUUID(), List.of(use)))));
    assertEquals(6, store.read(tx -> tx.uses().of(key.id(), 5)).getFirst().uses());
    assertEquals(List.of(), orphans(), "what is to be destroyed is none");
    KmsKey other = makeKey("unowned");
    assertEquals(List.of(other.id()), orphans());
  }

  private List<UUID> orphans() {
    return store
        .read(tx -> tx.orphans().page("default", "", 5, tx.dataClasses().all(), tx.keys()))
        .stream()
        .map(orphan -> orphan.key().id())
        .toList();
  }

  private boolean changes(Predicate<Transaction> change) {
    return store.<Boolean>change(change::test);
  }

  private boolean holds(Predicate<Transaction> condition) {
    return store.<Boolean>read(condition::test);
  }

  private KmsKey makeKey(String alias) {
    UUID id = UUID.randomUUID();
    KmsKey key = begin(id, alias);
    store.change(
        tx -> {
          assertTrue(tx.halfMade().finish(id, 1));
          assertFalse(tx.halfMade().finish(id, 1));
          tx.keys().update(key);
          return null;
        });
    return key;
  }

  @Test
  void importsArePagedEndedOnceAndForgotten() {
    ImportJob.Wrapping wrapping = new ImportJob.Wrapping("A", "HSM", new byte[] {1});
    List<UUID> ids = java.util.stream.Stream.generate(UUID::randomUUID).limit(3).toList();
    for (UUID id : ids) {
      store.change(
          tx -> {
            tx.imports().insert(id, "imports", "officer");
            assertFalse(tx.imports().isVisible(id));
            assertTrue(tx.imports().find("imports", id).isEmpty(), "nobody was told of it");
            assertTrue(tx.imports().finish(id, wrapping));
            assertFalse(tx.imports().finish(id, wrapping));
            return null;
          });
    }
    ImportJob first = store.read(tx -> tx.imports().page("imports", null, 1)).getFirst();
    List<ImportJob> rest = store.read(tx -> tx.imports().page("imports", first, 5));
    assertEquals(2, rest.size());
    assertTrue(rest.stream().noneMatch(job -> job.id().equals(first.id())));
    assertEquals(3, store.<Integer>read(tx -> tx.imports().open("imports")));
    assertTrue(store.<List<UUID>>read(tx -> tx.imports().leftPairs(9)).isEmpty());

    UUID made = UUID.randomUUID();
    assertTrue(changes(tx -> tx.imports().end(first, ImportJob.State.DONE, made, "officer")));
    assertFalse(changes(tx -> tx.imports().end(first, ImportJob.State.DONE, made, "officer")));
    ImportJob done = store.read(tx -> tx.imports().find("imports", first.id()).orElseThrow());
    assertEquals(Optional.of(made), done.keyId());
    assertEquals(first.stamp().revision() + 1, done.stamp().revision());
    assertEquals(List.of(first.id()), store.<List<UUID>>read(tx -> tx.imports().leftPairs(9)));
    store.change(
        tx -> {
          tx.imports().pairDestroyed(first.id());
          for (int i = 0; i < ImportJob.REFUSALS_MAX; i++) {
            tx.imports().refused(rest.getFirst());
          }
          return null;
        });
    assertEquals(
        ImportJob.State.FAILED,
        store.read(tx -> tx.imports().find("imports", rest.getFirst().id()).orElseThrow()).state());
    assertEquals(2, store.<Integer>read(tx -> tx.imports().open("imports")));
  }

  private KmsKey begin(UUID id, String alias) {
    return store.change(
        tx -> {
          KeyDraft draft =
              new KeyDraft(
                  alias,
                  "default",
                  Environment.PROD,
                  DataClass.RESTRICTED,
                  "team ü",
                  "tests 😀",
                  KeyDraft.ENCRYPT_DECRYPT,
                  Protection.HSM,
                  LATER,
                  Map.of("app", "shop"),
                  false,
                  Optional.empty(),
                  true,
                  Origin.GENERATED);
          Stamp stamp = Stamp.created(tx.now(), "officer");
          KeyVersion version =
              new KeyVersion(
                  1,
                  Protection.HSM,
                  KmsKey.kekLabel(id, 1),
                  tx.now(),
                  "officer",
                  KeyMaterial.imported("MEMORY", true, id.toString().replace("-", "")));
          tx.halfMade().insertKey(id, draft, stamp);
          tx.halfMade().insertVersion(id, version, "node");
          assertEquals(2, tx.halfMade().nextVersion(id));
          return new KmsKey(id, draft, new KeyState.Active(), 1, List.of(version), stamp);
        });
  }

  private static Principal principal(String id, Role role) {
    return new Principal(
        id,
        "default",
        Set.of(role),
        Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin"));
  }

  @Test
  void secretsTheirVersionsAndWhoReadsThem() {
    SecretDraft draft =
        new SecretDraft(
            "db-a",
            "secrets",
            Environment.PROD,
            DataClass.INTERNAL,
            "owner-1",
            "for tests",
            Instant.parse("2099-01-01T00:00:00Z"),
            new SecretRotation(0, "never"));
    UUID id = UUID.randomUUID();
    Secret first = new Secret(id, draft, 1, Stamp.created(Instant.EPOCH, "me"));
    byte[] envelope = {1, 2, 3};
    store.change(
        tx -> {
          tx.secrets().insert(first);
          tx.secretVersions().insert(id, SecretVersion.created(1, tx.now(), "me"), envelope);
          return null;
        });
    assertEquals(first, store.read(tx -> tx.secrets().find("secrets", "db-a").orElseThrow()));
    assertEquals(1, store.<Integer>read(tx -> tx.secrets().count("secrets")));
    Set<String> owners = Set.of("owner-1", "group:x");
    assertTrue(store.read(tx -> tx.secrets().findOwned("secrets", "db-a", owners)).isPresent());
    assertTrue(store.read(tx -> tx.secrets().findOwned("secrets", "db-a", Set.of("y"))).isEmpty());
    assertTrue(store.read(tx -> tx.secrets().find("others", "db-a")).isEmpty());
    assertEquals(
        List.of(first), store.read(tx -> tx.secrets().pageOwned("secrets", owners, "", 9)));

    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    SecretGrant ends =
        new SecretGrant("secrets", "app", "db-a", now.plusSeconds(1), now, "security-admin");
    SecretGrant stays = new SecretGrant("secrets", "group:g", "db-a", null, now, "sa");
    store.change(
        tx -> {
          tx.secretGrants().put(ends);
          tx.secretGrants().put(ends);
          tx.secretGrants().put(stays);
          return null;
        });
    assertEquals(
        List.of(ends, stays), store.read(tx -> tx.secretGrants().page("secrets", "db-a", "", 9)));
    assertEquals(List.of(ends, stays), store.read(tx -> tx.secretGrants().all("secrets", 9)));
    assertTrue(granted("app", "db-a", now));
    assertFalse(granted("app", "db-a", now.plusSeconds(1)), "it has ended");
    assertFalse(granted("app", "db-", now));
    assertFalse(granted("%", "db-a", now));
    assertTrue(granted("group:g", "db-a", now.plusSeconds(9)));
    assertEquals(
        List.of(first),
        store.read(tx -> tx.secrets().pageGranted("secrets", Set.of("app"), now, "", 9)));
    assertEquals(1, store.<Integer>read(tx -> tx.secretGrants().countOf("secrets", "app")));
    assertEquals(2, store.<Integer>read(tx -> tx.secretGrants().countOn("secrets", "db-a")));

    store.change(
        tx -> {
          SecretVersion second = SecretVersion.created(2, tx.now(), "me");
          tx.secretVersions().insert(id, second, envelope);
          tx.secrets().update(first.with(2, tx.now(), "you"));
          tx.secretVersions().move(id, second.in(SecretVersion.State.DESTROYED, tx.now(), "you"));
          tx.secretGrants().delete(ends);
          return null;
        });
    assertEquals(2, store.<Integer>read(tx -> tx.secretVersions().newest(id)));
    assertEquals(
        2, store.read(tx -> tx.secrets().find("secrets", "db-a").orElseThrow()).currentVersion());
    assertArrayEquals(
        envelope, store.read(tx -> tx.secretVersions().envelope(id, 1)).orElseThrow());
    assertTrue(store.read(tx -> tx.secretVersions().envelope(id, 2)).isEmpty());
    assertEquals(
        List.of(SecretVersion.State.ACTIVE, SecretVersion.State.DESTROYED),
        store.read(tx -> tx.secretVersions().page(id, 0, 9)).stream()
            .map(SecretVersion::state)
            .toList());
    assertFalse(granted("app", "db-a", now));
  }

  private boolean granted(String reader, String secret, Instant now) {
    return store.read(tx -> tx.secretGrants().isGranted("secrets", Set.of(reader), secret, now));
  }
}
