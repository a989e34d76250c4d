package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.DynamicEngine;
import dev.cofre.controlplane.server.dynamic.LeasedSystem;
import dev.cofre.controlplane.server.dynamic.Target;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.lease.RootLogin;
import dev.cofre.controlplane.server.rotation.UserRotator;
import dev.cofre.controlplane.server.rotation.UserRotator.Turn;
import dev.cofre.controlplane.server.schedule.SystemAudit;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A rotation that is cut off between any two of its steps, or taken over by another one. */
abstract class UserRotationFaultsContract {
  private static final Duration CLAIM_ENDED = Duration.ofMinutes(5);

  private static Hsm hsm;
  private static Parts parts;

  /** Where a turn ends as by a kill. */
  private enum Step {
    BEFORE_CHANGE,
    IN_CHANGE,
    AFTER_CHANGE,
    BEFORE_REHEARSAL,
    AFTER_REHEARSAL,
    IN_COMMIT,
    NEVER
  }

  /** An engine, in which something happens at one step. */
  private record Cut(DynamicEngine whole, Step at, Runnable happens) implements DynamicEngine {
    private void reached(Step step) {
      if (step == at) {
        happens.run();
      }
    }

    @Override
    public EngineKind kind() {
      return whole.kind();
    }

    @Override
    public Session open(Target target, char[] password) throws TargetException {
      return new CutSession(this, whole.open(target, password));
    }

    @Override
    public void rehearse(Target target, char[] password) throws TargetException {
      reached(Step.BEFORE_REHEARSAL);
      whole.rehearse(target, password);
      reached(Step.AFTER_REHEARSAL);
    }
  }

  private record CutSession(Cut cut, DynamicEngine.Session whole) implements DynamicEngine.Session {
    @Override
    public void requireRights() throws TargetException {
      whole.requireRights();
    }

    @Override
    public void changePassword(char[] next, DynamicEngine.Fence fence) throws TargetException {
      whole.changePassword(next, fence);
    }

    @Override
    public void requireRotatable(DynamicEngine.StaticUser user) throws TargetException {
      whole.requireRotatable(user);
    }

    @Override
    public void setPassword(
        DynamicEngine.StaticUser user, char[] password, DynamicEngine.Fence fence)
        throws TargetException {
      cut.reached(Step.BEFORE_CHANGE);
      whole.setPassword(
          user,
          password,
          () -> {
            fence.requireHeld();
            cut.reached(Step.IN_CHANGE);
          });
      cut.reached(Step.AFTER_CHANGE);
    }

    @Override
    public void create(DynamicEngine.NewUser user, char[] password) throws TargetException {
      whole.create(user, password);
    }

    @Override
    public void renew(String userName, Instant expiresAt) throws TargetException {
      whole.renew(userName, expiresAt);
    }

    @Override
    public void revoke(String userName, OwnedObjects owned) throws TargetException {
      whole.revoke(userName, owned);
    }

    @Override
    public void close() {
      whole.close();
    }
  }

  /** What a rotator needs, without a control plane around it. */
  private record Parts(
      Store store, SecretSealer sealer, RotationPlane rotation, DynamicEngine whole) {
    UserRotator rotator(Step at, Runnable happens) {
      DynamicEngine engine = new Cut(whole, at, happens);
      RootLogin roots =
          new RootLogin(
              store,
              sealer,
              KernelRandom.INSTANCE,
              Optional.empty(),
              Map.of(engine.kind(), engine));
      AuditLog log = new Log(at == Step.IN_COMMIT ? happens : () -> {});
      return new UserRotator(
          store,
          roots,
          sealer,
          KernelRandom.INSTANCE,
          new SystemAudit(log, "test", rotation.vault.plane.clock));
    }

    UserRotator rotator() {
      return rotator(Step.NEVER, () -> {});
    }

    Secret secret() {
      return store.read(tx -> tx.secrets().find("default", "db")).orElseThrow();
    }

    UserRotation row() {
      return store.read(tx -> tx.userRotations().find(secret().id())).orElseThrow();
    }

    /** The value as its readers would have it. */
    Value value() {
      return RotationPlane.opened(store, sealer, secret());
    }
  }

