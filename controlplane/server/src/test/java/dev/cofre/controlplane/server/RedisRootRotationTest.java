package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine;
import dev.cofre.controlplane.server.dynamic.LeasedSystem;
import dev.cofre.controlplane.server.dynamic.RedisEngine;
import dev.cofre.controlplane.server.dynamic.RedisServer;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.lease.RootLogin;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rotation of a root user's password in a real Redis that loses what it did not save. */
class RedisRootRotationTest {
  private static final DynamicEngine ENGINE = new RedisEngine(KernelRandom.INSTANCE);

  @TempDir Path directory;

  private static RootLogin roots(Store store, SecretSealer sealer) {
    return RootRotationTest.roots(store, sealer, ENGINE);
  }

  @Test
  void aPasswordThatWasNotSavedIsNotTheOnlyOneKnown() throws Exception {
    RedisServer redis = RedisServer.start(directory);
    try (LeasePlane vault = new LeasePlane(directory, redis)) {
      vault.enrol();
      vault.plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login();
          Store store = Store.open(vault.plane.location(), vault.plane.clock)) {
        SecretSealer sealer = new SecretSealer(hsm, KernelRandom.INSTANCE);
        for (boolean isLost : new boolean[] {false, true}) {
          SecretEngine before = RootRotationTest.begin(store, sealer, ENGINE);
          redis.blockSaving();
          TargetException unsaved =
              assertThrows(TargetException.class, () -> roots(store, sealer).open(before.id()));
          assertEquals(TargetException.Kind.REFUSED, unsaved.kind());
          assertTrue(unsaved.getMessage().contains("aclfile"), unsaved.getMessage());
          if (isLost) {
            redis.kill();
          }
          redis.allowSaving();
          if (isLost) {
            redis.start();
          }
          roots(store, sealer).open(before.id()).close();
          SecretEngine mended = store.read(tx -> tx.engines().find(before.id())).orElseThrow();
          assertEquals(before.rootNumber() + 1, mended.rootNumber());
          assertFalse(mended.rotating());
          redis.kill();
          redis.start();
          roots(store, sealer).open(before.id()).close();
        }
      }
      vault.plane.start();
      assertTrue(vault.works(vault.issue(null)));
    }
  }

  @Test
  void aSetUpThatFailsLeavesNoServer() throws Exception {
    RedisServer redis = RedisServer.start(directory);
    int port = redis.port();
    redis.forget(LeasedSystem.ROOT);
    LeasePlane vault = new LeasePlane(directory, redis);
    assertThrows(AssertionError.class, () -> new RotationPlane(vault));
    assertThrows(
        ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
  }
}
