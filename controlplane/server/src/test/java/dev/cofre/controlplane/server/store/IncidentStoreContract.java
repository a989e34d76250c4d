package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.Action;
import dev.cofre.controlplane.domain.IncidentStep.State;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database must do with answers to leaks; each one runs it unchanged. */
abstract class IncidentStoreContract {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);

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

  private Incident insert(String subject, Instant at) {
    IncidentDraft draft =
        new IncidentDraft(
            Incident.Kind.SECRET,
            subject,
            "found",
            at.minus(Duration.ofDays(30)),
            Duration.ofSeconds(90));
    Incident incident = Incident.opened(UUID.randomUUID(), "default", draft, at, "admin");
    store.change(
        tx -> {
          tx.incidents().insert(incident);
          tx.incidents().insert(incident.id(), IncidentStep.planned(1, Action.RENEW, subject, 3));
          tx.incidents().insert(incident.id(), IncidentStep.planned(2, Action.NOTIFY, subject, 0));
          return null;
        });
    return incident;
  }

  private boolean isHeld(Incident claimed) {
    return store.read(tx -> tx.incidents().isHeld(claimed));
  }

  private int countOpen() {
    return store.read(tx -> tx.incidents().countOpen("default"));
  }

  private Optional<Incident> claim(Incident incident, String instance, Instant now) {
    return store.note(
        tx -> tx.incidents().claim(incident.id(), instance, now, now.plusSeconds(30)));
  }

  @Test
  void whatWasWrittenIsRead() {
    Incident incident = insert("db", NOW);
    assertEquals(
        Optional.of(incident), store.read(tx -> tx.incidents().find("default", incident.id())));
    assertEquals(Optional.empty(), store.read(tx -> tx.incidents().find("other", incident.id())));
    assertEquals(
        Optional.of(incident),
        store.read(tx -> tx.incidents().open("default", Incident.Kind.SECRET, "db")));
    assertEquals(
        Optional.empty(),
        store.read(tx -> tx.incidents().open("default", Incident.Kind.PRINCIPAL, "db")));
    IncidentStep step = store.read(tx -> tx.incidents().steps(incident.id())).getFirst();
    assertEquals(IncidentStep.planned(1, Action.RENEW, "db", 3), step);
    IncidentStep failed = step.failed("away", NOW);
    IncidentStep gone = failed.gone(State.DONE, 2, "written", LATER);
    for (IncidentStep next : List.of(failed, gone)) {
      store.change(
          tx -> {
            tx.incidents().update(incident.id(), next);
            return null;
          });
      assertEquals(next, store.read(tx -> tx.incidents().steps(incident.id())).getFirst());
      int failing = store.read(tx -> tx.incidents().countFailing());
      assertEquals(next.attempts(), failing);
    }
    assertEquals(NOW, gone.beganAt());
    assertEquals(0, gone.attempts());
    assertEquals(2, store.read(tx -> tx.incidents().steps(incident.id())).size());
  }

  @Test
  void whoWasCutOffIsKnownUntilSomebodyElseHasTheId() {
    IncidentDraft draft = new IncidentDraft(Incident.Kind.PRINCIPAL, "app", "", NOW, Duration.ZERO);
    Incident incident = Incident.opened(UUID.randomUUID(), "default", draft, NOW, "admin");
    IncidentStep planned = IncidentStep.planned(1, Action.CUT_OFF, "app", 0);
    Principal app = app(NOW);
    store.change(
        tx -> {
          tx.incidents().insert(incident);
          tx.incidents().insert(incident.id(), planned);
          return null;
        });
    assertTrue(isToBeCutOff(app));
    assertFalse(wasCutOff(app));
    store.change(
        tx -> {
          tx.incidents().update(incident.id(), planned.gone(State.DONE, 1, "cut", LATER));
          return null;
        });
    assertFalse(isToBeCutOff(app));
    assertTrue(wasCutOff(app));
    store.change(
        tx -> {
          tx.incidents().close(incident.id(), "admin", "by hand", LATER);
          return null;
        });
    assertTrue(wasCutOff(app), "whoever closes it gains nothing");
    assertFalse(wasCutOff(app(LATER.plusSeconds(1))));
  }

  private static Principal app(Instant createdAt) {
    return new Principal("app", "default", Set.of(Role.WORKLOAD), Stamp.created(createdAt, "x"));
  }

  private boolean isToBeCutOff(Principal principal) {
    return store.read(tx -> tx.incidents().isToBeCutOff(principal));
  }

  private boolean wasCutOff(Principal principal) {
    return store.read(tx -> tx.incidents().wasCutOff(principal));
  }

  @Test
  void oneAtATimeHasIt() throws Exception {
    Incident incident = insert("db", NOW);
    store.note(
        tx -> {
          tx.controlPlanes().seen("alive", "alive");
          return null;
        });
    assertEquals(List.of(incident.id()), store.read(tx -> tx.incidents().due(NOW, 10)));
    List<Future<Optional<Incident>>> all = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> claim(incident, "alive", NOW)));
      }
    }
    int claims = 0;
    Incident held = null;
    for (Future<Optional<Incident>> one : all) {
      if (one.get().isPresent()) {
        claims++;
        held = one.get().get();
      }
    }
    assertEquals(1, claims);
    assertEquals(List.of(), store.read(tx -> tx.incidents().due(NOW, 10)));
    Incident first = held;
    assertTrue(isHeld(first));

    Incident second = claim(incident, "alive", LATER).orElseThrow();
    assertFalse(isHeld(first));
    store.note(
        tx -> {
          tx.incidents().release(first, NOW);
          tx.incidents().found(first, "late");
          tx.incidents().done(first, NOW);
          return null;
        });
    assertTrue(isHeld(second));
    assertEquals(Optional.empty(), store.read(tx -> tx.incidents().found(incident.id())));
    store.note(
        tx -> {
          tx.controlPlanes().remove("alive");
          return null;
        });
    Incident third = claim(incident, "next", LATER).orElseThrow();
    store.note(
        tx -> {
          tx.incidents().found(third, "{}");
          tx.incidents().done(third, LATER);
          return null;
        });
    assertEquals(Optional.of("{}"), store.read(tx -> tx.incidents().found(incident.id())));
    assertEquals(
        Incident.State.DONE,
        store.read(tx -> tx.incidents().find(incident.id())).orElseThrow().state());
    assertEquals(Optional.empty(), claim(incident, "next", LATER.plusSeconds(3_600)));
  }

  @Test
  void whatIsClosedIsOverForWhoWorksOnIt() {
    Incident incident = insert("db", NOW);
    Incident held = claim(incident, "gone", NOW).orElseThrow();
    assertEquals(1, countOpen());
    store.change(
        tx -> {
          tx.incidents().close(incident.id(), "admin", "by hand", LATER);
          return null;
        });
    assertFalse(isHeld(held));
    Incident closed = store.read(tx -> tx.incidents().find(incident.id())).orElseThrow();
    assertEquals(Incident.State.CLOSED, closed.state());
    assertEquals("by hand", closed.endReason());
    assertTrue(
        store.read(tx -> tx.incidents().steps(incident.id())).stream()
            .allMatch(step -> step.state() == State.GIVEN_UP));
    assertEquals(0, countOpen());
  }

  @Test
  void pagesAreNewestFirst() {
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.addFirst(insert("s" + i, NOW.plusSeconds(i / 2)).id());
    }
    List<UUID> paged = new ArrayList<>();
    UUID after = null;
    List<Incident> page;
    do {
      UUID from = after;
      page = store.read(tx -> tx.incidents().page("default", from, 2));
      page.forEach(one -> paged.add(one.id()));
      after = page.isEmpty() ? null : page.getLast().id();
    } while (page.size() == 2);
    assertEquals(Set.copyOf(ids), Set.copyOf(paged));
    assertEquals(5, paged.size());
    assertEquals(ids.getFirst(), paged.getFirst());
    assertEquals(List.of(), store.read(tx -> tx.incidents().page("other", null, 5)));
  }

  @Test
  void aNoticeIsForItsOwnerAndForWhoSeesAll() {
    store.change(
        tx -> {
          for (int i = 0; i < 2; i++) {
            tx.notices().tell(Notice.Kind.SECRET_LEAKED, "default", "db", "group:shop", NOW);
            tx.notices().tell(Notice.Kind.SECRET_LEAKED, "default", "app", null, NOW);
          }
          return null;
        });
    assertEquals(2, store.read(tx -> tx.notices().page("default", null, Set.of(), 9)).size());
    List<Notice> own =
        store.read(tx -> tx.notices().page("default", null, Set.of("x", "group:shop"), 9));
    assertEquals(List.of("db"), own.stream().map(Notice::subject).toList());
    assertEquals("group:shop", own.getFirst().owner());
    assertEquals(List.of(), store.read(tx -> tx.notices().page("default", null, Set.of("x"), 9)));
  }
}
