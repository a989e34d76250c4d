package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.RotationPlane.Value;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leak is answered while the system is away and the control plane ends in between. */
class IncidentOutageTest {
  @TempDir Path directory;

  @Test
  void whatWasBegunIsShownAsUnfinishedAndComesToItsEnd() throws Exception {
    try (IncidentPlane incidents = new IncidentPlane(directory)) {
      incidents.rotation.secret("db", "first");
      LeasePlane.ok(201, incidents.rotation.set("db", RotationPlane.draft(true, "db_a", "db_b")));
      Value leaked = incidents.rotation.value("db");
      JsonObject issued = incidents.vault.issue(null);
      incidents.vault.target.stop();

      JsonObject secret =
          incidents.open(new JsonObject().put("secret", "db").put("overlapSeconds", 0));
      JsonObject role = incidents.open(new JsonObject().put("secret", "pg/reader"));
      Await.until(
          "it is told that the system does not answer",
          () ->
              IncidentPlane.step(incidents.show(secret), "rotate", "db")
                      .getString("outcome")
                      .contains("tried again")
                  && IncidentPlane.step(incidents.show(role), "revoke-leases", "pg/reader")
                      .getString("outcome")
                      .contains("could not be yet"));
      assertEquals("OPEN", incidents.show(secret).getString("state"));
      assertTrue(
          incidents.show(role).getJsonArray("words").getString(1).startsWith("NOT FINISHED"));

      incidents.plane.plane.close();
      incidents.plane.start();
      assertEquals("OPEN", incidents.show(secret).getString("state"));
      incidents.vault.target.start();
      incidents.plane.clock.advance(Duration.ofMinutes(5));
      incidents.awaitDone(secret);
      incidents.awaitDone(role);
      assertFalse(incidents.rotation.works(leaked));
      assertTrue(incidents.rotation.works(incidents.rotation.value("db")));
      assertFalse(incidents.vault.works(issued));
      assertEquals(1, incidents.told("secret", "db").size());
    }
  }
}
