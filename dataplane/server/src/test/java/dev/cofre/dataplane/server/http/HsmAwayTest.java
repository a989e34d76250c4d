package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.hsm.Conditions;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose HSM goes away and comes back under it. */
class HsmAwayTest {
  private static final byte[] PLAINTEXT = "a plaintext".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  @Test
  void cachedKeysServeAndTheNodeComesBackByItself() throws Exception {
    Path tokens = SoftHsmToken.folder().getParent();
    Path away = tokens.resolveSibling("away");
    try (TestNode node = new TestNode(directory)) {
      Calls calls = new Calls(node.port);
      byte[] envelope = calls.raw("/v1/keys/demo/encrypt", PLAINTEXT).body();
      Files.move(tokens, away);
      try {
        Conditions.await(() -> degraded(calls).equals(JsonArray.of("hsm")));
        assertArrayEquals(PLAINTEXT, calls.raw("/v1/decrypt", envelope).body());
        assertEquals(200, calls.raw("/v1/keys/demo/encrypt", PLAINTEXT).status());
        Calls.Answer refused = calls.raw("/v1/keys/other/encrypt", PLAINTEXT);
        assertEquals(503, refused.status());
        assertEquals("hsm_unavailable", refused.code());
      } finally {
        Files.move(away, tokens);
      }
      Conditions.await(() -> degraded(calls).isEmpty());
      assertEquals(200, calls.raw("/v1/keys/other/encrypt", PLAINTEXT).status());
    }
  }

  /** The node is ready all the time. */
  private static JsonArray degraded(Calls calls) {
    try {
      Calls.Answer ready = calls.get("/health/ready");
      assertEquals(200, ready.status());
      return ready.json().getJsonArray("degraded");
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
