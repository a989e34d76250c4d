package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.controlplane.server.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer without brokers that answer; with brokers, {@code KafkaSinkTest} has it. */
class KafkaTargetTest {
  private static final int TIMEOUT_MS = 100;

  @TempDir Path directory;

  /** Each producer has one thread. */
  private static Set<Thread> producers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kafka-producer-network-thread"))
        .collect(Collectors.toSet());
  }

  @Test
  void aProducerThatMakesNoProgressIsReplaced() throws Exception {
    try (SinkFixture fixture = new SinkFixture(directory);
        ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fixture.configure(
          "kafka",
          "kind = kafka",
          "bootstrapServers = 127.0.0.1:" + mute.getLocalPort(),
          "topic = audit",
          "plaintext = true");
      byte[] json = "{}".getBytes(StandardCharsets.US_ASCII);
      Batch batch =
          new Batch(List.of(new SinkEvent("l/0", "n1", 6, "a", "t", json)), Map.of(), true);
      try (SinkTarget target = fixture.settings("kafka").target().open("kafka", TIMEOUT_MS)) {
        assertThrows(IOException.class, () -> target.send(batch));
        Set<Thread> first = producers();
        assertEquals(1, first.size());
        for (int attempt = 2; attempt < 6; attempt++) {
          assertThrows(IOException.class, () -> target.send(batch));
          assertEquals(first, producers());
        }
        assertThrows(IOException.class, () -> target.send(batch));
        Await.until("it is gone", () -> producers().isEmpty());
        assertThrows(IOException.class, () -> target.send(batch));
        assertEquals(1, producers().size());
        assertNotEquals(first, producers());
      }
    }
  }
}
