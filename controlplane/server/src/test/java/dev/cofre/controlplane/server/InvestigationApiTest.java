package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key is leaked: who, from where, how much, what is new, and what it reached. */
class InvestigationApiTest {
  /** The hour that is asked about; an hour before, and old events, come before it. */
  private static final Instant BEGIN = Instant.parse("2026-01-02T10:00:00Z");

  private static final String HOUR = "&from=2026-01-02T10:00:00Z&to=2026-01-02T10:59:59.999999999Z";
  private static final UUID DATA_KEY = new UUID(5, 5);

  @TempDir static Path directory;
  private static TestPlane plane;
  private static UUID key;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    key = UUID.fromString(plane.createKey("leaked").getString("id"));
    ship(new GeneratedLog("inv"), events());
    ship(new GeneratedLog("sec"), reads());
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static AuditEvent.Builder event(long second, String who, String from, String action) {
    return AuditEvent.of(BEGIN.plusSeconds(second), "inv", "r" + second + who, action)
        .caller(who, "token", from);
  }

  private static List<AuditEvent> events() {
    List<AuditEvent> events = new ArrayList<>();
    // A month before: cron was there, and not since.
    events.add(use(-2_600_000, "cron", "10.0.0.9", DATA_KEY, 1));
    for (int i = 0; i < 12; i++) {
      events.add(use(-3_600 + i * 300L, "shop", "10.0.0.1", DATA_KEY, 1));
    }
    events.add(use(-1, "gone", "10.0.0.3", DATA_KEY, 1));
    for (int i = 0; i < 24; i++) {
      events.add(use(i * 150L, "shop", "10.0.0.1", DATA_KEY, 2));
    }
    events.add(use(1_000, "cron", "10.0.0.9", DATA_KEY, 1));
    for (int i = 0; i < 10; i++) {
      events.add(use(2_000 + i, "mallory", "203.0.113.7", new UUID(6, i % 2), 100));
    }
    for (int i = 0; i < 3; i++) {
      events.add(
          event(2_100 + i, "mallory", "203.0.113.7", "data-key:generate")
              .keyId(key)
              .denied("forbidden")
              .build());
    }
    events.add(
        event(2_200, "mallory", "203.0.113.7", "encrypt")
            .key("leaked")
            .denied("key_not_found")
            .build());
    // Of another key, and after the hour.
    events.add(event(2_300, "other", "10.0.0.5", "encrypt").keyId(new UUID(9, 9)).build());
    events.add(use(3_600, "late", "10.0.0.6", DATA_KEY, 1));
    return events;
  }

