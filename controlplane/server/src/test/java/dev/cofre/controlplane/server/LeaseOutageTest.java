package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A system that is away when something is due. */
class LeaseOutageTest {
  @TempDir Path directory;

  @Test
  void whatIsDueGoesWhenTheSystemIsBack() throws Exception {
    try (LeasePlane vault = new LeasePlane(directory)) {
      vault.enrol();
      JsonObject brief = vault.issue(600);
      JsonObject longer = vault.issue(3_600);
      vault.target.stop();
      vault.plane.clock.advance(Duration.ofMinutes(30));
      Await.until("it was tried", () -> vault.lease(brief).getInteger("attempts") > 1);
      HttpResponse<String> away = vault.ask(600);
      assertTrue(TestPlane.isProblem(away, ErrorCode.TARGET_UNAVAILABLE), away.body());
      Await.until(
          "the figures tell of it",
          () ->
              vault.plane.metric("cofre_controlplane_leases_failing") > 0
                  && vault.plane.metric("cofre_controlplane_leases_overdue_s") > 1_000
                  && vault.plane.metric("cofre_controlplane_secret_engines_away") == 1);
      vault.plane.plane.close();
      vault.plane.start();
      vault.target.start();
      vault.awaitGone(brief);
      assertTrue(vault.works(longer));
      Await.until(
          "nothing waits", () -> vault.plane.metric("cofre_controlplane_leases_revoking") == 0);
      assertEquals(1, vault.target.users().size());
    }
  }

  @Test
  void aRotationThatWasCutOffIsEnded() throws Exception {
    try (LeasePlane vault = new LeasePlane(directory)) {
      vault.enrol();
      vault.plane.clock.advance(Duration.ofMinutes(2));
      vault.target.stop();
      JsonObject begun =
          LeasePlane.ok(200, vault.plane.post("app-owner", "/v1/secret-engines/pg/rotate-root"));
      assertEquals(true, begun.getBoolean("rotating"));
      vault.plane.plane.close();
      vault.target.start();
      vault.plane.start();
      Await.until(
          "it is ended",
          () ->
              !LeasePlane.ok(200, vault.plane.get("auditor", "/v1/secret-engines/pg"))
                  .getBoolean("rotating"));
      assertTrue(vault.works(vault.issue(null)));
      assertFalse(vault.target.takes(TargetServer.ROOT, TargetServer.ROOT_PASSWORD));
    }
  }
}
