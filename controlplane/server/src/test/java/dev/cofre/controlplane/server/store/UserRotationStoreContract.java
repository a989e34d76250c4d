package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.domain.UserRotationDraft;
import dev.cofre.controlplane.server.store.SecretEngineTable.Root;
import dev.cofre.controlplane.server.store.UserRotationTable.Figures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do with rotations; each one runs it unchanged. */
abstract class UserRotationStoreContract {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(30);

  private Store store;
  private SecretEngine engine;

  abstract StoreLocation freshDatabase() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(freshDatabase(), Clock.systemUTC());
    engine = engine();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T does(Function<Transaction, T> work) {
    return store.change(work);
  }

  private boolean is(Function<Transaction, Boolean> work) {
    return store.change(work);
  }

  private SecretEngine engine() {
    SecretEngineDraft draft =
        new SecretEngineDraft(
            "pg",
            "default",
            Environment.DEV,
            EngineKind.POSTGRESQL,
            "app-owner",
            "for tests",
            "Localhost",
            5432,
            "shop",
            "root",
            false);
    SecretEngine made =
        new SecretEngine(UUID.randomUUID(), draft, 1, false, Stamp.created(NOW, "x"));
    return does(
        tx -> {
          tx.engines().insert(made, new Root(1, new byte[] {1}, 0, null));
          return made;
        });
  }

  private UserRotation rotation(String name) {
    SecretDraft secret =
        new SecretDraft(
            name,
            "default",
            Environment.DEV,
            DataClass.INTERNAL,
            "app-owner",
            "for tests",
            NOW.plusSeconds(9_999),
            new SecretRotation(30, ""));
    Map<String, Object> document =
        Map.of(
            "engine",
            "pg",
            "users",
            List.of(name + "_a", name + "_b"),
            "create",
            true,
            "grants",
            List.of(
                Map.of(
                    "on",
                    "tables",
                    "schema",
                    "a \" b",
                    "names",
                    List.of("x"),
                    "privileges",
                    List.of("SELECT"))),
            "periodSeconds",
            3_600);
    UUID id = UUID.randomUUID();
    UserRotation made =
        UserRotation.begun(
            id,
            engine.id(),
            UserRotationDraft.read(document),
            name + "_a",
            Stamp.created(NOW, "app-owner"));
    return does(
        tx -> {
          tx.secrets().insert(new Secret(id, secret, 1, Stamp.created(NOW, "app-owner")));
          tx.userRotations().insert(made);
          return made;
        });
  }

  private UserRotation found(UserRotation rotation) {
    return store.read(tx -> tx.userRotations().find(rotation.secret())).orElseThrow();
  }

  private Optional<UserRotation> claim(UserRotation rotation, Instant now) {
    return store.note(tx -> tx.userRotations().claim(rotation.secret(), now, now.plusSeconds(30)));
  }

  @Test
  void isReadAsItWasWritten() {
    UserRotation made = rotation("one");
    assertEquals(made, found(made));
    Map<String, Object> document =
        Map.of("engine", "pg", "users", made.draft().users(), "create", true, "periodSeconds", 60);
    UserRotation changed = made.described(UserRotationDraft.read(document), LATER, "b");
    does(
        tx -> {
          tx.userRotations().update(changed);
          return null;
        });
    assertEquals(changed, found(made));
    does(
        tx -> {
          tx.userRotations().delete(made.secret());
          return null;
        });
    assertFalse(is(tx -> tx.userRotations().isRotated(made.secret())));
    assertFalse(is(tx -> tx.userRotations().isUsed(engine.id())));
  }

