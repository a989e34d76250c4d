package dev.cofre.controlplane.server;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.dynamic.PostgreSqlEngine;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Rotations of users of a real PostgreSQL. */
class UserRotationFaultsTest extends UserRotationFaultsContract {
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws Exception {
    start(directory, TargetServer.start(directory), new PostgreSqlEngine(KernelRandom.INSTANCE));
  }
}
