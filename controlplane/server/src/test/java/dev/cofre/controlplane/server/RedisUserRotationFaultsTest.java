package dev.cofre.controlplane.server;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.dynamic.RedisEngine;
import dev.cofre.controlplane.server.dynamic.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Rotations of users of a real Redis. */
class RedisUserRotationFaultsTest extends UserRotationFaultsContract {
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws Exception {
    start(directory, RedisServer.start(directory), new RedisEngine(KernelRandom.INSTANCE));
  }
}
