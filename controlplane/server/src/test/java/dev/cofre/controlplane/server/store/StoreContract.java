package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    KmsKey disabled = key.in(KeyState.DISABLED, key.stamp().createdAt(), "x");
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
    Instant longAgo = Instant.EPOCH;
    HalfMade half = store.read(tx -> tx.halfMade().leftBy("node", longAgo)).getFirst();
    assertEquals(new HalfMade(id, 1, KmsKey.kekLabel(id, 1)), half);
    assertTrue(store.read(tx -> tx.halfMade().leftBy("another", longAgo)).isEmpty());
    assertEquals(1, store.read(tx -> tx.halfMade().leftBy("another", LATER)).size());
    assertFalse(changes(tx -> tx.halfMade().remove(half)), "not given up yet");
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half)));
    assertFalse(changes(tx -> tx.halfMade().finish(id, 1)), "given up");
    assertTrue(store.read(tx -> tx.keys().find(id)).isEmpty());
    assertEquals(List.of(half), store.read(tx -> tx.halfMade().leftBy("node", longAgo)));
    assertTrue(changes(tx -> tx.halfMade().beginRemoval(half)), "again after a kill");
    assertTrue(changes(tx -> tx.halfMade().remove(half)));
    assertFalse(holds(tx -> tx.keys().isAliasTaken("default", "half")));
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
                  Map.of("app", "shop"));
          Stamp stamp = Stamp.created(tx.now(), "officer");
          KeyVersion version =
              new KeyVersion(1, Protection.HSM, KmsKey.kekLabel(id, 1), tx.now(), "officer");
          tx.halfMade().insertKey(id, draft, stamp);
          tx.halfMade().insertVersion(id, version, "node");
          assertEquals(2, tx.halfMade().nextVersion(id));
          return new KmsKey(id, draft, KeyState.ACTIVE, 1, List.of(version), stamp);
        });
  }

  private static Principal principal(String id, Role role) {
    return new Principal(
        id,
        "default",
        Set.of(role),
        Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin"));
  }
}
