package dev.cofre.dataplane.server.frames;

import dev.cofre.dataplane.server.http.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one node; each has a connection of its own to it, greeted as {@code app}. */
abstract class OneSocketEach {
  @TempDir static Path directory;
  static TestNode node;

  FrameSocket socket;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(directory);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void connect() throws IOException {
    socket = FrameSocket.tcp(node.framePort);
    socket.hello(TestNode.APP_TOKEN);
  }

  @AfterEach
  void disconnect() throws IOException {
    socket.close();
  }
}
