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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proposed policies against what was really decided. */
class PolicyHistoryApiTest {
  private static final String DESKS =
      policy(
          "desks",
          statement("desk", ",\"conditions\":{\"context\":{\"team\":{\"equals\":\"a\"}}}"));

  @TempDir static Path directory;
  private static TestPlane plane;
  private static UUID orders;
  private static int events;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    orders = UUID.fromString(plane.createKey("orders").getString("id"));
    for (String id : List.of("shop", "till", "desk")) {
      JsonObject principal =
          new JsonObject().put("id", id).put("roles", new JsonArray().add("workload"));
      assertEquals(
          201,
          plane
              .post("security-admin", "/v1/principals", principal.encode(), Map.of())
              .statusCode());
    }
    for (String policy : List.of(policy("orders", statement("shop", "")), DESKS)) {
      assertEquals(
          201, plane.post("security-admin", "/v1/policies", policy, Map.of()).statusCode());
    }
    List<AuditEvent> log = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      log.add(use("shop", "10.1.1.1").build());
    }
    for (int i = 0; i < 3; i++) {
      log.add(use("shop", "192.0.2.1").build());
    }
    log.add(use("shop", "10.1.1.1").contextKeys(List.of("team")).build());
    for (int i = 0; i < 2; i++) {
      log.add(event("till", "10.1.1.1").key("orders").denied("key_not_found").build());
    }
    log.add(event("till", "10.1.1.1").keyId(orders).denied("key_disabled").build());
    log.add(event("till", "10.1.1.1").key("orders").failed("invalid_request").build());
    log.add(use("gone", "10.1.1.1").build());
    log.add(use("desk", "10.1.1.1").contextKeys(List.of("team")).build());
    log.add(event("shop", "10.1.1.1").key("no-such-key").denied("key_not_found").build());
    GeneratedLog generated = new GeneratedLog("hist");
    HttpResponse<String> shipped =
        plane.send(
            plane
                .request("node", "/v1/audit/records")
                .header("Content-Type", ShippedRecords.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(generated.append(log).toBytes())));
    assertEquals(200, shipped.statusCode(), shipped.body());
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static AuditEvent.Builder event(String who, String from) {
    Instant time = plane.clock.instant().minus(Duration.ofHours(1)).plusMillis(events);
    return AuditEvent.of(time, "hist", "r" + events++, "encrypt").caller(who, "token", from);
  }

  private static AuditEvent.Builder use(String who, String from) {
    return event(who, from).keyId(orders).usedDataKey(1, new UUID(1, 1)).amount(1, 10);
  }

  private static String statement(String who, String conditions) {
    return "{\"effect\":\"allow\",\"principals\":[\""
        + who
        + "\"],\"actions\":[\"encrypt\"],\"keys\":[\"orders\"]"
        + conditions
        + "}";
  }

  private static String policy(String name, String... statements) {
    return "{\"name\":\"" + name + "\",\"statements\":[" + String.join(",", statements) + "]}";
  }

  private static HttpResponse<String> ask(String who, String... policies) throws Exception {
    return plane.post(
        who,
        "/v1/policies/simulate",
        "{\"policies\":[" + String.join(",", policies) + "],\"history\":{\"days\":1}}",
        Map.of());
  }

  private static JsonObject replay(String... policies) throws Exception {
    HttpResponse<String> answer = ask("auditor", policies);
    assertEquals(200, answer.statusCode(), answer.body());
    JsonObject history = new JsonObject(answer.body()).getJsonObject("history");
    assertTrue(history.getBoolean("complete"));
    assertEquals(14, history.getLong("judged"), history::encodePrettily);
    assertEquals(
        2, history.getLong("notByPolicy"), "a key's state and a bad request are no policy's word");
    assertEquals(
        14,
        history.getLong("unchanged")
            + history.getLong("untouched")
            + events(history, "gains")
            + events(history, "losses")
            + events(history, "unknown"),
        history::encodePrettily);
    return history;
  }

  private static long events(JsonObject history, String table) {
    return history.getJsonObject(table).getLong("events");
  }

  private static JsonObject first(JsonObject history, String table) {
    return history.getJsonObject(table).getJsonArray("items").getJsonObject(0);
  }

  @Test
  void whoWouldGainIsTold() throws Exception {
    JsonObject history = replay(policy("tills", statement("till", "")));
    assertEquals(2, events(history, "gains"));
    assertEquals(0, events(history, "losses"));
    JsonObject gain = first(history, "gains");
    assertEquals("till", gain.getString("principal"));
    assertEquals("orders", gain.getString("key"));
    assertFalse(gain.getBoolean("alreadySo"));
    assertTrue(gain.getString("requestId").startsWith("r"));
    assertEquals(2, events(history, "unknown"), "of a principal, and of a key, that is not there");
    assertEquals(9, history.getLong("unchanged"));
    assertTrue(
        history
            .getJsonArray("words")
            .getString(0)
            .startsWith("Of 14 decisions 9 would be as they were, 2 denied ones would be allowed"),
        history::encodePrettily);
  }

  @Test
  void whoWouldLoseIsToldAndWhatIsNotKnownIsNotGuessed() throws Exception {
    JsonObject network =
        replay(
            policy(
                "orders",
                statement("shop", ",\"conditions\":{\"sourceNetworks\":[\"10.0.0.0/8\"]}")));
    assertEquals(3, events(network, "losses"));
    assertEquals("shop", first(network, "losses").getString("principal"));
    JsonObject context =
        replay(
            policy(
                "orders",
                statement("shop", ",\"conditions\":{\"context\":{\"team\":{\"equals\":\"a\"}}}")));
    assertEquals(8, events(context, "losses"), "no context at all was given in these");
    assertEquals(3, events(context, "unknown"), "one gave a team, and which is not in the event");
    JsonObject removed = replay(policy("orders", statement("till", "")));
    assertEquals(9, events(removed, "losses"));
    assertEquals(2, events(removed, "gains"));
  }

  @Test
  void aDraftThatSaysWhatIsInForceChangesNothing() throws Exception {
    JsonObject same = replay(DESKS);
    assertEquals(0, events(same, "unknown"), "it depends on a value, but on no other statement");
    assertEquals(11, same.getLong("unchanged"));
    assertEquals(3, same.getLong("untouched"));
    assertEquals(
        new JsonArray().add("demo-app").add("orders"),
        same.getJsonObject("takenAsTheyAre").getJsonArray("policies"));
    assertEquals(
        "Policies in force that are not among the proposed ones are taken as they are, 2: demo-app, orders.",
        same.getJsonArray("words").getString(1));
    JsonObject other =
        replay(
            policy(
                "desks",
                statement("desk", ",\"conditions\":{\"context\":{\"team\":{\"equals\":\"b\"}}}")));
    assertEquals(3, events(other, "unknown"));
  }

  @Test
  void whoMayNotReadTheAuditLogIsNotTold() throws Exception {
    assertTrue(
        TestPlane.isProblem(
            ask("security-admin", policy("tills", statement("till", ""))), ErrorCode.FORBIDDEN));
    assertTrue(
        TestPlane.isProblem(
            ask("auditor", policy("x", statement("nobody", ""))), ErrorCode.INVALID_REQUEST));
    HttpResponse<String> wrong =
        ask(
            "auditor",
            policy("right", statement("shop", "")),
            policy("x", statement("nobody", "")));
    assertTrue(wrong.body().contains("policies.x.statements[0].principals"), wrong::body);
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    event.getString("action").equals("policy:explain")
                        && event.getString("key", "").equals("history of 1 days")),
        "that it was asked for is on the log");
    String one = policy("x", statement("shop", ""));
    assertTrue(TestPlane.isProblem(ask("auditor", one, one), ErrorCode.INVALID_REQUEST));
    HttpResponse<String> days =
        plane.post("auditor", "/v1/policies/simulate", "{\"history\":{\"days\":0}}", Map.of());
    assertTrue(TestPlane.isProblem(days, ErrorCode.INVALID_REQUEST));
  }
}