  @Test
  void ofTwoWhoTakeItOneHasIt() throws Exception {
    UserRotation made = rotation("one");
    List<Future<Optional<UserRotation>>> tries = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        tries.add(threads.submit(() -> claim(made, NOW)));
      }
    }
    int taken = 0;
    for (Future<Optional<UserRotation>> one : tries) {
      taken += one.get().isPresent() ? 1 : 0;
    }
    assertEquals(1, taken);
    assertEquals(made.claim() + 1, found(made).claim());
    assertTrue(found(made).isClaimed(NOW));
  }

  @Test
  void whoWasTooSlowChangesNothing() {
    UserRotation made = rotation("one");
    UserRotation slow = claim(made, NOW).orElseThrow();
    assertEquals("one_b", slow.nextUser());
    assertTrue(claim(made, LATER.minusMillis(1)).isEmpty());
    UserRotation other = claim(made, LATER).orElseThrow();
    assertFalse(is(tx -> tx.userRotations().isHeld(slow)));
    assertTrue(is(tx -> tx.userRotations().isHeld(other)));
    assertFalse(is(tx -> tx.userRotations().published(slow, 2, LATER)));
    assertFalse(is(tx -> tx.userRotations().failed(slow, "slow", LATER)));
    assertTrue(is(tx -> tx.userRotations().published(other, 2, LATER)));
    UserRotation now = found(made);
    assertEquals("one_b", now.activeUser());
    assertEquals("one_a", now.changedUser());
    assertEquals(2, now.publishedVersion());
    assertEquals(LATER, now.rotatedAt());
    assertEquals(LATER.plus(Duration.ofHours(1)), now.dueAt());
    assertFalse(now.isClaimed(LATER));
  }

  @Test
  void whatFailedIsDueAgainAndTold() {
    UserRotation made = rotation("one");
    rotation("two");
    UserRotation claimed = claim(made, NOW).orElseThrow();
    Instant again = NOW.plusSeconds(5);
    assertTrue(is(tx -> tx.userRotations().failed(claimed, "it is away", again)));
    assertTrue(claim(made, NOW.plusSeconds(4)).isEmpty());
    assertEquals(
        new Figures(2, 1, NOW), store.read(tx -> tx.userRotations().figures(NOW.plusSeconds(4))));
    UserRotation next = claim(made, again).orElseThrow();
    assertEquals(1, next.attempts());
    assertEquals("it is away", next.lastError());
    assertEquals("one_b", next.nextUser());
    assertTrue(is(tx -> tx.userRotations().published(next, 7, again)));
    assertEquals(0, found(made).attempts());
    assertEquals(List.of(engine.id()), store.read(tx -> tx.userRotations().dueEngines(NOW, 9)));
  }

  @Test
  void whatIsAskedForIsDueAtOnceAndOnce() {
    UserRotation made = rotation("one");
    UserRotation first = claim(made, NOW).orElseThrow();
    assertTrue(is(tx -> tx.userRotations().published(first, 2, NOW)));
    assertEquals(Optional.empty(), store.read(tx -> tx.userRotations().due(engine.id(), LATER)));
    does(
        tx -> {
          tx.userRotations().request(found(made), LATER);
          return null;
        });
    assertEquals("one_a", found(made).nextUser());
    assertEquals(LATER, found(made).dueAt());
    assertEquals(
        Optional.of(made.secret()), store.read(tx -> tx.userRotations().due(engine.id(), LATER)));
  }

  @Test
  void whatIsDescribedAnewWhileItIsAtWorkStaysDue() {
    UserRotation made = rotation("one");
    UserRotation first = claim(made, NOW).orElseThrow();
    assertTrue(is(tx -> tx.userRotations().published(first, 2, NOW)));
    UserRotation idle = found(made);
    assertEquals(made.stamp().revision() + 1, idle.stamp().revision());
    Instant due = NOW.plus(Duration.ofHours(1));
    UserRotation claimed = claim(made, due).orElseThrow();
    Map<String, Object> document =
        Map.of(
            "engine", "pg", "users", made.draft().users(), "create", true, "periodSeconds", 99_999);
    does(
        tx -> {
          tx.userRotations()
              .update(idle.described(UserRotationDraft.read(document), due, "app-owner"));
          return null;
        });
    UserRotation now = found(made);
    assertEquals(due, now.dueAt());
    assertEquals(claimed.nextAt(), now.nextAt());
    assertEquals(99_999, now.draft().period().toSeconds());
  }

  @Test
  void aUserIsRotatedOnce() {
    UserRotation made = rotation("one");
    SecretEngineDraft here = engine.draft();
    assertTrue(areTaken(here, List.of("x", "one_b"), UUID.randomUUID()));
    assertFalse(areTaken(here, List.of("x", "one_b"), made.secret()));
    assertFalse(areTaken(here, List.of("x", "y"), UUID.randomUUID()));
  }

  private boolean areTaken(SecretEngineDraft at, List<String> users, UUID but) {
    return store.read(tx -> tx.userRotations().areTaken(at, users, but));
  }

  @Test
  void versionsOfRotationsAreForgottenAndThoseOfPeopleAreNot() {
    UUID secret = rotation("one").secret();
    does(
        tx -> {
          for (int i = 1; i <= 5; i++) {
            String by = i == 2 ? "app-owner" : "system:scheduler";
            tx.secretVersions().insert(secret, SecretVersion.created(i, NOW, by), new byte[] {1});
          }
          tx.secretVersions().forget(secret, 4, "system:scheduler");
          return null;
        });
    assertEquals(
        List.of(2, 5),
        store.read(tx -> tx.secretVersions().page(secret, 0, 9)).stream()
            .map(SecretVersion::number)
            .toList());
    int kept = store.read(tx -> tx.secretVersions().count(secret));
    assertEquals(2, kept);
  }
}
