package dev.cofre.controlplane.server.incident;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Enrolment;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.domain.approval.ApprovalVote;
import dev.cofre.controlplane.domain.approval.CanonicalRequest;
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
import java.util.Optional;
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

  /**
   * Cut off, leases and certificates looked at, told; leases, certificates, traced, waits for the
   * owner, told; the value; the end.
   */
  private static final int RECORDS = 11;

  /** How many steps were begun when the record is written. */
  private static final List<Long> BEGUN_AT = List.of(0L, 1L, 2L, 3L, 4L, 4L, 4L, 5L, 6L, 7L, 7L);

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
      return UUID.fromString(opened.getString("id"));
    }

    /** What waits is looked at again. */
    void pass() {
      clock.ahead = clock.ahead.plusSeconds(30);
    }

    /** Does all that there is to do, with the owner's part. */
    void goThrough(Incidents incidents, UUID id) {
      incidents.turn(id);
      pass();
      incidents.turn(id);
      write();
      incidents.turn(id);
    }

    /** Lets the principal read so many more secrets, of long names. */
    void readMore(int number) throws Exception {
      List<AuditEvent> events = new ArrayList<>();
      for (int i = 0; i < number; i++) {
        String name = "s".repeat(100) + "-" + i;
        SecretDraft like = secret.draft();
        SecretDraft draft =
            new SecretDraft(
                name,
                TENANT,
                like.environment(),
                like.dataClass(),
                like.owner(),
                like.description(),
                like.expiresAt(),
                like.rotation());
        store.change(
            tx -> {
              Secret more =
                  new Secret(UUID.randomUUID(), draft, 1, Stamp.created(tx.now(), "test"));
              tx.secrets().insert(more);
              tx.secretVersions()
                  .insert(more.id(), SecretVersion.created(1, tx.now(), "owner"), new byte[1]);
              return null;
            });
        events.add(
            AuditEvent.of(clock.instant(), "m", "r", "secret:read")
                .caller(LEAKED, "token", "192.0.2.7")
                .key(name)
                .used(1, null)
                .build());
      }
      archive.take(new GeneratedLog("m").append(events));
    }

    void administrator(String name, boolean hasToken) {
      store.change(
          tx -> {
            Stamp stamp = Stamp.created(tx.now(), "test");
            Principal admin =
                new Principal(name, TENANT, java.util.Set.of(Role.SECURITY_ADMIN), stamp);
            tx.principals().insert(admin);
            if (hasToken) {
              byte[] digest = java.util.Arrays.copyOf(name.getBytes(UTF_8), 32);
              tx.principals().replaceTokens(admin, digest, tx.now());
            } else {
              tx.enrolments()
                  .insert(
                      new Enrolment(
                          UUID.randomUUID(),
                          TENANT,
                          name,
                          3_600,
                          false,
                          tx.now().plusSeconds(3_600),
                          Optional.empty(),
                          tx.now(),
                          "test"));
            }
            return null;
          });
    }

    JsonObject open(Incidents incidents, String principal) {
      IncidentDraft draft = IncidentDraft.read(Map.of("principal", principal), clock.instant());
      return store.change(tx -> incidents.open(tx, TENANT, draft, "admin"));
    }

    UUID approval(String requester, String voter) {
      ApprovalRequestId id = new ApprovalRequestId(TENANT, UUID.randomUUID());
      store.change(
          tx -> {
            tx.approvals()
                .insert(
                    new ApprovalRequest(
                        0,
                        id,
                        ManagementAction.KEY_DESTROY,
                        new CanonicalRequest("POST", "/v1/x", "", "", new byte[0]),
                        new byte[32],
                        new ApprovalMatter(
                            null,
                            0,
                            java.util.Set.of(),
                            java.util.Set.of(),
                            java.util.Set.of(),
                            List.of()),
                        "",
                        3,
                        java.util.Set.of(Role.SECURITY_ADMIN),
                        ApprovalState.PENDING,
                        tx.now().plusSeconds(3_600),
                        List.of(),
                        0,
                        null,
                        Stamp.created(tx.now(), requester)));
            if (voter != null) {
              tx.approvals().vote(id, new ApprovalVote(voter, true, tx.now()));
              tx.approvals().vote(id, new ApprovalVote("other", true, tx.now()));
            }
            return null;
          });
      return id.id();
    }

    ApprovalRequest approval(UUID id) {
      return store.read(tx -> tx.approvals().find(new ApprovalRequestId(TENANT, id))).orElseThrow();
    }

    List<String> words(UUID id) {
      return store
          .read(tx -> Incidents.document(tx, tx.incidents().find(id).orElseThrow()))
          .getJsonArray("words")
          .stream()
          .map(String.class::cast)
          .toList();
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
            world.goThrough(dead, id);
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
        assertEquals(BEGUN_AT.get(record - 1), done, where);

        Log other = new Log(0);
        try (Incidents next = world.incidents("next", other)) {
          world.goThrough(next, id);
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
        assertTrue(world.words(id).get(1).startsWith("DONE: all 7"), where);
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
        List<IncidentStep> steps = world.steps(id);
        assertEquals(IncidentStep.State.DONE, steps.getFirst().state());
        for (int looking : List.of(1, 2, 4)) {
          assertFalse(steps.get(looking).state().isEnd(), "what was let in before goes on for 5 s");
        }
        world.pass();
        incidents.turn(id);
        assertTrue(world.steps(id).get(4).state().isEnd());
      }
    }
  }

  @Test
  void aTraceThatIsNotWholeIsSaid() throws Exception {
    try (World world = new World(directory);
        Incidents incidents = world.incidents("one", new Log(0))) {
      assertTrue(
          world.store.<Boolean>note(
              tx ->
                  tx.auditShipping().note("cofre-audit/far/segment", "another archive", 100, 100)));
      UUID id = world.opened(incidents);
      world.goThrough(incidents, id);
      assertTrue(
          world.words(id).get(1).startsWith("DONE, TRACE NOT WHOLE: all 7"),
          world.words(id)::toString);
    }
  }

  @Test
  void twoAdministratorsWhoCanLogInAreLeft() throws Exception {
    try (World world = new World(directory);
        Incidents incidents = world.incidents("one", new Log(0))) {
      for (String admin : List.of("a", "b", "c")) {
        world.administrator(admin, true);
      }
      world.administrator("enrolled", false);
      UUID id = UUID.fromString(world.open(incidents, "a").getString("id"));
      ProblemException refused =
          assertThrows(ProblemException.class, () -> world.open(incidents, "b"));
      assertEquals(ErrorCode.CONFLICT, refused.code());

      Principal other = world.store.read(tx -> tx.principals().find("b")).orElseThrow();
      world.store.change(
          tx -> {
            tx.principals().dropCredentials(other);
            return null;
          });
      incidents.turn(id);
      assertTrue(world.store.<Boolean>read(tx -> tx.principals().hasCredentials("a")));
      assertTrue(world.steps(id).getFirst().lastError().contains("fewer than two"));
      world.administrator("d", true);
      world.pass();
      incidents.turn(id);
      assertFalse(world.store.<Boolean>read(tx -> tx.principals().hasCredentials("a")));
    }
  }

  @Test
  void whatWasAskedForAndApprovedByItCountsNoMore() throws Exception {
    try (World world = new World(directory)) {
      Log log = new Log(0);
      try (Incidents incidents = world.incidents("one", log)) {
        UUID own = world.approval(LEAKED, null);
        UUID voted = world.approval("other-requester", LEAKED);
        incidents.turn(world.opened(incidents));
        assertEquals(ApprovalState.WITHDRAWN, world.approval(own).state());
        assertEquals(ApprovalState.PENDING, world.approval(voted).state());
        assertEquals(
            List.of("other"),
            world.approval(voted).votes().stream().map(ApprovalVote::principal).toList());
        assertTrue(
            log.phases.containsAll(
                List.of("cut-off:request-withdrawn", "cut-off:approval-dropped")),
            log.phases::toString);
      }
    }
  }

  @Test
  void howManySecretsAreBeyondTheLimitIsSaidBeforeTheirNames() throws Exception {
    try (World world = new World(directory);
        Incidents incidents = world.incidents("one", new Log(0))) {
      world.readMore(StepRunner.SECRETS_MAX);
      String beyond = "101 secrets read, of which 1 ARE NOT DEALT WITH here";
      IncidentDraft draft = IncidentDraft.read(Map.of("principal", LEAKED), world.clock.instant());
      assertTrue(incidents.plan(TENANT, draft, () -> false).encode().contains(beyond));
      UUID id = world.opened(incidents);
      incidents.turn(id);
      world.pass();
      incidents.turn(id);
      String outcome = world.steps(id).get(4).outcome();
      assertTrue(outcome.contains(beyond), outcome);
    }
  }
}
