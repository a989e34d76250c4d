package dev.cofre.dataplane.server.http;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one node, started before the first of their class. */
abstract class OneNode {
  @TempDir static Path directory;
  static TestNode node;
  static Calls calls;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(directory);
    calls = new Calls(node.port);
  }

  @AfterAll
  static void stop() {
    node.close();
  }
}
