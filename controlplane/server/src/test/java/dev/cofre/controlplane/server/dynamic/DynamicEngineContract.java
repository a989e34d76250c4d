package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import dev.cofre.controlplane.server.dynamic.Removals.Outcome;
import dev.cofre.controlplane.server.dynamic.Removals.Removal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every engine must do against a real server of its kind; each one runs it unchanged. */
abstract class DynamicEngineContract {
  private static final UUID OWNER = UUID.fromString("00000000-0000-4000-8000-000000000001");

  abstract DynamicEngine engine();

  abstract Target target();

  abstract char[] rootPassword();

  /** Something small that a credential may do. */
  abstract List<TargetGrant> grants();

  /** Whether the server lets {@code user} in and do what {@link #grants} says. */
  abstract boolean works(String user, char[] password);

  /** Whether the server knows of {@code user} at all. */
  abstract boolean knows(String user) throws Exception;

  /** All that credentials need there: they themselves, and what holds their rights. */
  abstract List<String> made() throws Exception;

  /** All that the server wrote down of what it was asked. */
  abstract String log() throws Exception;

  /** A user that is there and was given to the root user, whose password may be changed. */
  abstract String givenUser() throws Exception;

  /** A user that is there and was given to nobody. */
  abstract String foreignUser() throws Exception;

  Session session() throws TargetException {
    return engine().open(target(), rootPassword());
  }

  static String fresh() {
    return UserNames.fresh("orders.reader-1", KernelRandom.INSTANCE);
  }

  NewUser user(String name) {
    return new NewUser(name, Instant.now().plus(Duration.ofHours(1)), grants());
  }

