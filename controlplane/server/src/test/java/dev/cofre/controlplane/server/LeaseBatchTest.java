package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases that end together, as a user sees it. */
class LeaseBatchTest {
  /** More than go at once. */
  private static final int COUNT = 30;

  @TempDir Path directory;

  @Test
  void eachThatWentHasItsEventAndOneThatCannotGoIsTriedAgain() throws Exception {
    try (LeasePlane vault = new LeasePlane(directory)) {
      vault.enrol();
      List<JsonObject> leases = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        leases.add(vault.issue(600));
      }
      JsonObject refused = leases.remove(COUNT / 2);
      JsonObject longer = vault.issue(3_600);
      String role = "alter role \"" + refused.getString("userName") + "\" ";
      vault.target.administer(role + "superuser");
      vault.plane.clock.advance(Duration.ofMinutes(11));
      for (JsonObject lease : leases) {
        vault.awaitGone(lease);
        assertEquals("expired", vault.lease(lease).getString("reason"));
      }
      List<String> ended = ends(vault);
      for (JsonObject lease : leases) {
        assertEquals(1, Collections.frequency(ended, subject(lease)), lease.getString("id"));
      }
      assertEquals(leases.size(), ended.size());
      Await.until("it was tried", () -> vault.lease(refused).getInteger("attempts") > 0);
      JsonObject shown = vault.lease(refused);
      assertEquals("REVOKING", shown.getString("state"));
      assertTrue(shown.getString("lastError").contains("refused"), shown::encode);
      assertTrue(vault.works(longer));

      vault.target.administer(role + "nosuperuser");
      vault.plane.clock.advance(Duration.ofMinutes(6));
      vault.awaitGone(refused);
      assertEquals(1, Collections.frequency(ends(vault), subject(refused)));
      assertFalse(vault.works(refused));
      assertTrue(vault.works(longer));
    }
  }

  private static String subject(JsonObject lease) {
    return lease.getString("id") + " " + lease.getString("userName");
  }

  /** Which credentials are gone by the audit log. */
  private static List<String> ends(LeasePlane vault) throws IOException {
    return vault.plane.audit().stream()
        .filter(event -> event.getString("action").equals("lease:end"))
        .map(event -> event.getString("key"))
        .toList();
  }
}
