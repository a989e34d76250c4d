package dev.cofre.dataplane.server.http;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that change what their node knows: each has one of its own. */
abstract class NodeEach {
  @TempDir Path directory;
  TestNode node;
  Calls calls;

  @BeforeEach
  void start() throws Exception {
    node = new TestNode(directory);
    calls = new Calls(node.port);
  }

  @AfterEach
  void stop() {
    node.close();
  }
}
