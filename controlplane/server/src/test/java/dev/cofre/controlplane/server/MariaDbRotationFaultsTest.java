package dev.cofre.controlplane.server;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.dynamic.MariaDbEngine;
import dev.cofre.controlplane.server.dynamic.MariaDbServer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Rotations of users of a real MariaDB. */
class MariaDbRotationFaultsTest extends UserRotationFaultsContract {
  @TempDir static Path directory;

  @BeforeAll
  static void start() throws Exception {
    start(directory, MariaDbServer.start(directory), new MariaDbEngine(KernelRandom.INSTANCE));
  }
}
