package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node ships is found by an auditor; what it must not ship is refused and told. */
class AuditShipApiTest {
  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static ShippedRecords batch(GeneratedLog log, String principal, int count)
      throws Exception {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(
          AuditEvent.of(Instant.ofEpochSecond(1_000 + i), "n", principal + i, "encrypt")
              .caller(principal, "token", "192.0.2.1")
              .key("k" + i)
              .build());
    }
    return log.append(events);
  }

  private static HttpResponse<String> ship(byte[] message) throws Exception {
    return plane.send(
        plane
            .request("node", "/v1/audit/records")
            .header("Content-Type", ShippedRecords.CONTENT_TYPE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(message)));
  }

  private static void assertArchived(long size, HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    assertEquals(size, new JsonObject(answer.body()).getLong("size"));
  }

  private static JsonObject search(String query) throws Exception {
    HttpResponse<String> answer = plane.get("auditor", "/v1/audit/events?" + query);
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  @Test
  void whatIsShippedIsFoundPageByPageOnce() throws Exception {
    GeneratedLog log = new GeneratedLog("ships");
    ShippedRecords first = batch(log, "shipper", 30);
    assertArchived(30, ship(first.toBytes()));
    assertArchived(30, ship(first.toBytes()));
    assertArchived(40, ship(batch(log, "other", 10).toBytes()));
    List<String> found = new ArrayList<>();
    String next = null;
    do {
      JsonObject page =
          search("principal=shipper&limit=7" + (next == null ? "" : "&cursor=" + next));
      page.getJsonArray("items")
          .forEach(item -> found.add(((JsonObject) item).getString("requestId")));
      next = page.getString("next");
    } while (next != null);
    assertEquals(30, found.size());
    assertEquals("shipper29", found.getFirst());
    assertEquals("shipper0", found.getLast());
    JsonArray one =
        search("key=k3&principal=other&from=1970-01-01T00:16:00Z&to=1970-01-01T00:17:00Z")
            .getJsonArray("items");
    assertEquals(1, one.size());
    assertEquals(log.origin, one.getJsonObject(0).getString("log"));
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    event.getString("action").equals("audit:read")
                        && event.getString("principal").equals("auditor")
                        && event.getString("key", "").contains("principal=other")),
        "the reading is audited, with what was asked");
  }

  @Test
  void anothersKeyAndOtherRecordsAreRefusedAndTold() throws Exception {
    GeneratedLog log = new GeneratedLog("pinned");
    assertArchived(5, ship(batch(log, "p", 5).toBytes()));
    GeneratedLog forged = new GeneratedLog("pinned");
    batch(forged, "p", 5);
    HttpResponse<String> answer = ship(batch(forged, "p", 5).toBytes());
    assertTrue(TestPlane.isProblem(answer, ErrorCode.CONFLICT), answer::body);
    ShippedRecords next = batch(log, "p", 5);
    ShippedRecords swapped =
        new ShippedRecords(
            false,
            5,
            5,
            batch(new GeneratedLog("x"), "q", 5).entries(),
            next.sealed(),
            next.head(),
            next.key(),
            List.of(),
            next.before());
    assertTrue(TestPlane.isProblem(ship(swapped.toBytes()), ErrorCode.CONFLICT));
    assertArchived(10, ship(next.toBytes()));
    long alarms =
        new JsonObject(plane.get("auditor", "/v1/notices?limit=500").body())
            .getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .filter(notice -> notice.getString("kind").equals("audit-log-inconsistent"))
                .filter(notice -> notice.getString("subject").startsWith(log.origin + ":"))
                .count();
    assertEquals(2, alarms);
  }

  @Test
  void whatIsNoMessageOrNoQueryIsRefused() throws Exception {
    assertTrue(TestPlane.isProblem(ship(new byte[100]), ErrorCode.INVALID_REQUEST));
    assertTrue(TestPlane.isProblem(ship(new byte[0]), ErrorCode.INVALID_REQUEST));
    byte[] strange = batch(new GeneratedLog("a/b"), "p", 1).toBytes();
    assertTrue(TestPlane.isProblem(ship(strange), ErrorCode.INVALID_REQUEST));
    for (String query :
        List.of("outcome=maybe", "from=yesterday", "cursor=!", "limit=0", "keys=a", "key=")) {
      assertTrue(
          TestPlane.isProblem(
              plane.get("auditor", "/v1/audit/events?" + query), ErrorCode.INVALID_REQUEST),
          query);
    }
    assertTrue(TestPlane.isProblem(plane.get("app", "/v1/audit/events"), ErrorCode.FORBIDDEN));
  }
}
