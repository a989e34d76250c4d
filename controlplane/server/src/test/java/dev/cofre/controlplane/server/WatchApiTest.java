package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data classes, notices, orphans and the use of keys, over HTTP. */
class WatchApiTest {
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

  @Test
  void securityAdminsChangeTheRulesOfAClass() throws Exception {
    JsonArray all = body(plane.get("auditor", "/v1/data-classes")).getJsonArray("items");
    assertEquals(
        List.of("public", "internal", "confidential", "restricted"),
        all.stream().map(item -> ((JsonObject) item).getString("name")).toList());
    assertTrue(
        TestPlane.isProblem(
            patch("crypto-officer", "restricted", "{\"rotationDays\":1}", Map.of()),
            ErrorCode.FORBIDDEN));
    assertTrue(
        TestPlane.isProblem(
            patch("security-admin", "secret", "{\"rotationDays\":1}", Map.of()),
            ErrorCode.NOT_FOUND));
    HttpResponse<String> wrong =
        patch("security-admin", "restricted", "{\"rotationDays\":0,\"x\":1}", Map.of());
    assertTrue(TestPlane.isProblem(wrong, ErrorCode.INVALID_REQUEST));
    assertTrue(
        TestPlane.isProblem(
            patch("security-admin", "restricted", "{\"warnDays\":5}", Map.of("If-Match", "\"4\"")),
            ErrorCode.PRECONDITION_FAILED));
    HttpResponse<String> changed =
        patch(
            "security-admin",
            "restricted",
            "{\"lifetimeDaysMax\":10,\"dataKeys\":{\"secondsMax\":7}}",
            Map.of("If-Match", "\"1\""));
    assertEquals(200, changed.statusCode(), changed.body());
    assertEquals("\"2\"", changed.headers().firstValue("ETag").orElseThrow());
    assertEquals(
        new JsonObject(changed.body()), body(plane.get("auditor", "/v1/data-classes/restricted")));

    JsonObject document =
        new JsonObject(TestPlane.keyDocument("long"))
            .put("dataClass", "restricted")
            .put("expiresAt", Instant.now().plus(Duration.ofDays(11)).toString());
    HttpResponse<String> refused =
        plane.post("crypto-officer", "/v1/keys", document.encode(), Map.of());
    assertTrue(TestPlane.isProblem(refused, ErrorCode.INVALID_REQUEST));
    assertEquals(
        "expiresAt",
        new JsonObject(refused.body()).getJsonArray("errors").getJsonObject(0).getString("field"));
    document.put("expiresAt", Instant.now().plus(Duration.ofDays(9)).toString());
    assertEquals(
        201, plane.post("crypto-officer", "/v1/keys", document.encode(), Map.of()).statusCode());
  }

  @Test
  void ownersAreToldOnceAheadOfAnEnd() throws Exception {
    String document =
        new JsonObject(TestPlane.keyDocument("ending"))
            .put("owner", "app-owner")
            .put("expiresAt", Instant.now().plus(Duration.ofDays(40)).toString())
            .encode();
    assertEquals(201, plane.post("crypto-officer", "/v1/keys", document, Map.of()).statusCode());
    plane.createKey("doomed");
    plane.approve(
        "crypto-officer-2", plane.post("crypto-officer", "/v1/keys/doomed/schedule-destruction"));
    Await.until("the job has run", () -> notices("auditor").size() == 1);
    assertEquals("key-destruction", notices("auditor").getJsonObject(0).getString("kind"));
    plane.clock.advance(Duration.ofDays(6));
    assertEquals(1, notices("auditor").size());
    plane.clock.advance(Duration.ofDays(5));
    Await.until("the job has run", () -> notices("auditor").size() == 2);
    JsonArray own = notices("app-owner");
    assertEquals(1, own.size());
    assertEquals("key-expires", own.getJsonObject(0).getString("kind"));
    assertEquals("ending", own.getJsonObject(0).getString("alias"));
    plane.clock.advance(Duration.ofDays(5));
    JsonObject first = body(plane.get("auditor", "/v1/notices?limit=1"));
    JsonObject second =
        body(plane.get("auditor", "/v1/notices?limit=1&after=" + first.getString("next")));
    assertEquals(null, second.getString("next"));
    assertEquals(own.getJsonObject(0), second.getJsonArray("items").getJsonObject(0));
    assertTrue(TestPlane.isProblem(plane.get("app", "/v1/notices"), ErrorCode.FORBIDDEN));
  }

  @Test
  void nodesReportUseAndWhatIsNotUsedIsAnOrphan() throws Exception {
    JsonObject used = plane.createKey("used");
    plane.createKey("unused");
    plane.clock.advance(Duration.ofDays(181));
    String report = report(used.getString("id"), plane.clock.instant());
    assertEquals(204, plane.post("node", "/v1/usage", report, Map.of()).statusCode());
    assertEquals(204, plane.post("node", "/v1/usage", report, Map.of()).statusCode(), "again");
    JsonArray uses = body(plane.get("auditor", "/v1/keys/used/uses")).getJsonArray("items");
    assertEquals(1, uses.size());
    assertEquals(3, uses.getJsonObject(0).getInteger("uses"), "a report counts once");
    String more = report(used.getString("id"), plane.clock.instant());
    assertEquals(204, plane.post("node", "/v1/usage", more, Map.of()).statusCode());
    assertEquals(
        6,
        body(plane.get("auditor", "/v1/keys/used/uses"))
            .getJsonArray("items")
            .getJsonObject(0)
            .getInteger("uses"));

    JsonArray orphans = body(plane.get("auditor", "/v1/orphans")).getJsonArray("items");
    assertEquals(
        List.of("demo unused", "unused unused,no-living-owner", "used no-living-owner"),
        orphans.stream()
            .map(JsonObject.class::cast)
            .map(item -> item.getString("alias") + " " + reasons(item))
            .toList());
    for (String wrong :
        List.of("{}", report.replace("\"count\":3", "\"count\":0"), "{\"uses\":[]}")) {
      assertTrue(
          TestPlane.isProblem(
              plane.post("node", "/v1/usage", wrong, Map.of()), ErrorCode.INVALID_REQUEST),
          wrong);
    }
    assertTrue(
        TestPlane.isProblem(plane.post("app", "/v1/usage", report, Map.of()), ErrorCode.FORBIDDEN));
  }

