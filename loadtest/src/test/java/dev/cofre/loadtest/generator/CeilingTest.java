package dev.cofre.loadtest.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.observe.Ceiling;
import dev.cofre.loadtest.observe.NullServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The null server understands each protocol, long messages too. */
class CeilingTest {
  @ParameterizedTest
  @EnumSource(NullServer.Kind.class)
  void everyRequestIsAnsweredRight(NullServer.Kind kind) throws Exception {
    for (int bytes : new int[] {0, 60_000}) {
      try (NullServer server = new NullServer(kind)) {
        Protocol protocol =
            switch (kind) {
              case HTTP -> Ceiling.http(bytes);
              case FRAMES -> Ceiling.frames(bytes, 16);
              case GRPC -> Ceiling.grpc(bytes, 16);
            };
        LoadResult result =
            LoadGenerator.run(
                server.address(),
                protocol,
                LoadPlan.of(Pacing.constant(500))
                    .over(4)
                    .within(Duration.ofSeconds(30))
                    .lasting(Duration.ofMillis(200), Duration.ofMillis(800)));
        assertEquals(Map.of(), result.errors());
        assertEquals(400, result.done());
        assertTrue(result.latencyUs(50) > 0);
      }
    }
  }
}
