package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyApiTest {
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

  @Test
  void createsShowsRotatesDisablesEnables() throws Exception {
    JsonObject key = plane.createKey("life");
    assertEquals("ACTIVE", key.getString("state"));
    assertEquals(1, key.getInteger("currentVersion"));
    assertEquals("default", key.getString("tenant"));
    String byId = plane.get("auditor", "/v1/keys/" + key.getString("id")).body();
    JsonObject shown = new JsonObject(byId);
    assertEquals(1, ((JsonArray) shown.remove("use")).size());
    assertEquals(key, shown);
    assertEquals(byId, plane.get("auditor", "/v1/keys/life").body());

    HttpResponse<String> rotated = plane.post("crypto-officer", "/v1/keys/life/rotate");
    assertEquals(200, rotated.statusCode());
    assertEquals("\"2\"", rotated.headers().firstValue("ETag").orElseThrow());
    assertEquals(2, new JsonObject(rotated.body()).getInteger("currentVersion"));
    assertEquals(
        2,
        new JsonObject(plane.get("auditor", "/v1/keys/life/versions").body())
            .getJsonArray("items")
            .size());

    plane.post("crypto-officer", "/v1/keys/life/disable");
    HttpResponse<String> again = plane.post("crypto-officer-2", "/v1/keys/life/disable");
    assertEquals("DISABLED", new JsonObject(again.body()).getString("state"));
    assertEquals(3, new JsonObject(again.body()).getInteger("revision"));
    assertTrue(
        TestPlane.isProblem(
            plane.post("crypto-officer", "/v1/keys/life/rotate"), ErrorCode.KEY_DISABLED));
    String enabled = plane.post("crypto-officer", "/v1/keys/life/enable").body();
    assertEquals("ACTIVE", new JsonObject(enabled).getString("state"));
  }

  @Test
  void listsInPages() throws Exception {
    for (String alias : List.of("page-b", "page-a", "page-c")) {
      plane.createKey(alias);
    }
    List<String> seen = new ArrayList<>();
    String after = "page-";
    do {
      JsonObject page =
          new JsonObject(plane.get("auditor", "/v1/keys?limit=1&after=" + after).body());
      seen.add(page.getJsonArray("items").getJsonObject(0).getString("alias"));
      after = page.getString("next");
    } while (after != null && seen.size() < 3);
    assertEquals(List.of("page-a", "page-b", "page-c"), seen);
  }

  @Test
  void listsByTagInPages() throws Exception {
    for (int i = 0; i < 5; i++) {
      JsonObject document =
          new JsonObject(TestPlane.keyDocument("tagged-" + i, i == 4 ? "staging" : "dev"))
              .put("tags", new JsonObject().put("team", i % 2 == 0 ? "a:b" : "c").put("n", "" + i));
      assertEquals(
          201, plane.post("crypto-officer", "/v1/keys", document.encode(), Map.of()).statusCode());
    }
    String query = "/v1/keys?limit=1&tag=team%3Da:b";
    List<String> seen = new ArrayList<>();
    String after = "";
    do {
      JsonObject page = new JsonObject(plane.get("auditor", query + "&after=" + after).body());
      page.getJsonArray("items").forEach(item -> seen.add(((JsonObject) item).getString("alias")));
      after = page.getString("next");
    } while (after != null);
    assertEquals(List.of("tagged-0", "tagged-2", "tagged-4"), seen);
    assertEquals(List.of("tagged-2"), listed("tag=team%3Da:b&tag=n%3D2"));
    assertEquals(List.of("tagged-4"), listed("tag=team%3Da:b&environment=staging"));
    for (String wrong :
        List.of("tag=team", "tag=%3Da", "tag=a%3Db&tag=a%3Dc", "environment=moon")) {
      assertTrue(
          TestPlane.isProblem(plane.get("auditor", "/v1/keys?" + wrong), ErrorCode.INVALID_REQUEST),
          wrong);
    }
  }

  private static List<String> listed(String query) throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/keys?" + query).body())
        .getJsonArray("items").stream()
            .map(item -> ((JsonObject) item).getString("alias"))
            .toList();
  }

  @Test
  void anAliasIsGivenOnceHoweverManyAsk() throws Exception {
    List<Integer> statuses = together(6, () -> create("contested"));
    assertEquals(1, statuses.stream().filter(status -> status == 201).count(), statuses.toString());
    assertEquals(5, statuses.stream().filter(status -> status == 409).count(), statuses.toString());
  }

  @Test
  void rotationsAtOnceLeaveNoGapThatBreaks() throws Exception {
    plane.createKey("spinning");
    List<Integer> statuses =
        together(6, () -> plane.post("crypto-officer", "/v1/keys/spinning/rotate").statusCode());
    long rotated = statuses.stream().filter(status -> status == 200).count();
    assertTrue(rotated >= 1, statuses.toString());
    JsonObject key = new JsonObject(plane.get("auditor", "/v1/keys/spinning").body());
    assertEquals(1 + rotated, key.getJsonArray("versions").size());
    assertEquals(
        key.getInteger("currentVersion"),
        key.getJsonArray("versions").getJsonObject((int) rotated).getInteger("number"));
    assertEquals(200, plane.post("crypto-officer", "/v1/keys/spinning/rotate").statusCode());
  }

  @Test
  void aRepeatedRequestGetsTheFirstAnswer() throws Exception {
    Map<String, String> once = Map.of("Idempotency-Key", "create-1");
    String document = TestPlane.keyDocument("repeated");
    HttpResponse<String> first = plane.post("crypto-officer", "/v1/keys", document, once);
    HttpResponse<String> second = plane.post("crypto-officer", "/v1/keys", document, once);
    assertEquals(201, first.statusCode());
    assertEquals(201, second.statusCode());
    assertEquals(first.body(), second.body());
    assertEquals(first.headers().firstValue("ETag"), second.headers().firstValue("ETag"));
    assertTrue(
        TestPlane.isProblem(
            plane.post("crypto-officer", "/v1/keys", TestPlane.keyDocument("other"), once),
            ErrorCode.CONFLICT));

    Map<String, String> turn = Map.of("Idempotency-Key", "rotate-1");
    plane.post("crypto-officer", "/v1/keys/repeated/rotate", "{}", turn);
    String rotated = plane.post("crypto-officer", "/v1/keys/repeated/rotate", "{}", turn).body();
    assertEquals(2, new JsonObject(rotated).getInteger("currentVersion"));
  }

  @Test
  void changesOnlyWhatTheCallerHasSeen() throws Exception {
    plane.createKey("matched");
    assertTrue(
        TestPlane.isProblem(
            plane.post(
                "crypto-officer", "/v1/keys/matched/rotate", "", Map.of("If-Match", "\"7\"")),
            ErrorCode.PRECONDITION_FAILED));
    assertEquals(
        200,
        plane
            .post("crypto-officer", "/v1/keys/matched/rotate", "", Map.of("If-Match", "\"1\""))
            .statusCode());
  }

  @Test
  void namesAllThatIsWrong() throws Exception {
    HttpResponse<String> refused = plane.post("crypto-officer", "/v1/keys", "{}", Map.of());
    assertTrue(TestPlane.isProblem(refused, ErrorCode.INVALID_REQUEST));
    assertEquals(7, new JsonObject(refused.body()).getJsonArray("errors").size());

    String software =
        new JsonObject(TestPlane.keyDocument("soft"))
            .put("dataClass", "restricted")
            .put("expiresAt", Instant.now().plus(Duration.ofDays(30)).toString())
            .put("protection", "SOFTWARE")
            .encode();
    assertTrue(
        TestPlane.isProblem(
            plane.post("crypto-officer", "/v1/keys", software, Map.of()),
            ErrorCode.PROTECTION_NOT_AVAILABLE));
    for (String body :
        List.of("", "{", "[]", "{} {}", "{\"alias\":1,\"alias\":2}", "{\"a\":NaN}", "nul")) {
      assertTrue(
          TestPlane.isProblem(
              plane.post("crypto-officer", "/v1/keys", body, Map.of()), ErrorCode.INVALID_REQUEST),
          body);
    }
  }

  @Test
  void showsEachRoleWhatItMaySee() throws Exception {
    plane.createKey("hidden");
    for (String role : List.of("platform-admin", "security-admin", "crypto-officer-2")) {
      assertEquals(200, plane.get(role, "/v1/keys/hidden").statusCode(), role);
    }
    for (String role : List.of("app", "app-owner", "node")) {
      assertTrue(
          TestPlane.isProblem(plane.get(role, "/v1/keys/hidden"), ErrorCode.KEY_NOT_FOUND), role);
      assertTrue(
          TestPlane.isProblem(plane.post(role, "/v1/keys/hidden/rotate"), ErrorCode.KEY_NOT_FOUND),
          role);
    }
    assertEquals(200, plane.get("app", "/v1/keys/demo").statusCode());
    assertEquals(200, plane.get("app-owner", "/v1/keys/demo").statusCode());
    assertTrue(TestPlane.isProblem(plane.post("app", "/v1/keys/demo/rotate"), ErrorCode.FORBIDDEN));
    JsonObject granted = new JsonObject(plane.get("app", "/v1/keys").body());
    assertEquals(1, granted.getJsonArray("items").size());
    assertTrue(
        TestPlane.isProblem(
            plane.post("auditor", "/v1/keys", TestPlane.keyDocument("x"), Map.of()),
            ErrorCode.FORBIDDEN));
  }

  @Test
  void writesARecordOfEverythingBeforeItAnswers() throws Exception {
    plane.createKey("audited");
    HttpResponse<String> denied =
        plane.send(
            plane
                .request(null, "/v1/keys/audited/disable")
                .header("Request-Id", "denied-1")
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertTrue(TestPlane.isProblem(denied, ErrorCode.UNAUTHENTICATED));
    assertEquals("denied-1", denied.headers().firstValue("Request-Id").orElseThrow());
    plane.post("app-owner", "/v1/keys/audited/disable");

    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    "denied-1".equals(event.getString("requestId"))
                        && event.getString("action").equals("key:disable")
                        && event.getString("code").equals("unauthenticated")
                        && event.getString("outcome").equals("denied")));
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    "app-owner".equals(event.getString("principal"))
                        && "audited".equals(event.getString("key"))
                        && event.getString("code").equals("key_not_found")));
    assertFalse(
        plane.audit().toString().contains(plane.token("app-owner")), "no token in the audit log");
  }

  private static int create(String alias) throws Exception {
    return plane
        .post("crypto-officer", "/v1/keys", TestPlane.keyDocument(alias), Map.of())
        .statusCode();
  }

  private static <T> List<T> together(int times, Callable<T> work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        futures.add(threads.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    }
  }
}
