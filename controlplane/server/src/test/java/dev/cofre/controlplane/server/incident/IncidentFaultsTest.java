package dev.cofre.controlplane.server.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.alert.AlertSettings;
import dev.cofre.controlplane.server.alert.Alerts;
import dev.cofre.controlplane.server.alert.LogWatch;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.investigate.Tracer;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.engine.audit.AuditLog;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A control plane is killed at each record that an answer writes, and another one goes on. */
class IncidentFaultsTest {
  private static final String TENANT = "default";
  private static final String LEAKED = "leaked";
  private static final String READ = "orders-db";

  /** Cut off, leases, certificates, told, traced, waits for the owner, told; the value; the end. */
  private static final int RECORDS = 9;

  @TempDir Path directory;

  /** Nobody catches it, as nobody goes on after a kill. */
  private static final class KilledError extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** The system's clock, moved ahead. */
  private static final class MovedClock extends Clock {
    private Duration ahead = Duration.ZERO;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  /** Takes records until it is the one at which the process is killed. */
  private static final class Log implements AuditLog {
    private final int killedAt;
    private final List<String> phases = new ArrayList<>();
    private boolean isFull;

    Log(int killedAt) {
      this.killedAt = killedAt;
    }

    @Override
    public CompletableFuture<Void> append(List<AuditEvent> events) {
      if (isFull) {
        return CompletableFuture.failedFuture(new CompletionException("full", null));
      }
      events.forEach(event -> phases.add(event.phase()));
      if (phases.size() == killedAt) {
        throw new KilledError();
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  /** A store and an archive in which the principal has read a secret. */
  private static final class World implements AutoCloseable {
    final MovedClock clock = new MovedClock();
    final Store store;
    private final Archive archive;
    private final Alerts alerts;
    private final Secret secret;

    World(Path directory) throws Exception {
      store = Store.open(H2Location.in(directory), clock);
      archive = Archive.open(directory.resolve("archive"), 1 << 20);
      NodeRegistry nodes = new NodeRegistry(store);
      alerts =
          Alerts.start(
              archive,
              directory.resolve("archive"),
              new LogWatch(store, archive, nodes),
              AlertSettings.OFF,
              "test");
      Stamp stamp = Stamp.created(clock.instant(), "test");
      Principal leaked = new Principal(LEAKED, TENANT, java.util.Set.of(Role.WORKLOAD), stamp);
      SecretDraft draft =
          new SecretDraft(
              READ,
              TENANT,
              Environment.DEV,
              DataClass.INTERNAL,
              "owner",
              "for tests",
              clock.instant().plus(Duration.ofDays(30)),
              new SecretRotation(0, "tests"));
      secret = new Secret(UUID.randomUUID(), draft, 1, stamp);
      store.change(
          tx -> {
            tx.principals().insert(leaked);
            tx.principals().replaceTokens(leaked, new byte[32], tx.now());
            tx.secrets().insert(secret);
            tx.secretVersions()
                .insert(secret.id(), SecretVersion.created(1, tx.now(), "owner"), new byte[1]);
            return null;
          });
      archive.take(
          new GeneratedLog("n")
              .append(
                  List.of(
                      AuditEvent.of(clock.instant(), "n", "r", "secret:read")
                          .caller(LEAKED, "token", "192.0.2.7")
                          .key(READ)
                          .used(1, null)
                          .build())));
    }

    Incidents incidents(String instance, AuditLog log) {
      return new Incidents(
          new Incidents.Parts(
              store,
              new Tracer(store, archive, new NodeRegistry(store)),
              alerts,
              new RevocationLists(store, null),
              log,
              "test",
              instance,
              clock,
              Duration.ofMillis(50)));
    }

    UUID opened(Incidents incidents) {
      IncidentDraft draft = IncidentDraft.read(Map.of("principal", LEAKED), clock.instant());
      JsonObject opened = store.change(tx -> incidents.open(tx, TENANT, draft, "admin"));
      pass();
      return UUID.fromString(opened.getString("id"));
    }

    /** What waits is looked at again. */
    void pass() {
      clock.ahead = clock.ahead.plusSeconds(30);
    }

    /** Writes another value, unless that was done. */
    void write() {
      store.change(
          tx -> {
            if (tx.secretVersions().newest(secret.id()) == 1) {
              tx.secretVersions()
                  .insert(secret.id(), SecretVersion.created(2, tx.now(), "owner"), new byte[1]);
              tx.secrets().update(secret.with(2, tx.now(), "owner"));
            }
            return null;
          });
      pass();
    }

    boolean hasCredentials() {
      return store.read(tx -> tx.principals().hasCredentials(LEAKED));
    }

    Incident incident(UUID id) {
      return store.read(tx -> tx.incidents().find(id)).orElseThrow();
    }

    List<IncidentStep> steps(UUID id) {
      return store.read(tx -> tx.incidents().steps(id));
    }

    @Override
    public void close() throws IOException {
      alerts.close();
      archive.close();
      store.close();
    }
  }

  @Test
  void whereverItIsKilledAnotherOneGoesOn() throws Exception {
    for (int record = 1; record <= RECORDS; record++) {
      try (World world = new World(directory.resolve("killed-at-" + record))) {
        Log log = new Log(record);
        UUID id;
        boolean isKilled = false;
        try (Incidents dead = world.incidents("dead", log)) {
          id = world.opened(dead);
          try {
            dead.turn(id);
            world.write();
            dead.turn(id);
          } catch (KilledError e) {
            isKilled = true;
          }
        }
        String where = "killed at record " + record + ", " + log.phases.getLast();
        assertTrue(isKilled, where);
        assertEquals(Incident.State.OPEN, world.incident(id).state(), where);
        assertEquals(record == 1, world.hasCredentials(), where);
        long done =
            world.steps(id).stream()
                .filter(step -> step.state() != IncidentStep.State.PENDING)
                .count();
        assertEquals(Math.min(record - 1, 7), done, where);

        Log other = new Log(0);
        try (Incidents next = world.incidents("next", other)) {
          next.turn(id);
          world.write();
          next.turn(id);
        }
        assertEquals(Incident.State.DONE, world.incident(id).state(), where);
        assertFalse(world.hasCredentials(), where);
        assertEquals(7, world.steps(id).size(), where);
        assertTrue(
            world.steps(id).stream().allMatch(step -> step.state() == IncidentStep.State.DONE),
            where);
        List<Notice> notices =
            world.store.read(tx -> tx.notices().page(TENANT, null, java.util.Set.of(), 10));
        assertEquals(2, notices.size(), where);
        assertEquals(
            1, notices.stream().filter(notice -> "owner".equals(notice.owner())).count(), where);
        assertEquals("done", other.phases.getLast(), where);
      }
    }
  }

  @Test
  void whoWasTakenOverAndWhoIsLateWritesNothing() throws Exception {
    try (World world = new World(directory);
        Incidents one = world.incidents("one", new Log(0));
        Incidents other = world.incidents("other", new Log(0))) {
      UUID id = world.opened(one);
      Incident claimed =
          world
              .store
              .note(tx -> tx.incidents().claim(id, "one", tx.now(), tx.now().plusSeconds(60)))
              .orElseThrow();
      world.store.note(
          tx -> {
            tx.controlPlanes().seen("one", "one");
            return null;
          });
      other.turn(id);
      assertTrue(world.hasCredentials(), "it is held still");
      world.store.note(
          tx -> {
            tx.controlPlanes().remove("one");
            return null;
          });
      other.turn(id);
      assertFalse(world.hasCredentials());
      List<IncidentStep> before = world.steps(id);
      world.store.note(
          tx -> {
            tx.incidents().release(claimed, Instant.EPOCH);
            tx.incidents().found(claimed, "{}");
            tx.incidents().done(claimed, tx.now());
            return null;
          });
      boolean isHeld = world.store.read(tx -> tx.incidents().isHeld(claimed));
      assertFalse(isHeld);
      assertEquals(Incident.State.OPEN, world.incident(id).state());
      assertEquals(before, world.steps(id));
    }
  }

  @Test
  void withoutAnAuditLogNothingIsDone() throws Exception {
    try (World world = new World(directory)) {
      Log full = new Log(0);
      try (Incidents incidents = world.incidents("one", full)) {
        UUID id = world.opened(incidents);
        full.isFull = true;
        incidents.turn(id);
        assertTrue(world.hasCredentials());
        assertTrue(
            world.steps(id).stream().allMatch(step -> step.state() == IncidentStep.State.PENDING));
        full.isFull = false;
        world.pass();
        incidents.turn(id);
        assertFalse(world.hasCredentials());
      }
    }
  }
}
