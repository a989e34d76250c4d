package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.digest.ContextDigestKey;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.DigestKey;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that contexts are digested with, as nodes get them, and searches by contexts. */
class AuditContextApiTest {
  private static final String DIGESTS = "/v1/audit/context-digests";

  @TempDir static Path directory;
  private static TestPlane plane;
  private static Hsm hsm;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    hsm = SoftHsmToken.login();
  }

  @AfterAll
  static void stop() throws Exception {
    hsm.close();
    plane.close();
  }

  /** What a node is told, by year. */
  private static Map<Integer, WrappedDigestKey> shipped(TestPlane from) throws Exception {
    byte[] nonce = KernelRandom.INSTANCE.bytes(24);
    String path = "/v1/snapshots/statement?" + TestPlane.NODE + "&nonce=" + Hex.encode(nonce);
    HttpResponse<byte[]> response =
        from.http.send(from.request("node", path).build(), HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, response.statusCode());
    SnapshotVerifier verifier =
        SnapshotVerifier.fromPem(Files.readString(from.directory.resolve("snapshot.pem")));
    Statement statement = Statement.parseFrom(verifier.verify(response.body()).toByteString());
    Map<Integer, WrappedDigestKey> keys = new TreeMap<>();
    for (DigestKey key : statement.getDigestKeysList()) {
      keys.put(
          key.getYear(),
          new WrappedDigestKey(
              Uuids.get(key.getId().toByteArray(), 0),
              key.getYear(),
              key.getKekLabel(),
              key.getWrapped().toByteArray()));
    }
    return keys;
  }

  private static int year(Instant time) {
    return time.atOffset(ZoneOffset.UTC).getYear();
  }

  /** As a node makes them: by what the token gives. */
  private static ContextDigests digests(
      WrappedDigestKey key, String tenant, EncryptionContext context, Set<String> indexed) {
    try (ClearKey clear = hsm.unwrap(key.kekLabel(), key.iv(), key.aad(), key.sealed())) {
      return new ContextDigestKey(key.id(), key.year(), clear.copy(), tenant).of(context, indexed);
    }
  }

  private static AuditEvent.Builder event(
      String id, String tenant, EncryptionContext context, Set<String> indexed) throws Exception {
    Instant now = plane.clock.instant();
    return AuditEvent.of(now, "n", id, "decrypt")
        .caller("app", "token", "192.0.2.1")
        .tenant(tenant)
        .contextKeys(context.keys())
        .contexts(digests(shipped(plane).get(year(now)), tenant, context, indexed));
  }

  private static void ship(GeneratedLog log, AuditEvent... events) throws Exception {
    HttpResponse<String> answer =
        plane.send(
            plane
                .request("node", "/v1/audit/records")
                .header("Content-Type", ShippedRecords.CONTENT_TYPE)
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(log.append(List.of(events)).toBytes())));
    assertEquals(200, answer.statusCode(), answer.body());
  }

  private static String query(JsonObject asked) throws Exception {
    HttpResponse<String> answer = plane.post("auditor", DIGESTS, asked.encode(), Map.of());
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body()).getString("query");
  }

  private static JsonObject pairs(String... parts) {
    JsonObject context = new JsonObject();
    for (int i = 0; i < parts.length; i += 2) {
      context.put(parts[i], parts[i + 1]);
    }
    return new JsonObject().put("context", context);
  }

  private static List<String> found(String query) throws Exception {
    HttpResponse<String> answer = plane.get("auditor", "/v1/audit/events?" + query);
    assertEquals(200, answer.statusCode(), answer.body());
    List<String> ids = new ArrayList<>();
    new JsonObject(answer.body())
        .getJsonArray("items")
        .forEach(item -> ids.add(((JsonObject) item).getString("requestId")));
    return ids.stream().sorted().toList();
  }

  @Test
  void eventsAreFoundByContextsWithoutTheirValues() throws Exception {
    GeneratedLog log = new GeneratedLog("contexts");
    Set<String> indexed = Set.of("customer");
    EncryptionContext one = EncryptionContext.of(Map.of("customer", "zebra-47", "document", "d1"));
    EncryptionContext two = EncryptionContext.of(Map.of("customer", "zebra-47", "document", "d2"));
    EncryptionContext other = EncryptionContext.of(Map.of("customer", "yak-48"));
    ship(
        log,
        event("one", "default", one, indexed).build(),
        event("two", "default", two, indexed).failed("invalid_ciphertext").build(),
        event("other", "default", other, indexed).build(),
        event("foreign", "elsewhere", one, indexed).build(),
        AuditEvent.of(plane.clock.instant(), "n", "old", "decrypt").build());

    String byCustomer = query(pairs("customer", "zebra-47"));
    assertEquals(List.of("one", "two"), found("context=" + byCustomer));
    assertEquals(List.of("two"), found("outcome=failed&context=" + byCustomer));
    assertEquals(List.of("other"), found("context=" + query(pairs("customer", "yak-48"))));
    String whole = query(pairs("customer", "zebra-47", "document", "d1"));
    assertEquals(List.of("one"), found("context=" + whole));
    assertEquals(List.of(), found("context=" + query(pairs("document", "d1"))), "not indexed");
    assertEquals(List.of(), found("context=" + query(pairs("customer", "zebra-4"))));
    String elsewhere = query(pairs("customer", "zebra-47").put("tenant", "elsewhere"));
    assertEquals(List.of("foreign"), found("context=" + elsewhere));
    assertEquals(List.of("foreign"), found("tenant=elsewhere"));
    assertEquals(List.of("one", "other", "two"), found("tenant=default&principal=app"));

    assertTrue(
        plane.audit().stream()
            .filter(event -> event.getString("action").equals("audit:read"))
            .anyMatch(
                event ->
                    event.getString("principal").equals("auditor")
                        && event.getString("key").equals("context digests of elsewhere: customer")),
        "that somebody asked is told");
    assertFalse(plane.audit().toString().contains("zebra"), "the value is not");

    JsonObject answer =
        new JsonObject(plane.get("auditor", "/v1/audit/investigations?principal=app").body());
    assertEquals(3, answer.getJsonObject("contexts").getLong("distinct"), answer::encode);
    assertEquals(2, answer.getJsonObject("tenants").getLong("distinct"));
    assertEquals(0, answer.getLong("undigested"));
    JsonArray words = answer.getJsonArray("words");
    assertTrue(
        words.getString(0).contains(", in 3 encryption contexts, of 2 tenants."), words::encode);
  }

  @Test
  void thereIsOneKeyAYearAndItStays(@TempDir Path own) throws Exception {
    int year;
    Map<Integer, WrappedDigestKey> first;
    try (TestPlane before = TestPlane.in(own)) {
      year = year(before.clock.instant());
      first = shipped(before);
      assertTrue(first.containsKey(year), "at the start");
      assertTrue(
          before.audit().stream()
              .anyMatch(
                  event ->
                      event.getString("action").equals("audit-digest-key:create")
                          && event.getString("principal").equals("system:scheduler")));
      // Nobody has to start anything at the turn of the year, and the key is there before it.
      before.clock.advance(untilNextYear(before.clock.instant()).minus(Duration.ofDays(20)));
      Await.until("next year's key", () -> shipped(before).containsKey(year + 1));
      assertEquals(first.get(year), shipped(before).get(year));
    }
    try (TestPlane after = TestPlane.in(own)) {
      Map<Integer, WrappedDigestKey> now = shipped(after);
      assertEquals(first.get(year), now.get(year), "after a restart");
      WrappedDigestKey key = now.get(year);
      try (ClearKey clear = hsm.unwrap(key.kekLabel(), key.iv(), key.aad(), key.sealed())) {
        assertEquals(WrappedDigestKey.LENGTH, clear.length());
      }
      after.clock.advance(untilNextYear(after.clock.instant()).plus(Duration.ofDays(2)));
      Await.until("the year's key is shipped no more", () -> !shipped(after).containsKey(year));
      assertTrue(asked(after, new JsonObject()).getBoolean("complete"));
      for (int i = 0; i < 5; i++) {
        after.clock.advance(untilNextYear(after.clock.instant()).plus(Duration.ofDays(1)));
        int next = year(after.clock.instant());
        Await.until("the key of " + next, () -> shipped(after).containsKey(next));
      }
      JsonObject all = asked(after, new JsonObject());
      assertFalse(all.getBoolean("complete"), "the oldest of seven is left out, and that is told");
      assertEquals(6, all.getJsonArray("items").size());
      JsonObject early = new JsonObject().put("to", (year + 2) + "-01-01T00:00:00Z");
      assertTrue(asked(after, early).getBoolean("complete"));
    }
  }

  private static JsonObject asked(TestPlane plane, JsonObject question) throws Exception {
    question.put("context", new JsonObject().put("a", "b"));
    HttpResponse<String> answer = plane.post("auditor", DIGESTS, question.encode(), Map.of());
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  private static Duration untilNextYear(Instant now) {
    return Duration.between(now, Instant.parse((year(now) + 1) + "-01-01T00:00:00Z"));
  }

  @Test
  void whatIsNoQuestionIsRefused() throws Exception {
    for (String body :
        List.of(
            "{}",
            "{\"context\":{}}",
            "{\"context\":[]}",
            "{\"context\":{\"a\":1}}",
            "{\"context\":{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\",\"e\":\"1\",\"f\":\"1\"}}",
            "{\"context\":{\"a\":\"1\"},\"from\":\"yesterday\"}",
            "{\"context\":{\"a\":\"1\"},\"tenant\":\"\"}",
            "{\"context\":{\"a\":\"1\"},\"years\":3}",
            "{\"context\":{\"\":\"1\"}}")) {
      assertTrue(
          TestPlane.isProblem(
              plane.post("auditor", DIGESTS, body, Map.of()), ErrorCode.INVALID_REQUEST),
          body);
    }
    for (String context : List.of("", "ab", "zz".repeat(32), "ab".repeat(32) + ",", "a=b")) {
      assertTrue(
          TestPlane.isProblem(
              plane.get("auditor", "/v1/audit/events?context=" + context),
              ErrorCode.INVALID_REQUEST),
          context);
    }
    String body = pairs("a", "b").encode();
    assertTrue(
        TestPlane.isProblem(plane.post("app", DIGESTS, body, Map.of()), ErrorCode.FORBIDDEN));
    assertEquals(
        "", query(pairs("a", "b").put("to", "2001-01-01T00:00:00Z")), "of that time there is none");
  }
}
