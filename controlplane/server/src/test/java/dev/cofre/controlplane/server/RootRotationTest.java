package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine;
import dev.cofre.controlplane.server.dynamic.LeasedSystem;
import dev.cofre.controlplane.server.dynamic.MariaDbEngine;
import dev.cofre.controlplane.server.dynamic.MariaDbServer;
import dev.cofre.controlplane.server.dynamic.PostgreSqlEngine;
import dev.cofre.controlplane.server.dynamic.RabbitMqEngine;
import dev.cofre.controlplane.server.dynamic.RabbitMqServer;
import dev.cofre.controlplane.server.dynamic.RedisEngine;
import dev.cofre.controlplane.server.dynamic.RedisServer;
import dev.cofre.controlplane.server.dynamic.Target;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import dev.cofre.controlplane.server.lease.RootLogin;
import dev.cofre.controlplane.server.store.SecretEngineTable.Root;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rotation of a root user's password that is cut off between any two of its steps. */
class RootRotationTest {
  @TempDir Path directory;

  /** An engine, which ends as a kill does, before or after the change of a password. */
  private record Cut(DynamicEngine whole, boolean after) implements DynamicEngine {
    @Override
    public EngineKind kind() {
      return whole.kind();
    }

    @Override
    public Session open(Target target, char[] password) throws TargetException {
      return new CutSession(whole.open(target, password), after);
    }

    @Override
    public void rehearse(Target target, char[] password) throws TargetException {
      whole.rehearse(target, password);
    }
  }

  /** An engine in which others keep the lock of the root user. */
  private record Busy(DynamicEngine whole) implements DynamicEngine {
    @Override
    public EngineKind kind() {
      return whole.kind();
    }

    @Override
    public Session open(Target target, char[] password) throws TargetException {
      Session session = whole.open(target, password);
      return (Session)
          Proxy.newProxyInstance(
              Busy.class.getClassLoader(),
              new Class<?>[] {Session.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("changePassword")) {
                  throw new TargetException(TargetException.Kind.BUSY, "others keep the lock");
                }
                return method.invoke(session, arguments);
              });
    }

    @Override
    public void rehearse(Target target, char[] password) throws TargetException {
      whole.rehearse(target, password);
    }
  }

  private record CutSession(DynamicEngine.Session whole, boolean after)
      implements DynamicEngine.Session {
    @Override
    public void requireRights() throws TargetException {
      whole.requireRights();
    }

    @Override
    public void changePassword(char[] next, DynamicEngine.Fence fence) throws TargetException {
      if (after) {
        whole.changePassword(next, fence);
      }
      throw new IllegalStateException("cut off");
    }

    @Override
    public void requireRotatable(DynamicEngine.StaticUser user) throws TargetException {
      whole.requireRotatable(user);
    }

    @Override
    public void setPassword(
        DynamicEngine.StaticUser user, char[] password, DynamicEngine.Fence fence)
        throws TargetException {
      whole.setPassword(user, password, fence);
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

  @Test
  void eachCutIsMendedByTheNextLogin() throws Exception {
    eachCutIsMended(TargetServer.start(directory), new PostgreSqlEngine(KernelRandom.INSTANCE));
  }

  @Test
  void eachCutIsMendedInMariaDbToo() throws Exception {
    eachCutIsMended(MariaDbServer.start(directory), new MariaDbEngine(KernelRandom.INSTANCE));
  }

  @Test
  void eachCutIsMendedInRedisToo() throws Exception {
    eachCutIsMended(RedisServer.start(directory), new RedisEngine(KernelRandom.INSTANCE));
  }

  @Test
  void eachCutIsMendedInRabbitMqToo() throws Exception {
    eachCutIsMended(RabbitMqServer.start(directory), new RabbitMqEngine(KernelRandom.INSTANCE));
  }

  private void eachCutIsMended(LeasedSystem system, DynamicEngine engine) throws Exception {
    try (LeasePlane vault = new LeasePlane(directory, system)) {
      vault.enrol();
      vault.plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login();
          Store store = Store.open(vault.plane.location(), vault.plane.clock)) {
        SecretSealer sealer = new SecretSealer(hsm, KernelRandom.INSTANCE);
        for (boolean after : new boolean[] {false, true}) {
          SecretEngine before = begin(store, sealer, engine);
          RootLogin cut = roots(store, sealer, new Cut(engine, after));
          assertThrows(IllegalStateException.class, () -> cut.open(before.id()));
          // Others keep what the change takes: work goes on, and the rotation stays open.
          RootLogin busy = roots(store, sealer, new Busy(engine));
          try (DynamicEngine.Session session = busy.open(before.id())) {
            session.requireRights();
          }
          Root both = store.read(tx -> tx.engines().root(before.id())).orElseThrow();
          assertEquals(before.rootNumber(), both.number());
          assertEquals(before.rootNumber() + 1, both.nextNumber());
          try (DynamicEngine.Session session = roots(store, sealer, engine).open(before.id())) {
            session.requireRights();
          }
          SecretEngine mended = store.read(tx -> tx.engines().find(before.id())).orElseThrow();
          assertEquals(before.rootNumber() + 1, mended.rootNumber());
          assertFalse(mended.rotating());
        }
      }
      vault.plane.start();
      assertTrue(vault.works(vault.issue(null)));
    }
  }

  /** Writes the next password ahead. */
  static SecretEngine begin(Store store, SecretSealer sealer, DynamicEngine kind) {
    SecretEngine engine = store.read(tx -> tx.engines().find("default", "pg")).orElseThrow();
    KeyMetadata key =
        store.read(tx -> VaultKeys.sealing(tx, "default", engine.draft().environment()));
    byte[] next = roots(store, sealer, kind).fresh(key, engine, engine.rootNumber() + 1);
    boolean begun = store.change(tx -> tx.engines().beginRotation(engine, next));
    assertTrue(begun);
    return engine;
  }

  static RootLogin roots(Store store, SecretSealer sealer, DynamicEngine engine) {
    return new RootLogin(
        store, sealer, KernelRandom.INSTANCE, Optional.empty(), Map.of(engine.kind(), engine));
  }
}
