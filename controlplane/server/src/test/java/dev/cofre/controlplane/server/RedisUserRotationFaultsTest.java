package dev.cofre.controlplane.server;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.dynamic.DynamicEngine;
import dev.cofre.controlplane.server.dynamic.RedisEngine;
import dev.cofre.controlplane.server.dynamic.RedisServer;
import java.nio.file.Path;

/** The same with a real Redis. */
class RedisUserRotationFaultsTest extends UserRotationFaultsTest {
  @Override
  LeasePlane vault(Path directory) throws Exception {
    return new LeasePlane(directory, RedisServer.start(directory));
  }

  @Override
  DynamicEngine engine() {
    return new RedisEngine(KernelRandom.INSTANCE);
  }
}
