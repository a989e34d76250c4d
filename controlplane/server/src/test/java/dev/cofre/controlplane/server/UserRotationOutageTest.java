package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import dev.cofre.controlplane.server.dynamic.TestTarget;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rotations that cannot go on, and do when they can again. */
class UserRotationOutageTest {
  @TempDir Path directory;

  private static boolean isDegraded(RotationPlane rotation) throws Exception {
    return new JsonObject(rotation.vault.plane.get(null, "/health/ready").body())
        .getJsonArray("degraded")
        .contains("secret-rotations-failing");
  }

  private static void awaitFailing(RotationPlane rotation, String why) throws Exception {
    Await.until(
        "the rotation says why",
        () -> String.valueOf(rotation.show("db").getString("lastError")).contains(why));
    Await.until(
        "the plane tells of it",
        () ->
            isDegraded(rotation)
                && rotation.vault.plane.metric("cofre_controlplane_secret_rotations_failing") == 1
                && rotation.vault.plane.metric("cofre_controlplane_secret_rotations_overdue_s")
                    > 0);
  }

  @Test
  void itGoesOnWhenTheSystemIsBackAfterARestart() throws Exception {
    try (RotationPlane rotation = new RotationPlane(directory)) {
      rotation.secret("db", "first");
      LeasePlane.ok(201, rotation.set("db", RotationPlane.draft(true, "db_a", "db_b")));
      Value before = rotation.value("db");
      rotation.vault.target.stop();
      HttpResponse<String> asked = rotation.rotate("db", true);
      assertTrue(TestPlane.isProblem(asked, ErrorCode.TARGET_UNAVAILABLE), asked.body());
      rotation.vault.plane.clock.advance(Duration.ofHours(2));
      awaitFailing(rotation, "cannot be reached");
      assertEquals(before, rotation.value("db"));
      assertTrue(
          rotation.events("system:scheduler", "db").stream()
              .anyMatch(event -> "failed".equals(event.getString("outcome"))));
      rotation.vault.plane.plane.close();
      rotation.vault.plane.start();
      rotation.vault.target.start();
      Value next = rotation.awaitRetry("db", before);
      assertEquals("db_a", next.user());
      assertTrue(rotation.works(next) && rotation.works(before));
      Await.until("all is well", () -> !isDegraded(rotation));
      assertEquals(1, rotation.vault.plane.metric("cofre_controlplane_secret_rotations"));
    }
  }

  @Test
  void itGoesOnWhenAUserThatWasLostIsThereAgain() throws Exception {
    try (RotationPlane rotation = new RotationPlane(directory)) {
      TestTarget target = rotation.vault.target;
      String given = "grant db_a, db_b to " + TargetServer.ROOT + " with admin option";
      target.administer("create role db_a login", "create role db_b login", given);
      rotation.secret("db", "first");
      LeasePlane.ok(
          201, rotation.set("db", RotationPlane.draft(false, "db_a", "db_b").put("inUse", "db_a")));
      Value before = rotation.value("db");
      assertEquals("db_b", before.user());
      target.administer("drop role db_a");
      rotation.vault.plane.clock.advance(Duration.ofHours(2));
      awaitFailing(rotation, "db_a is not there");
      assertEquals(before, rotation.value("db"));
      assertTrue(rotation.works(before));
      target.administer(
          "create role db_a login", "grant db_a to " + TargetServer.ROOT + " with admin option");
      Value next = rotation.awaitRetry("db", before);
      assertEquals("db_a", next.user());
      assertTrue(rotation.works(next) && rotation.works(before));
    }
  }
}