  @Test
  void makesACredentialThatWorksAndIsGoneAfterItsRevocation() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    try (Session session = session()) {
      session.requireRights();
      session.create(user(name), password);
      assertTrue(works(name, password));
      assertFalse(works(name, UserNames.password(KernelRandom.INSTANCE)));
      session.revoke(name, OwnedObjects.REASSIGN);
      assertFalse(works(name, password));
      assertFalse(knows(name));
      // Again, and of one that never was: there is nothing, which is what was asked for.
      session.revoke(name, OwnedObjects.REASSIGN);
      session.revoke(fresh(), OwnedObjects.DROP);
    }
  }

  @Test
  void leavesNothingBehindOfWhatCredentialsNeed() throws Exception {
    List<String> before = made();
    String first = fresh();
    String second = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(user(first), password);
      session.create(user(second), password);
      session.revoke(first, OwnedObjects.DROP);
      assertFalse(works(first, password));
      assertTrue(works(second, password), "what the first one had is not taken from the second");
      session.revoke(second, OwnedObjects.REASSIGN);
    }
    assertEquals(before, made());
  }

  private static Removal removal(String name) {
    return new Removal(name, OwnedObjects.REASSIGN);
  }

  private static List<Removal> removals(List<String> names) {
    return names.stream().map(DynamicEngineContract::removal).toList();
  }

  /** Makes {@code count} credentials that all have {@code password}. */
  List<String> several(Session session, int count, char[] password) throws TargetException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(fresh());
      session.create(user(names.getLast()), password);
    }
    return names;
  }

  @Test
  void removesSeveralAndNoOther() throws Exception {
    List<String> before = made();
    char[] password = password();
    try (Session session = session()) {
      List<String> names = several(session, 5, password);
      String kept = fresh();
      session.create(user(kept), password);
      // One is not there, which is what was asked for; one is said twice.
      List<String> wanted = new ArrayList<>(names);
      wanted.add(2, fresh());
      wanted.add(names.getFirst());
      Outcome outcome = Removals.remove(session, removals(wanted), () -> true, told -> {});
      assertEquals(Map.of(), outcome.failed());
      assertEquals(Set.copyOf(wanted), outcome.gone());
      for (String name : names) {
        assertFalse(works(name, password));
        assertFalse(knows(name));
      }
      assertTrue(works(kept, password));
      session.revoke(kept, OwnedObjects.REASSIGN);
      // Again, as after a kill: they are gone.
      assertEquals(
          Set.copyOf(names),
          Removals.remove(session, removals(names), () -> true, told -> {}).gone());
    }
    assertEquals(before, made());
  }

  @Test
  void oneThatCannotBeRemovedHoldsNoOtherUp() throws Exception {
    char[] password = password();
    try (Session session = session()) {
      List<String> names = several(session, 4, password);
      List<String> wanted = new ArrayList<>(names);
      // As a store that somebody changed by hand would say.
      wanted.add(1, target().user());
      Outcome outcome = Removals.remove(session, removals(wanted), () -> true, told -> {});
      assertEquals(Set.of(target().user()), outcome.failed().keySet());
      assertEquals(TargetException.Kind.REFUSED, outcome.failed().get(target().user()).kind());
      assertEquals(Set.copyOf(names), outcome.gone());
      assertFalse(works(names.getLast(), password));
    }
    assertTrue(knows(target().user()));
  }

  /** What is removed together is one step; of the others none is begun. */
  @Test
  void aRemovalOfSeveralEndsWhenItIsToldTo() throws Exception {
    char[] password = password();
    try (Session session = session()) {
      List<String> names = several(session, 3, password);
      Outcome outcome = Removals.remove(session, removals(names), () -> false, told -> {});
      assertEquals(Map.of(), outcome.failed());
      assertEquals(engine().removedAtOnce() > 1 ? 3 : 0, outcome.gone().size());
      for (String name : names) {
        assertEquals(outcome.gone().contains(name), !knows(name));
      }
      assertEquals(
          Set.copyOf(names),
          Removals.remove(session, removals(names), () -> true, told -> {}).gone());
    }
  }

  @Test
  void aSystemThatGoesAwayLeavesTheRestUntried() throws Exception {
    char[] password = password();
    List<String> names;
    Session lost = session();
    try (Session session = session()) {
      names = several(session, 3, password);
      // Its connection is not there any more.
      lost.close();
      Outcome outcome = Removals.remove(lost, removals(names), () -> true, told -> {});
      assertEquals(Set.of(), outcome.gone());
      assertEquals(Set.of(names.getFirst()), outcome.failed().keySet());
      assertEquals(TargetException.Kind.AWAY, outcome.failed().get(names.getFirst()).kind());
      assertTrue(works(names.getLast(), password));
      assertEquals(
          Set.copyOf(names),
          Removals.remove(session, removals(names), () -> true, told -> {}).gone());
    } finally {
      lost.close();
    }
  }

  @Test
  void theSystemItselfEndsACredentialWhenItsSessionSaysSo() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    try (Session session = session()) {
      session.create(
          new NewUser(name, Instant.now().minus(Duration.ofMinutes(1)), grants()), password);
      assertEquals(session.endsCredentials(), !works(name, password));
      session.renew(name, Instant.now().plus(Duration.ofMinutes(5)));
      assertTrue(works(name, password));
      session.revoke(name, OwnedObjects.REASSIGN);
      assertEquals(
          TargetException.Kind.REFUSED,
          refusal(() -> session.renew(name, Instant.now().plus(Duration.ofMinutes(5)))));
    }
  }

  @Test
  void noPasswordIsInWhatTheServerWritesDown() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    try (Session session = session()) {
      session.create(user(name), password);
      assertTrue(log().contains(name));
      assertFalse(log().contains(new String(password)));
      session.revoke(name, OwnedObjects.REASSIGN);
    }
  }

  @Test
  void touchesNoUserThatIsNotOfTheVault() throws Exception {
    try (Session session = session()) {
      for (String foreign :
          List.of(target().user(), "postgres", "cofre_x", "cofre_a_\"; drop role vault_root; --")) {
        TargetException refused =
            assertThrows(
                TargetException.class, () -> session.revoke(foreign, OwnedObjects.REASSIGN));
        assertEquals(TargetException.Kind.REFUSED, refused.kind());
        assertThrows(
            TargetException.class, () -> session.renew(foreign, Instant.now().plusSeconds(9)));
        assertThrows(
            TargetException.class,
            () -> session.create(user(foreign), UserNames.password(KernelRandom.INSTANCE)));
      }
    }
    assertTrue(knows(target().user()));
  }

  static char[] password() {
    return UserNames.password(KernelRandom.INSTANCE);
  }

  private StaticUser toBeMade(String name) {
    return new StaticUser(name, OWNER, true, grants());
  }

  private static void nobodyElse() {
    // Nobody has taken it over.
  }

  @Test
  void makesAUserThatStaysAndChangesItsPassword() throws Exception {
    StaticUser user = toBeMade("rotated-made");
    char[] first = password();
    char[] second = password();
    try (Session session = session()) {
      session.requireRotatable(user);
      assertFalse(knows(user.name()));
      session.setPassword(user, first, DynamicEngineContract::nobodyElse);
      assertTrue(works(user.name(), first));
      session.requireRotatable(user);
      session.setPassword(user, second, DynamicEngineContract::nobodyElse);
    }
    assertTrue(works(user.name(), second));
    assertFalse(works(user.name(), first));
    assertFalse(log().contains(new String(first)));
    assertFalse(log().contains(new String(second)));
    Target as = target().as(user.name());
    engine().rehearse(as, second);
    assertEquals(TargetException.Kind.LOGIN, refusal(() -> engine().rehearse(as, first)));
  }

  @Test
  void changesThePasswordOfAUserThatWasGivenAndNothingElse() throws Exception {
    String name = givenUser();
    StaticUser given = new StaticUser(name, OWNER, false, List.of());
    char[] password = password();
    try (Session session = session()) {
      session.requireRotatable(given);
      session.setPassword(given, password, DynamicEngineContract::nobodyElse);
      engine().rehearse(target().as(name), password);
      // It is there, and the vault has not made it.
      assertRefused(session, toBeMade(name));
    }
  }

  @Test
  void changesNoPasswordOfAUserThatBelongsToSomebodyElse() throws Exception {
    try (Session session = session()) {
      StaticUser made = toBeMade("rotated-by-one");
      session.setPassword(made, password(), DynamicEngineContract::nobodyElse);
      assertRefused(session, new StaticUser(made.name(), UUID.randomUUID(), true, List.of()));
      assertRefused(session, new StaticUser(made.name(), UUID.randomUUID(), false, List.of()));
      for (String name : List.of(foreignUser(), target().user(), "rotated-absent", fresh())) {
        assertRefused(session, new StaticUser(name, OWNER, false, List.of()));
      }
      for (String name : List.of(foreignUser(), target().user(), fresh())) {
        assertRefused(session, toBeMade(name));
      }
    }
  }

  private void assertRefused(Session session, StaticUser user) {
    assertEquals(
        TargetException.Kind.REFUSED, refusal(() -> session.requireRotatable(user)), user.name());
    Executable change =
        () -> session.setPassword(user, password(), DynamicEngineContract::nobodyElse);
    assertEquals(TargetException.Kind.REFUSED, refusal(change), user.name());
  }

  private static TargetException.Kind refusal(Executable work) {
    return assertThrows(TargetException.class, work).kind();
  }

  @Test
  void whoWasTakenOverChangesNothing() throws Exception {
    StaticUser user = toBeMade("rotated-fenced");
    char[] password = password();
    Fence lost =
        () -> {
          throw new TargetException(TargetException.Kind.AWAY, "another one has it");
        };
    try (Session session = session()) {
      assertEquals(
          TargetException.Kind.AWAY, refusal(() -> session.setPassword(user, password(), lost)));
      assertFalse(knows(user.name()));
      session.setPassword(user, password, DynamicEngineContract::nobodyElse);
      assertEquals(
          TargetException.Kind.AWAY, refusal(() -> session.setPassword(user, password(), lost)));
      assertTrue(works(user.name(), password));
      char[] root = rootPassword();
      assertEquals(
          TargetException.Kind.AWAY, refusal(() -> session.changePassword(password(), lost)));
      engine().rehearse(target(), root);
    }
  }

  @Test
  void tellsAWrongPasswordFromAServerThatIsAway() {
    TargetException wrong =
        assertThrows(
            TargetException.class,
            () -> engine().open(target(), UserNames.password(KernelRandom.INSTANCE)));
    assertEquals(TargetException.Kind.LOGIN, wrong.kind());
    Target here = target();
    Target away =
        new Target(here.kind(), here.host(), 1, here.database(), here.user(), false, here.ca());
    TargetException gone =
        assertThrows(TargetException.class, () -> engine().open(away, rootPassword()));
    assertEquals(TargetException.Kind.AWAY, gone.kind());
  }
}
