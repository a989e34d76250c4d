package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Periods and holds over HTTP: who may, who must approve, what is written down. */
class AuditRetentionApiTest {
  private static final String RETENTION = "/v1/audit/retention";
  private static final String HOLDS = "/v1/audit/holds";

  @TempDir Path directory;
  private TestPlane plane;

  @BeforeEach
  void start() throws Exception {
    plane = TestPlane.in(directory);
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  private HttpResponse<String> put(String by, String body) throws Exception {
    return plane.send(
        plane
            .request(by, RETENTION)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  private List<String> actions(String prefix) throws Exception {
    return plane.audit().stream()
        .map(event -> event.getString("action") + " " + event.getString("outcome"))
        .filter(text -> text.startsWith(prefix))
        .toList();
  }

  private HttpResponse<String> place(String name, String about) throws Exception {
    String body = "{\"name\":\"" + name + "\",\"reason\":\"order 7\"," + about + "}";
    return plane.post("security-admin", HOLDS, body, Map.of());
  }

  @Test
  void periodsAreSetByTwoAndNeverBelowTheFloor() throws Exception {
    JsonObject shipped = json(plane.get("auditor", RETENTION));
    assertEquals(0, shipped.getInteger("revision"));
    assertEquals(365, shipped.getInteger("daysMin"));
    assertTrue(shipped.containsKey("noKeyDays") && shipped.getValue("noKeyDays") == null);
    assertTrue(
        TestPlane.isProblem(
            put("platform-admin", "{\"noKeyDays\":364}"), ErrorCode.INVALID_REQUEST));
    assertTrue(TestPlane.isProblem(put("security-admin", "{}"), ErrorCode.FORBIDDEN));

    HttpResponse<String> asked = put("platform-admin", "{\"noKeyDays\":400,\"internalDays\":500}");
    assertEquals(202, asked.statusCode(), asked.body());
    assertEquals(0, json(plane.get("auditor", RETENTION)).getInteger("revision"));
    JsonObject done = plane.approve("security-admin", asked);
    assertEquals("DONE", done.getString("state"), done::encode);
    JsonObject set = json(plane.get("auditor", RETENTION));
    assertEquals(400, set.getInteger("noKeyDays"));
    assertEquals(500, set.getInteger("internalDays"));
    assertEquals(null, set.getValue("restrictedDays"));
    assertEquals("platform-admin", set.getString("updatedBy"));
    assertTrue(actions("audit-retention:update").contains("audit-retention:update allowed"));
    assertTrue(actions("audit-retention:update").contains("audit-retention:update denied"));
  }

  @Test
  void aHoldIsPlacedByOneAndLiftedByTwoOfWhomNoneKeepsTheArchive() throws Exception {
    JsonObject key = plane.createKey("payroll");
    HttpResponse<String> placed = place("case-1", "\"key\":\"payroll\"");
    assertEquals(201, placed.statusCode(), placed.body());
    assertEquals(key.getString("id"), json(placed).getString("keyId"));
    assertEquals(0, json(placed).getInteger("removing"));
    JsonObject byId = json(place("case-0", "\"key\":\"" + key.getString("id") + "\""));
    assertEquals("payroll", byId.getString("key"));
    assertEquals(key.getString("id"), byId.getString("keyId"));
    assertTrue(TestPlane.isProblem(place("case-1", "\"all\":true"), ErrorCode.CONFLICT));
    assertTrue(
        TestPlane.isProblem(
            place("case-2", "\"all\":true,\"key\":\"x\""), ErrorCode.INVALID_REQUEST));
    assertTrue(TestPlane.isProblem(place("case-2", "\"key\":null"), ErrorCode.INVALID_REQUEST));
    // Nothing is held by the name of no key; a key that is gone is held by its id.
    assertTrue(
        TestPlane.isProblem(place("case-2", "\"key\":\"pay-rol\""), ErrorCode.KEY_NOT_FOUND));
    assertEquals(201, place("case-gone", "\"key\":\"" + UUID.randomUUID() + "\"").statusCode());
    assertTrue(TestPlane.isProblem(place("Case_2", "\"all\":true"), ErrorCode.INVALID_REQUEST));
    assertTrue(
        TestPlane.isProblem(
            place("case-2", "\"from\":\"2027-01-02T00:00:00Z\",\"to\":\"2027-01-01T00:00:00Z\""),
            ErrorCode.INVALID_REQUEST));
    assertTrue(
        TestPlane.isProblem(
            plane.post("platform-admin", HOLDS + "/case-1/lift"), ErrorCode.FORBIDDEN));

    HttpResponse<String> asked = plane.post("security-admin", HOLDS + "/case-1/lift");
    assertEquals(202, asked.statusCode(), asked.body());
    assertTrue(json(plane.get("auditor", HOLDS + "/case-1")).getBoolean("active"));
    assertEquals(403, plane.decide("security-admin", json(asked)).statusCode());
    assertEquals("DONE", plane.approve("security-admin-2", asked).getString("state"));
    JsonObject lifted = json(plane.get("auditor", HOLDS + "/case-1"));
    assertFalse(lifted.getBoolean("active"));
    assertEquals("security-admin", lifted.getString("liftedBy"));
    assertEquals(3, json(plane.get("platform-admin", HOLDS)).getJsonArray("items").size());
    assertTrue(
        TestPlane.isProblem(
            plane.post("security-admin", HOLDS + "/case-1/lift"), ErrorCode.CONFLICT));
    // A name is never given again.
    assertTrue(TestPlane.isProblem(place("case-1", "\"all\":true"), ErrorCode.CONFLICT));
    assertTrue(actions("audit-hold:create").contains("audit-hold:create allowed"));
    assertTrue(actions("audit-hold:lift").contains("audit-hold:lift allowed"));
    assertTrue(actions("audit-hold:lift").contains("audit-hold:lift denied"));
  }

  @Test
  void planAndRemovalsAreToldAndSearchSaysWhatIsNotThere() throws Exception {
    JsonObject plan = json(plane.get("auditor", RETENTION + "/plan"));
    assertTrue(plan.getBoolean("complete"));
    assertEquals(
        0, json(plane.get("auditor", RETENTION + "/removals")).getJsonArray("items").size());
    JsonObject search = json(plane.get("auditor", "/v1/audit/events"));
    assertEquals(0, search.getJsonArray("removed").size());
    assertEquals(0, plane.metric("cofre_controlplane_audit_removed_segments"));
    assertEquals(0, plane.metric("cofre_controlplane_audit_removal_failures"));
  }
}
