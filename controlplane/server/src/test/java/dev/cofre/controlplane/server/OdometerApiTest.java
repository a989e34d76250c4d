package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nodes have encrypted is shown, told and acted upon; a restart changes none of it. */
class OdometerApiTest {
  @TempDir Path directory;
  private TestPlane plane;
  private GeneratedLog log;

  @BeforeEach
  void start() throws Exception {
    plane = TestPlane.in(directory);
    log = new GeneratedLog("data-1");
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  private void encrypted(String key, int version, int messages, long bytes) throws Exception {
    ShippedRecords records =
        log.append(
            List.of(
                AuditEvent.of(plane.clock.instant(), "data-1", "r", "encrypt")
                    .keyId(UUID.fromString(key))
                    .usedDataKey(version, UUID.randomUUID())
                    .amount(messages, bytes)
                    .build()));
    HttpResponse<String> taken =
        plane.send(
            plane
                .request("node", "/v1/audit/records")
                .header("Content-Type", ShippedRecords.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(records.toBytes())));
    assertEquals(200, taken.statusCode(), taken.body());
  }

  private HttpResponse<String> limit(String document) throws Exception {
    return plane.send(
        plane
            .request("security-admin", "/v1/data-classes/internal")
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(document)));
  }

  private JsonObject shown(String alias) throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/keys/" + alias).body());
  }

  private JsonObject use(String alias, int version) throws Exception {
    return shown(alias).getJsonArray("use").getJsonObject(version - 1);
  }

  private List<String> notices() throws Exception {
    JsonArray items =
        new JsonObject(plane.get("auditor", "/v1/notices").body()).getJsonArray("items");
    return items.stream().map(item -> ((JsonObject) item).getString("kind")).toList();
  }

  @Test
  void aKeyIsToldOfAndRotatedBeforeALimit() throws Exception {
    String id = plane.createKey("metered").getString("id");
    assertEquals(200, limit("{\"versions\":{\"messagesMax\":1000}}").statusCode());
    JsonObject fresh = use("metered", 1);
    assertEquals(0, fresh.getLong("messages"));
    assertEquals("days", fresh.getString("rollBy"));
    assertEquals(365, fresh.getLong("daysLeft"));

    plane.clock.advance(Duration.ofDays(2));
    encrypted(id, 1, 600, 60_000);
    Await.until("it is counted", () -> use("metered", 1).getLong("messages") == 600);
    JsonObject used = use("metered", 1);
    assertEquals(400, used.getLong("messagesLeft"));
    assertEquals(60_000, used.getLong("bytes"));
    assertEquals(1, used.getLong("dataKeys"));
    assertEquals(2, used.getLong("days"));
    assertEquals("messages", used.getString("rollBy"));
    Instant roll = Instant.parse(used.getString("rollAt"));
    assertTrue(roll.isBefore(plane.clock.instant().plus(Duration.ofDays(2))), used::encode);
    assertEquals(List.of(), notices());

    // It is not rotated by the forecast, but told at three quarters.
    encrypted(id, 1, 200, 1);
    Await.until("it is told", () -> notices().equals(List.of("key-limit-near")));
    assertEquals(1, shown("metered").getInteger("currentVersion"));
    plane.plane.close();
    plane.start();
    encrypted(id, 1, 99, 1);
    Await.until("it is counted", () -> use("metered", 1).getLong("messages") == 899);
    encrypted(id, 1, 1, 1);
    Await.until("it is rotated early", () -> shown("metered").getInteger("currentVersion") == 2);
    assertEquals(0, use("metered", 2).getLong("messages"));
    assertEquals(900, use("metered", 1).getLong("messages"));
    assertFalse(use("metered", 1).containsKey("rollAt"), "it encrypts no more");
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    event.getString("action").equals("key:rotate")
                        && event.getString("principal").equals("system:scheduler")
                        && event.getString("key").equals(id)));

    // What a node wrote under the old version before it knew changes nothing any more.
    encrypted(id, 1, 5, 1);
    Await.until("it is counted", () -> use("metered", 1).getLong("messages") == 905);
    assertEquals(2, shown("metered").getInteger("currentVersion"));
    assertEquals(List.of("key-limit-near"), notices());
  }

  @Test
  void limitsBeyondWhatIsPublishedAreRefused() throws Exception {
    HttpResponse<String> beyond = limit("{\"versions\":{\"dataKeysMax\":4294967297}}");
    assertTrue(TestPlane.isProblem(beyond, ErrorCode.INVALID_REQUEST), beyond.body());
    assertTrue(
        TestPlane.isProblem(
            limit("{\"versions\":{\"messagesMax\":99}}"), ErrorCode.INVALID_REQUEST));
    JsonObject rules = new JsonObject(limit("{\"versions\":{\"bytesMax\":123456}}").body());
    assertEquals(123_456, rules.getJsonObject("versions").getLong("bytesMax"));
    assertEquals(4_294_967_296L, rules.getJsonObject("versions").getLong("dataKeysMax"));
  }
}
