package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine;
import dev.cofre.controlplane.server.dynamic.RedisEngine;
import dev.cofre.controlplane.server.dynamic.RedisServer;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same with a real Redis, which can also lose what it did not save. */
class RedisRootRotationTest extends RootRotationTest {
  @TempDir Path own;

  @Override
  LeasePlane vault(Path directory) throws Exception {
    return new LeasePlane(directory, RedisServer.start(directory));
  }

  @Override
  DynamicEngine engine() {
    return new RedisEngine(KernelRandom.INSTANCE);
  }

  @Test
  void aPasswordThatWasNotSavedIsNotTheOnlyOneKnown() throws Exception {
    RedisServer redis = RedisServer.start(own);
    try (LeasePlane vault = new LeasePlane(own, redis)) {
      vault.enrol();
      vault.plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login();
          Store store = Store.open(vault.plane.location(), vault.plane.clock)) {
        SecretSealer sealer = new SecretSealer(hsm, KernelRandom.INSTANCE);
        for (boolean isLost : new boolean[] {false, true}) {
          SecretEngine before = begin(store, sealer, engine());
          redis.blockSaving();
          TargetException unsaved =
              assertThrows(
                  TargetException.class, () -> roots(store, sealer, engine()).open(before.id()));
          assertEquals(TargetException.Kind.REFUSED, unsaved.kind());
          assertTrue(unsaved.getMessage().contains("aclfile"), unsaved.getMessage());
          if (isLost) {
            redis.kill();
          }
          redis.allowSaving();
          if (isLost) {
            redis.start();
          }
          roots(store, sealer, engine()).open(before.id()).close();
          SecretEngine mended = store.read(tx -> tx.engines().find(before.id())).orElseThrow();
          assertEquals(before.rootNumber() + 1, mended.rootNumber());
          assertFalse(mended.rotating());
          redis.kill();
          redis.start();
          roots(store, sealer, engine()).open(before.id()).close();
        }
      }
      vault.plane.start();
      assertTrue(vault.works(vault.issue(null)));
    }
  }
}
