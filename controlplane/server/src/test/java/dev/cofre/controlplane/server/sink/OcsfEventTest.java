package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Vectors of the mapping to OCSF 1.3.0, and what its class API Activity requires. */
class OcsfEventTest {
  private static final Instant TIME = Instant.parse("2026-01-31T12:00:00.123456789Z");

  private static String json(AuditEvent event) {
    return EventFormat.OCSF.write(new LoggedEvent("cofre-audit/n1/segment", 41, event, 100)).text();
  }

  @Test
  void aUseOfAKey() {
    AuditEvent event =
        AuditEvent.of(TIME, "n1", "r1", "encrypt")
            .caller("app", "mtls", "192.0.2.1")
            .keyId(UUID.fromString("00000000-0000-4000-8000-000000000001"))
            .usedDataKey(3, UUID.fromString("00000000-0000-4000-8000-000000000002"))
            .amount(2, 4_096)
            .contextKeys(List.of("tenant"))
            .build();
    assertEquals(
        "{\"category_uid\":6,\"category_name\":\"Application Activity\",\"class_uid\":6003,"
            + "\"class_name\":\"API Activity\",\"activity_id\":99,\"activity_name\":\"encrypt\","
            + "\"type_uid\":600399,\"time\":1769860800123,\"severity_id\":1,"
            + "\"severity\":\"Informational\",\"status_id\":1,\"status\":\"Success\","
            + "\"metadata\":{\"version\":\"1.3.0\",\"product\":{\"name\":\"Cofre\",\"vendor_name\":\"Cofre\"},"
            + "\"uid\":\"cofre-audit/n1/segment/41\",\"log_name\":\"cofre-audit/n1/segment\",\"sequence\":41,"
            + "\"original_time\":\"2026-01-31T12:00:00.123456789Z\",\"correlation_uid\":\"r1\"},"
            + "\"actor\":{\"user\":{\"name\":\"app\",\"type_id\":4}},"
            + "\"src_endpoint\":{\"ip\":\"192.0.2.1\"},"
            + "\"api\":{\"operation\":\"encrypt\",\"service\":{\"name\":\"cofre\",\"uid\":\"n1\"},"
            + "\"request\":{\"uid\":\"r1\"}},"
            + "\"resources\":[{\"uid\":\"00000000-0000-4000-8000-000000000001\",\"type\":\"key\",\"version\":\"3\"},"
            + "{\"uid\":\"00000000-0000-4000-8000-000000000002\",\"type\":\"data key\"}],"
            + "\"unmapped\":{\"authentication\":\"mtls\",\"phase\":\"whole\",\"items\":2,\"bytes\":4096,"
            + "\"contextKeys\":[\"tenant\"]}}",
        json(event));
  }

  @Test
  void aDeniedActOfManagement() {
    AuditEvent event =
        AuditEvent.of(TIME, "c1", "r2", "policy:update")
            .caller("eve", "token", "192.0.2.9")
            .key("p1")
            .denied("forbidden")
            .build();
    JsonObject json = new JsonObject(json(event));
    assertEquals(3, json.getInteger("activity_id"));
    assertEquals("Update", json.getString("activity_name"));
    assertEquals(600303, json.getInteger("type_uid"));
    assertEquals(2, json.getInteger("status_id"));
    assertEquals("forbidden", json.getString("status_code"));
    assertEquals("denied", json.getString("status_detail"));
    assertEquals(
        "forbidden", json.getJsonObject("api").getJsonObject("response").getString("error"));
  }

  @Test
  void whatTheSchemaRequiresIsThereWhateverIsAbsent() {
    AuditEvent bare = AuditEvent.of(TIME, "n1", "r3", "unauthenticated").count(12).build();
    JsonObject json = new JsonObject(json(bare));
    assertTrue(
        json.fieldNames()
            .containsAll(
                Set.of(
                    "activity_id",
                    "actor",
                    "api",
                    "category_uid",
                    "class_uid",
                    "metadata",
                    "severity_id",
                    "src_endpoint",
                    "time",
                    "type_uid")));
    assertEquals(12, json.getInteger("count"));
    assertEquals(
        "unauthenticated", json.getJsonObject("actor").getJsonObject("user").getString("name"));
    assertEquals("n1", json.getJsonObject("src_endpoint").getString("name"));
    assertEquals("1.3.0", json.getJsonObject("metadata").getString("version"));
    assertEquals(
        "Cofre", json.getJsonObject("metadata").getJsonObject("product").getString("vendor_name"));
  }
}
