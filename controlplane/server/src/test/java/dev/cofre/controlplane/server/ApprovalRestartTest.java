package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.approval.ApprovalAnswer;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Approved requests whose control plane died, at each step. */
class ApprovalRestartTest {
  @TempDir Path directory;

  @Test
  void whatWasApprovedAndNotTakenUpRuns() throws Exception {
    isDoneAfter((store, id) -> approve(store, id));
  }

  @Test
  void whatWasTakenUpByTheDeadRuns() throws Exception {
    isDoneAfter(
        (store, id) -> {
          approve(store, id);
          claim(store, id, "a-dead-instance");
        });
  }

  @Test
  void onlyTheLastClaimEndsARun() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      ApprovalRequestId id = ask(plane);
      plane.plane.close();
      try (Store store = Store.open(plane.location(), Clock.systemUTC())) {
        approve(store, id);
        claim(store, id, "slow");
        assertFalse(store.<Boolean>change(tx -> notes(tx, "other", id)), "its owner lives");
        claim(store, id, "other");
        ApprovalAnswer answer = new ApprovalAnswer(201, null, null);
        assertFalse(
            store.<Boolean>change(tx -> tx.approvals().finish(id, 1, ApprovalState.DONE, answer)),
            "outdone by another claim");
        assertFalse(store.<Boolean>change(tx -> tx.approvals().release(id, 1)));
        assertTrue(store.<Boolean>change(tx -> tx.approvals().release(id, 2)));
        claim(store, id, "third");
        assertTrue(
            store.<Boolean>change(
                tx -> tx.approvals().finish(id, 3, ApprovalState.FAILED, answer)));
        assertFalse(store.<Boolean>change(tx -> tx.approvals().claim(id, "fourth")), "it is over");
      }
      plane.start();
    }
  }

  /** Whether {@code other} gets what the living instance {@code slow} runs. */
  private static boolean notes(
      dev.cofre.controlplane.server.store.Transaction tx, String other, ApprovalRequestId id) {
    tx.controlPlanes().seen("slow", "node");
    boolean claimed = tx.approvals().claim(id, other);
    tx.controlPlanes().remove("slow");
    return claimed;
  }

  private void isDoneAfter(BiConsumer<Store, ApprovalRequestId> left) throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      ApprovalRequestId id = ask(plane);
      plane.plane.close();
      try (Store store = Store.open(plane.location(), Clock.systemUTC())) {
        left.accept(store, id);
      }
      plane.start();
      Await.until("it is done", () -> show(plane, id).getString("state").equals("DONE"));
      JsonObject request = show(plane, id);
      String made = request.getJsonObject("answer").getJsonObject("document").getString("id");
      assertEquals(200, plane.get("auditor", "/v1/policies/" + made).statusCode());
      plane.plane.close();
      plane.start();
      assertEquals(request, show(plane, id), "it does not run again");
    }
  }

  private static void approve(Store store, ApprovalRequestId id) {
    assertTrue(
        store.<Boolean>change(
            tx ->
                tx.approvals()
                    .move(id, ApprovalState.PENDING, ApprovalState.APPROVED, "somebody")));
  }

  private static void claim(Store store, ApprovalRequestId id, String instance) {
    assertTrue(store.<Boolean>change(tx -> tx.approvals().claim(id, instance)));
  }

  private static JsonObject show(TestPlane plane, ApprovalRequestId id) throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/approvals/" + id).body());
  }

  private static ApprovalRequestId ask(TestPlane plane) throws Exception {
    plane.createKey("prod-key", "prod");
    JsonObject policy =
        new JsonObject()
            .put("name", "asked")
            .put("effect", "allow")
            .put("principals", new JsonArray().add("app"))
            .put("actions", new JsonArray().add("encrypt"))
            .put("keys", new JsonArray().add("prod-key"));
    HttpResponse<String> asked =
        plane.post("security-admin", "/v1/policies", policy.encode(), Map.of());
    assertEquals(202, asked.statusCode(), asked.body());
    return new ApprovalRequestId(
        "default", UUID.fromString(new JsonObject(asked.body()).getString("id")));
  }
}