  /** An audit log that takes everything, unless something happens at it. */
  private record Log(Runnable happens) implements AuditLog {
    @Override
    public CompletableFuture<Void> append(List<AuditEvent> events) {
      happens.run();
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

  private static void kill() {
    throw new KilledError();
  }

  /** Nobody catches it, as nobody goes on after a kill. */
  private static final class KilledError extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Begins with {@code system}, which is closed at the end, by {@code engine}. */
  static void start(Path directory, LeasedSystem system, DynamicEngine engine) throws Exception {
    RotationPlane rotation = new RotationPlane(new LeasePlane(directory, system));
    rotation.secret("db", "first");
    LeasePlane.ok(201, rotation.set("db", rotation.ownDraft("db_a", "db_b")));
    rotation.vault.plane.plane.close();
    hsm = SoftHsmToken.login();
    Store store = Store.open(rotation.vault.plane.location(), rotation.vault.plane.clock);
    parts = new Parts(store, new SecretSealer(hsm, KernelRandom.INSTANCE), rotation, engine);
  }

  /** What was left is taken up by a whole control plane. */
  @AfterAll
  static void stop() throws Exception {
    parts.store.close();
    hsm.close();
    try (RotationPlane rotation = parts.rotation) {
      rotation.vault.plane.start();
      Await.until("it goes on", () -> rotation.rotate("db", false).statusCode() == 200);
      assertTrue(rotation.works(rotation.value("db")));
    }
  }

  /** Lets the period pass; the rotation as it is then, due and nobody's. */
  private static UserRotation due() {
    parts.rotation.vault.plane.clock.advance(Duration.ofHours(2));
    return parts.row();
  }

  @Test
  void whereverItIsCutOffTheNextTurnGoesOn() throws Exception {
    List<Value> published = new ArrayList<>(List.of(parts.value()));
    for (Step step : Step.values()) {
      if (step == Step.NEVER) {
        continue;
      }
      UserRotation before = due();
      assertThrows(
          KilledError.class,
          () -> parts.rotator(step, UserRotationFaultsContract::kill).turn(before.secret()),
          step.name());
      Value kept = published.getLast();
      assertEquals(kept, parts.value(), step.name());
      assertTrue(parts.rotation.works(kept), step.name());
      assertEquals(before.activeUser(), parts.row().activeUser());
      assertEquals(before.changedUser(), parts.row().nextUser());
      assertEquals(Turn.NONE, parts.rotator().turn(before.secret()), "it is held still");
      parts.rotation.vault.plane.clock.advance(CLAIM_ENDED);
      assertEquals(Turn.PUBLISHED, parts.rotator().turn(before.secret()), step.name());
      Value next = parts.value();
      assertEquals(before.changedUser(), next.user());
      assertEquals(kept.version() + 1, next.version());
      assertTrue(parts.rotation.works(next) && parts.rotation.works(kept), step.name());
      published.add(next);
    }
  }

  @Test
  void whoWasTakenOverChangesAndPublishesNothing() throws Exception {
    for (Step step : List.of(Step.BEFORE_CHANGE, Step.AFTER_CHANGE, Step.AFTER_REHEARSAL)) {
      UserRotation before = due();
      List<Value> others = new ArrayList<>();
      Runnable other =
          () -> {
            // Two rotations, so that the first one's user is the active one again.
            parts.rotation.vault.plane.clock.advance(CLAIM_ENDED);
            assertEquals(Turn.PUBLISHED, parts.rotator().turn(before.secret()));
            others.add(parts.value());
            assertEquals(Turn.PUBLISHED, parts.rotator().turn(due().secret()));
            others.add(parts.value());
          };
      Turn late = parts.rotator(step, other).turn(before.secret());
      assertNotEquals(Turn.PUBLISHED, late, step.name());
      assertEquals(2, others.size());
      assertEquals(others.getLast(), parts.value(), step.name());
      assertTrue(others.stream().allMatch(parts.rotation::works), step.name());
      assertEquals(before.activeUser(), parts.value().user());
    }
  }

  @Test
  void whatNobodyThoughtOfIsAFailureAsAnyOther() throws Exception {
    Value kept = parts.value();
    UserRotation before = due();
    Runnable fails =
        () -> {
          throw new IllegalStateException("not thought of");
        };
    assertEquals(Turn.FAILED, parts.rotator(Step.AFTER_CHANGE, fails).turn(before.secret()));
    UserRotation failed = parts.row();
    assertEquals(1, failed.attempts());
    assertTrue(failed.lastError().contains("its log says"), failed.lastError());
    assertEquals(kept, parts.value());
    assertEquals(Turn.PUBLISHED, parts.rotator().turn(due().secret()));
    assertEquals(0, parts.row().attempts());
    assertTrue(parts.rotation.works(parts.value()) && parts.rotation.works(kept));
  }

  @Test
  void whatWasStoppedMeanwhilePublishesNothing() throws Exception {
    UserRotation before = due();
    Value kept = parts.value();
    Runnable stop =
        () ->
            parts.store.change(
                tx -> {
                  tx.userRotations().delete(before.secret());
                  return null;
                });
    Turn turn = parts.rotator(Step.BEFORE_CHANGE, stop).turn(before.secret());
    assertEquals(Turn.NONE, turn);
    assertEquals(kept, parts.value());
    assertTrue(parts.rotation.works(kept));
    parts.store.change(
        tx -> {
          Stamp stamp = Stamp.created(tx.now(), "app-owner");
          tx.userRotations()
              .insert(
                  UserRotation.begun(
                      before.secret(),
                      before.engine(),
                      before.draft(),
                      before.activeUser(),
                      stamp));
          return null;
        });
    assertNotEquals(before.claim() + 1, parts.row().claim());
  }

  @Test
  void anEndlessRowOfRotationsKeepsSoManyVersions() throws Exception {
    int versions = SecretVersionDraft.ROTATED_MAX;
    for (int i = 0; i < versions + 3; i++) {
      assertEquals(Turn.PUBLISHED, parts.rotator().turn(due().secret()));
    }
    // And the one that a person wrote.
    int kept = parts.store.read(tx -> tx.secretVersions().count(parts.secret().id()));
    assertEquals(versions + 1, kept);
    assertTrue(parts.rotation.works(parts.value()));
  }
}