  @Test
  void aKeyThatAPolicyAllowsByAPatternAloneIsTold() throws Exception {
    plane.createKey("bill-1");
    plane.createKey("bill-2");
    plane.createKey("other");
    policy(
        "bills",
        "{\"effect\":\"allow\",\"principals\":[\"app\"],\"actions\":[\"encrypt\"],\"keys\":[\"bill-*\"],"
            + "\"environment\":\"dev\"},"
            + "{\"effect\":\"allow\",\"principals\":[\"app\"],\"actions\":[\"encrypt\"],\"keys\":[\"other\"]}");
    JsonObject first = body(plane.get("auditor", "/v1/orphans?reason=wildcard-policy&limit=1"));
    assertEquals(List.of("bill-1"), aliases(first));
    JsonObject second =
        body(
            plane.get(
                "auditor",
                "/v1/orphans?reason=wildcard-policy&limit=1&after=" + first.getString("next")));
    assertEquals(List.of("bill-2"), aliases(second));
    assertEquals(null, second.getString("next"));
    assertEquals(
        List.of("bill-1", "bill-2", "other"),
        aliases(body(plane.get("auditor", "/v1/orphans?reason=no-living-owner"))));
    assertEquals(List.of(), aliases(body(plane.get("auditor", "/v1/orphans?reason=expired"))));
    assertTrue(
        TestPlane.isProblem(
            plane.get("auditor", "/v1/orphans?reason=ugly"), ErrorCode.INVALID_REQUEST));
  }

  @Test
  void lintTellsGrantsThatNobodyHasUsed() throws Exception {
    JsonObject used = plane.createKey("used");
    plane.createKey("idle");
    policy(
        "two",
        "{\"effect\":\"allow\",\"principals\":[\"app\"],\"actions\":[\"encrypt\"],\"keys\":[\"used\"]},"
            + "{\"effect\":\"allow\",\"principals\":[\"app\"],\"actions\":[\"encrypt\"],\"keys\":[\"idle\"]},"
            + "{\"effect\":\"deny\",\"principals\":[\"app\"],\"actions\":[\"decrypt\"],\"keys\":[\"idle\"]}");
    assertEquals(List.of(), unused(""), "they are new");
    plane.clock.advance(Duration.ofDays(91));
    assertEquals(List.of("statements[0]", "statements[1]"), unused(""));
    assertEquals(
        204,
        plane
            .post(
                "node", "/v1/usage", report(used.getString("id"), plane.clock.instant()), Map.of())
            .statusCode());
    assertEquals(List.of("statements[1]"), unused(""));
    plane.clock.advance(Duration.ofDays(10));
    assertEquals(List.of("statements[0]", "statements[1]"), unused("?unusedDays=5"));
    assertEquals(List.of(), unused("?unusedDays=200"), "it has not been there for so long");
    for (String wrong : List.of("0", "-1", "a", "10000")) {
      assertTrue(
          TestPlane.isProblem(
              plane.get("auditor", "/v1/policies/lint?unusedDays=" + wrong),
              ErrorCode.INVALID_REQUEST));
    }
  }

  /** Where the policy {@code two} has statements that nobody uses. */
  private List<String> unused(String query) throws Exception {
    return body(plane.get("auditor", "/v1/policies/lint" + query)).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .filter(finding -> finding.getString("rule").equals("unused-grant"))
        .filter(finding -> finding.getString("policy").equals("two"))
        .map(finding -> finding.getString("where"))
        .toList();
  }

  private void policy(String name, String statements) throws Exception {
    HttpResponse<String> made =
        plane.post(
            "security-admin",
            "/v1/policies",
            "{\"name\":\"" + name + "\",\"statements\":[" + statements + "]}",
            Map.of());
    assertEquals(201, made.statusCode(), made.body());
  }

  private static List<String> aliases(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .map(item -> item.getString("alias"))
        .toList();
  }

  private static String reasons(JsonObject orphan) {
    return String.join(",", orphan.getJsonArray("reasons").stream().map(Object::toString).toList());
  }

  private static String report(String key, Instant at) {
    return new JsonObject()
        .put("node", "node-1")
        .put("report", UUID.randomUUID().toString())
        .put(
            "uses",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("principal", "app")
                        .put("action", "encrypt")
                        .put("key", key)
                        .put("count", 3)
                        .put("lastAtMs", at.toEpochMilli())))
        .encode();
  }

  private JsonArray notices(String principal) throws Exception {
    return body(plane.get(principal, "/v1/notices")).getJsonArray("items");
  }

  private HttpResponse<String> patch(
      String principal, String dataClass, String body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        plane
            .request(principal, "/v1/data-classes/" + dataClass)
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return plane.send(request);
  }

  private static JsonObject body(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }
}