  /** Of a secret: an old reader, a new one that takes all versions, one that is refused. */
  private static List<AuditEvent> reads() {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      events.add(read(-3_000 + i * 60L, "web", "10.1.0.1", 1));
    }
    for (int i = 0; i < 4; i++) {
      events.add(read(i * 60L, "web", "10.1.0.1", 1));
    }
    events.add(
        event(500, "prober", "10.1.0.66", "secret:read")
            .key("orders-db")
            .denied("not_found")
            .build());
    for (int i = 0; i < 20; i++) {
      events.add(read(1_000 + i, "thief", "203.0.113.99", 1 + i % 2));
    }
    // Of another secret, and the use of a key of the same name.
    events.add(event(1_100, "web", "10.1.0.1", "secret:read").key("other").used(1, null).build());
    events.add(event(1_200, "web", "10.1.0.1", "encrypt").key("orders-db").build());
    // An export: one record for what left, one for the bundle.
    events.add(
        event(1_300, "mover", "10.1.0.2", "secret:export").key("moved").used(1, null).build());
    events.add(event(1_301, "mover", "10.1.0.2", "secret:export").key("id recipient x").build());
    return events;
  }

  private static AuditEvent read(long second, String who, String from, int version) {
    return event(second, who, from, "secret:read").key("orders-db").used(version, null).build();
  }

  @Test
  void whoReadASecretIsTold() throws Exception {
    JsonObject answer = ask("secret=orders-db" + HOUR);
    String words = words(answer);
    assertTrue(
        words.startsWith(
            "Secret orders-db was read 24 times by 2 principals from 2 addresses, 2 versions of it,"
                + " from 2026-01-02T10:00:00Z to 2026-01-02T10:16:59Z."),
        words);
    assertTrue(words.contains("2 principals were never seen before with secret orders-db"), words);
    assertTrue(words.contains("1 attempt denied"), words);
    assertTrue(words.contains("25 events an hour, against 4"), words);
    JsonObject thief = row(answer, "principals", "principal", "thief");
    assertEquals(20, thief.getInteger("uses"));
    assertEquals("new", thief.getString("seenBefore"));
    assertEquals(0, row(answer, "principals", "principal", "prober").getInteger("uses"));
    assertEquals("before", row(answer, "principals", "principal", "web").getString("seenBefore"));
    assertEquals(10, row(answer, "secrets", "version", 2).getInteger("events"));
    assertEquals("orders-db", row(answer, "secrets", "version", 1).getString("secret"));
    assertEquals(0, answer.getJsonObject("keys").getInteger("distinct"));
    assertEquals("secret", answer.getJsonObject("subject").getString("kind"));
  }

  @Test
  void whatSecretsAPrincipalReadIsTold() throws Exception {
    JsonObject answer = ask("principal=web" + HOUR);
    assertTrue(words(answer).contains("2 secrets were read: orders-db, other."), words(answer));
    assertEquals(1, row(answer, "secrets", "secret", "other").getInteger("events"));
  }

  @Test
  void anExportIsTheReadingOfItsSecretsAndNothingElse() throws Exception {
    JsonObject answer = ask("principal=mover" + HOUR);
    assertEquals(1, answer.getJsonObject("secrets").getInteger("distinct"), answer::encodePrettily);
    assertEquals(1, row(answer, "secrets", "secret", "moved").getInteger("events"));
  }

  private static AuditEvent use(long second, String who, String from, UUID dataKey, int items) {
    return event(second, who, from, "decrypt")
        .keyId(key)
        .usedDataKey(1, dataKey)
        .amount(items, items * 1_000L)
        .contextKeys(List.of("customer"))
        .build();
  }

  private static void ship(GeneratedLog log, List<AuditEvent> events) throws Exception {
    ShippedRecords records = log.append(events);
    HttpResponse<String> answer =
        plane.send(
            plane
                .request("node", "/v1/audit/records")
                .header("Content-Type", ShippedRecords.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(records.toBytes())));
    assertEquals(200, answer.statusCode(), answer.body());
  }

  private static JsonObject ask(String query) throws Exception {
    HttpResponse<String> answer = plane.get("auditor", "/v1/audit/investigations?" + query);
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  private static JsonObject row(JsonObject answer, String table, String field, Object value) {
    return answer.getJsonObject(table).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .filter(row -> value.equals(row.getValue(field)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(answer.encodePrettily()));
  }

  private static String words(JsonObject answer) {
    return answer.getJsonArray("words").stream()
        .map(String::valueOf)
        .collect(Collectors.joining("\n"));
  }

  @Test
  void aLeakedKeysUseIsTold() throws Exception {
    JsonObject answer = ask("key=leaked" + HOUR);
    assertTrue(answer.getBoolean("complete"), answer::encodePrettily);
    assertNull(answer.getString("completeTo"));
    String words = words(answer);
    assertTrue(
        words.startsWith(
            "Key leaked was used by 3 principals from 3 addresses: 1,049 messages, 1.0 MiB, with 3"
                + " data keys of 1 key version."),
        words);
    assertTrue(
        words.contains(
            "1 principal was never seen before with key leaked (the archive begins"
                + " 2025-12-03T07:46:40Z): mallory."),
        words);
    assertTrue(words.contains("1 address was never seen before"), words);
    assertTrue(words.contains("39 events an hour, against 13 (3.0 times as many)"), words);
    assertTrue(
        words.contains(
            "4 attempts denied, 0 attempts failed: forbidden of data-key:generate 3, key_not_found"
                + " of encrypt 1."),
        words);

    JsonObject total = answer.getJsonObject("total");
    assertEquals(39, total.getLong("events"));
    assertEquals(35, total.getLong("uses"));
    assertEquals(1_049, total.getLong("messages"));
    assertEquals(1_049_000, total.getLong("bytes"));
    assertEquals(
        "mallory", first(answer, "principals").getString("principal"), "what is new is first");
    JsonObject mallory = row(answer, "principals", "principal", "mallory");
    assertEquals("new", mallory.getString("seenBefore"));
    assertEquals(14, mallory.getLong("events"));
    assertEquals(4, mallory.getLong("denied"));
    assertEquals(1_000, mallory.getLong("messages"));
    assertEquals("r2000mallory", mallory.getString("requestId"));
    JsonObject shop = row(answer, "principals", "principal", "shop");
    assertEquals(12, shop.getLong("baselineEvents"));
    assertEquals("before", shop.getString("seenBefore"));
    assertEquals("2026-01-02T09:55:00Z", shop.getString("lastBefore"));
    JsonObject cron = row(answer, "principals", "principal", "cron");
    assertEquals("before", cron.getString("seenBefore"), "a month ago");
    assertEquals("2025-12-03T07:46:40Z", cron.getString("lastBefore"));
    assertEquals(0, cron.getLong("baselineEvents"));
    assertEquals(3, answer.getJsonObject("dataKeys").getLong("distinct"));
    assertEquals("leaked", first(answer, "keys").getString("alias"));
    assertEquals(35, row(answer, "contextKeys", "contextKey", "customer").getLong("events"));
    long inParts =
        answer.getJsonObject("rate").getJsonArray("events").stream()
            .mapToLong(part -> ((Number) part).longValue())
            .sum();
    assertEquals(39, inParts);
    assertTrue(
        answer.getJsonArray("examples").stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                example ->
                    example.getString("requestId").equals("r2200mallory")
                        && example.getString("log").equals("cofre-audit/inv/segment")),
        answer::encodePrettily);
  }

  private static JsonObject first(JsonObject answer, String table) {
    return answer.getJsonObject(table).getJsonArray("items").getJsonObject(0);
  }

  @Test
  void whatAPrincipalOrAnAddressTouchedIsTold() throws Exception {
    JsonObject principal = ask("principal=mallory" + HOUR);
    assertTrue(
        words(principal).startsWith("Principal mallory used keys from 1 address: 1,000 messages"),
        words(principal));
    assertEquals(key.toString(), first(principal, "keys").getString("key"));
    JsonObject address = ask("address=10.0.0.1" + HOUR + "&limit=1");
    assertTrue(
        words(address).startsWith("From address 10.0.0.1 keys were used by 1 principal"),
        words(address));
    JsonObject nobody = ask("principal=nobody" + HOUR);
    assertTrue(words(nobody).startsWith("The archive holds nothing of principal nobody"));
  }

  @Test
  void anythingElseOfTheNameOfAKeyIsNotTheKey() throws Exception {
    UUID id = UUID.fromString(plane.createKey("twin").getString("id"));
    Instant before = BEGIN.minusSeconds(7_200);
    ship(
        new GeneratedLog("twins"),
        List.of(
            AuditEvent.of(before, "twins", "t0", "secret:read")
                .caller("keeper", "token", "10.2.0.1")
                .key("twin")
                .build(),
            event(1, "keeper", "10.2.0.1", "secret:read").key("twin").build(),
            event(2, "keeper", "10.2.0.1", "group:show").key("twin").build(),
            event(3, "officer", "10.2.0.2", "key:rotate").key("twin").build(),
            event(4, "keeper", "10.2.0.1", "encrypt").keyId(id).build()));
    JsonObject answer = ask("key=twin" + HOUR);
    assertEquals(2, answer.getJsonObject("total").getLong("events"), answer::encodePrettily);
    assertEquals(
        "new",
        row(answer, "principals", "principal", "keeper").getString("seenBefore"),
        "a secret of that name was read before, not the key");
  }

  @Test
  void rowsThatAreNotShownAreCounted() throws Exception {
    JsonObject principals = ask("key=" + key + HOUR + "&limit=1").getJsonObject("principals");
    assertEquals(1, principals.getJsonArray("items").size());
    assertEquals(3, principals.getLong("distinct"));
    assertEquals(2, principals.getLong("more"));
    assertFalse(principals.getBoolean("estimated"));
  }

  @Test
  void aTimeWithoutABeforeIsNotComparedWithNothing() throws Exception {
    JsonObject answer = ask("key=leaked&from=2025-12-01T00:00:00Z&to=2025-12-04T00:00:00Z");
    assertTrue(words(answer).contains("The archive holds nothing older"), words(answer));
    assertTrue(words(answer).contains("holds nothing of the time before"), words(answer));
    assertEquals(0, answer.getJsonObject("baseline").getLong("lookedAtMs"));
    assertEquals("unknown", first(answer, "principals").getString("seenBefore"));
  }

  @Test
  void howFarTheArchiveGoesIsTold() throws Exception {
    JsonObject log =
        ask("key=leaked" + HOUR).getJsonObject("archive").getJsonArray("items").stream()
            .map(JsonObject.class::cast)
            .filter(row -> row.getString("log").equals("cofre-audit/inv/segment"))
            .findFirst()
            .orElseThrow();
    assertEquals("current", log.getString("state"));
    assertEquals("2026-01-02T11:00:00Z", log.getString("newest"));
    assertEquals(0, log.getLong("missing"));
    GeneratedLog behind = new GeneratedLog("behind");
    ShippedRecords some = behind.append(List.of(event(0, "p", "10.9.9.9", "decrypt").build()));
    ShippedRecords told =
        new ShippedRecords(
            false, 0, 1, some.entries(), 500, some.head(), some.key(), List.of(), some.before());
    HttpResponse<String> shipped =
        plane.send(
            plane
                .request("node", "/v1/audit/records")
                .header("Content-Type", ShippedRecords.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(told.toBytes())));
    assertEquals(200, shipped.statusCode(), shipped.body());
    JsonObject answer = ask("key=leaked" + HOUR);
    assertTrue(
        words(answer)
            .contains(
                "Not all of cofre-audit/behind/segment is here (current): its newest event here is"
                    + " of 2026-01-02T10:00:00Z, 499 sealed events miss."),
        words(answer));
    assertFalse(answer.getJsonObject("archive").getBoolean("whole"));
    assertTrue(words(answer).contains("What is not in the archive is in none of"), words(answer));
    assertTrue(
        words(ask("principal=nobody" + HOUR)).contains("in this time, but not all is in it"),
        "nothing is not said to be nothing");
  }

  @Test
  void theAskingIsAuditedAndAuditorsAloneMayAsk() throws Exception {
    ask("key=asked-about" + HOUR);
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    event.getString("action").equals("audit:read")
                        && event.getString("principal").equals("auditor")
                        && event.getString("key", "").contains("key=asked-about")),
        "with what was asked");
    for (String query :
        List.of(
            "",
            "key=a&principal=b",
            "key=a&from=2026-01-03T00:00:00Z&to=2026-01-02T00:00:00Z",
            "key=a&from=1969-01-01T00:00:00Z",
            "key=a&from=2001-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
            "key=a&timeoutMs=0",
            "key=a&timeoutMs=100001",
            "key=a&limit=501",
            "key=",
            "secret=",
            "secrets=a")) {
      assertTrue(
          TestPlane.isProblem(
              plane.get("auditor", "/v1/audit/investigations?" + query), ErrorCode.INVALID_REQUEST),
          query);
    }
    assertTrue(
        TestPlane.isProblem(
            plane.get("crypto-officer", "/v1/audit/investigations?key=a"), ErrorCode.FORBIDDEN));
  }
}
