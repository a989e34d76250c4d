package dev.cofre.controlplane.server;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.dynamic.RabbitMqEngine;
import dev.cofre.controlplane.server.dynamic.RabbitMqServer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Rotations of users of a real RabbitMQ. */
class RabbitMqUserRotationFaultsTest extends UserRotationFaultsContract {
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws Exception {
    start(directory, RabbitMqServer.start(directory), new RabbitMqEngine(KernelRandom.INSTANCE));
  }
}
