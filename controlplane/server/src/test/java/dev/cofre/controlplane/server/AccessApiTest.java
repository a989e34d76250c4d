package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies of several statements, groups, principals, and the questions about access. */
class AccessApiTest {
  private static final String ADMIN = "security-admin";
  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    for (String alias : List.of("orders-1", "orders-2", "bills")) {
      plane.createKey(alias);
    }
    for (String id : List.of("shop", "till", "ann")) {
      assertEquals(201, post("/v1/principals", principal(id, "workload")).statusCode());
    }
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static String principal(String id, String... roles) {
    return new JsonObject().put("id", id).put("roles", new JsonArray(List.of(roles))).encode();
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return plane.post(ADMIN, path, body, Map.of());
  }

  private static HttpResponse<String> put(String path, String body) throws Exception {
    HttpRequest.Builder request =
        plane.request(ADMIN, path).PUT(HttpRequest.BodyPublishers.ofString(body));
    return plane.send(request.header("Content-Type", "application/json"));
  }

  private static int delete(String path) throws Exception {
    return plane.send(plane.request(ADMIN, path).DELETE()).statusCode();
  }

  private static JsonObject json(HttpResponse<String> response) {
    assertTrue(response.statusCode() < 300, response.body());
    return new JsonObject(response.body());
  }

  private static String error(HttpResponse<String> response) {
    assertTrue(TestPlane.isProblem(response, ErrorCode.INVALID_REQUEST), response.body());
    JsonObject first = new JsonObject(response.body()).getJsonArray("errors").getJsonObject(0);
    return first.getString("field") + " " + first.getString("message");
  }

  private static String policy(String name, String statements, String tests) {
    return "{\"name\":\""
        + name
        + "\",\"statements\":["
        + statements
        + "],\"tests\":["
        + tests
        + "]}";
  }

  private static final String BY_PATTERN =
      """
      {"sid":"orders","effect":"allow","principals":["shop"],"actions":["encrypt","decrypt"],
       "keys":["orders-*"],"environment":"dev",
       "conditions":{"context":{"team":{"equals":"a"}}}}
      """;

  @Test
  void testsRunBeforeAPolicyTakesEffect() throws Exception {
    String test =
        """
        {"principal":"shop","action":"encrypt","key":"orders-1","expect":"%s"%s}
        """;
    HttpResponse<String> refused =
        post(
            "/v1/policies",
            policy(
                "tested",
                BY_PATTERN,
                test.formatted("deny", "") + "," + test.formatted("allow", "")));
    assertEquals(
        "tests[1] expects allow, but it is denied: no statement allows it; nearest is statement 0"
            + " (orders) of policy tested, but the encryption context's team has another value"
            + " than asked for, or none",
        error(refused));
    assertEquals(404, plane.get(ADMIN, "/v1/policies/tested").statusCode(), "nothing was kept");
    String right = test.formatted("allow", ",\"context\":{\"team\":\"a\"}");
    JsonObject made = json(post("/v1/policies", policy("tested", BY_PATTERN, right)));
    assertEquals(1, made.getJsonArray("tests").size());

    JsonObject explained =
        json(
            post(
                "/v1/policies/explain",
                """
                {"principal":"shop","action":"decrypt","key":"orders-2","context":{"team":"a"}}
                """));
    assertEquals("allow", explained.getString("decision"));
    assertEquals("tested", explained.getJsonObject("statement").getString("policy"));
    JsonObject other =
        json(
            post(
                "/v1/policies/explain",
                "{\"principal\":\"shop\",\"action\":\"decrypt\",\"key\":\"bills\"}"));
    assertEquals("deny", other.getString("decision"));
    assertFalse(other.getBoolean("keyVisible"));

    JsonObject simulated =
        json(
            post(
                "/v1/policies/simulate",
                "{\"policy\":"
                    + policy("tested", BY_PATTERN.replace("orders-*", "bi*"), right)
                    + ",\"questions\":[{\"principal\":\"shop\",\"action\":\"encrypt\",\"key\":\"bills\","
                    + "\"context\":{\"team\":\"a\"}}]}"));
    assertEquals("allow", simulated.getJsonArray("answers").getJsonObject(0).getString("decision"));
    assertEquals(
        "tests[0]", simulated.getJsonArray("failedTests").getJsonObject(0).getString("field"));

    JsonObject changed =
        json(
            put("/v1/policies/tested", policy("tested", BY_PATTERN.replace("\"a\"", "\"b\""), "")));
    assertEquals(2, changed.getInteger("revision"));
    JsonArray history =
        json(plane.get("auditor", "/v1/policies/tested/history")).getJsonArray("items");
    assertEquals(2, history.size());
    assertEquals(ADMIN, history.getJsonObject(1).getString("changedBy"));
    assertEquals(204, delete("/v1/policies/tested"));
    String id = made.getString("id");
    assertTrue(
        json(plane.get("auditor", "/v1/policies/" + id + "/history"))
            .getJsonArray("items")
            .getJsonObject(0)
            .getBoolean("removed"));
  }

  @Test
  void groupsHaveNoCyclesAndGiveNoConflictingRoles() throws Exception {
    assertEquals(201, post("/v1/groups", "{\"name\":\"g1\",\"members\":[\"ann\"]}").statusCode());
    assertEquals(
        201, post("/v1/groups", "{\"name\":\"g2\",\"members\":[\"group:g1\"]}").statusCode());
    assertEquals(
        "members make a cycle of groups: g1 > g2 > g1",
        error(put("/v1/groups/g1", "{\"members\":[\"group:g2\",\"ann\"]}")));
    assertEquals(
        "members make a cycle of groups: g1 > g1",
        error(put("/v1/groups/g1", "{\"members\":[\"group:g1\"]}")));
    assertEquals(
        "roles would make ann both workload and auditor, which nobody may be together",
        error(put("/v1/groups/g2", "{\"members\":[\"group:g1\"],\"roles\":[\"auditor\"]}")));
    assertEquals(
        "members names nobody, which does not exist",
        error(post("/v1/groups", "{\"name\":\"g3\",\"members\":[\"nobody\"]}")));
    assertEquals(
        200,
        put("/v1/groups/g2", "{\"members\":[\"group:g1\"],\"roles\":[\"workload\"]}").statusCode());
    assertEquals(
        "roles would make ann both workload and auditor through its groups, which nobody may be"
            + " together",
        error(put("/v1/principals/ann", "{\"roles\":[\"auditor\"]}")));
    for (int i = 3; i <= 8; i++) {
      String nested = "{\"name\":\"g" + i + "\",\"members\":[\"group:g" + (i - 1) + "\"]}";
      assertEquals(201, post("/v1/groups", nested).statusCode(), nested);
    }
    assertTrue(
        error(post("/v1/groups", "{\"name\":\"g9\",\"members\":[\"group:g8\"]}"))
            .startsWith("members stand more than 8 groups deep"));
    assertEquals(409, delete("/v1/groups/g1"), "another group holds it");
    assertEquals(409, delete("/v1/principals/ann"));
  }

  @Test
  void aGroupGrantsItsMembersAndTheirAccessIsReviewed() throws Exception {
    assertEquals(
        201, post("/v1/groups", "{\"name\":\"sellers\",\"members\":[\"till\"]}").statusCode());
    String before = Instant.now().toString();
    json(
        post(
            "/v1/policies",
            policy(
                "sellers",
                """
                {"effect":"allow","principals":["group:sellers"],"actions":["encrypt"],"keys":["bills"]},
                {"effect":"allow","principals":["group:sellers"],"actions":["decrypt"],
                 "keys":["bills"],"notAfter":"2020-01-01T00:00:00Z"}
                """,
                "")));
    JsonArray can =
        json(plane.get("auditor", "/v1/policies/who-can?action=encrypt&key=bills"))
            .getJsonArray("items");
    assertEquals(1, can.size());
    assertEquals("till", can.getJsonObject(0).getString("principal"));
    assertEquals("group:sellers", can.getJsonObject(0).getString("via"));
    assertEquals(
        0,
        json(plane.get(
                "auditor",
                "/v1/policies/who-can?action=encrypt&key=bills&at="
                    + URLEncoder.encode(before, StandardCharsets.UTF_8)))
            .getJsonArray("items")
            .size());
    assertEquals(
        0,
        json(plane.get("auditor", "/v1/policies/who-can?action=decrypt&key=bills"))
            .getJsonArray("items")
            .size(),
        "it has ended");
    JsonArray rows =
        json(plane.get("auditor", "/v1/policies/review?limit=500")).getJsonArray("items");
    assertTrue(
        rows.stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                row ->
                    row.getString("principal").equals("till")
                        && row.getString("key").equals("bills")
                        && row.getString("action").equals("encrypt")
                        && row.getString("via").equals("group:sellers")),
        rows.encode());
    JsonArray findings = json(plane.get("auditor", "/v1/policies/lint")).getJsonArray("items");
    assertTrue(
        findings.stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                finding ->
                    "expired".equals(finding.getString("rule"))
                        && "sellers".equals(finding.getString("policy"))
                        && finding.getString("where").equals("statements[1]")),
        findings.encode());
  }

  @Test
  void aTokenIsReplacedByItsDigestAlone() throws Exception {
    json(post("/v1/principals", principal("reader", "auditor")));
    String first = replaceToken("reader");
    assertEquals(200, as(first, "/v1/policies"));
    String second = TestPlane.freshToken();
    Map<String, String> headers = Map.of("Idempotency-Key", "k", "If-Match", "\"2\"");
    HttpResponse<String> asked =
        plane.post(ADMIN, "/v1/principals/reader/token", digest(second), headers);
    assertEquals(200, as(first, "/v1/policies"), "another person has to approve it");
    plane.approve("security-admin-2", asked);
    assertEquals(401, as(first, "/v1/policies"), "the lost one is refused at once");
    assertEquals(200, as(second, "/v1/policies"));
    assertFalse(plane.audit().toString().contains(second));
    assertEquals(
        "sha256 must be the token's SHA-256, in 64 of 0-9 and a-f",
        error(post("/v1/principals/reader/token", "{\"sha256\":\"00\"}")));
    String path = "/v1/principals/till/token";
    assertTrue(
        TestPlane.isProblem(post(path, digest(second)), ErrorCode.CONFLICT), "it is reader's");
    assertEquals(
        412,
        plane
            .post(ADMIN, path, digest(TestPlane.freshToken()), Map.of("If-Match", "\"9\""))
            .statusCode());
    json(put("/v1/principals/reader", "{\"roles\":[\"app-owner\"]}"));
    assertEquals(403, as(second, "/v1/policies"));
    assertEquals(204, delete("/v1/principals/reader"));
    assertEquals(401, as(second, "/v1/policies"));
    assertEquals(
        403, put("/v1/principals/" + ADMIN, "{\"roles\":[\"auditor\"]}").statusCode(), "their own");
    assertEquals(409, post("/v1/principals", principal("shop", "workload")).statusCode());
  }

  private static String replaceToken(String id) throws Exception {
    String token = TestPlane.freshToken();
    HttpResponse<String> answer =
        plane.post(ADMIN, "/v1/principals/" + id + "/token", digest(token), Map.of());
    assertEquals(204, answer.statusCode(), answer.body());
    return token;
  }

  private static String digest(String token) {
    return TestPlane.tokenDocument(token);
  }

  private static int as(String token, String path) throws Exception {
    return plane
        .send(HttpRequest.newBuilder(plane.uri(path)).header("Authorization", "Bearer " + token))
        .statusCode();
  }

  @Test
  void keysAreSelectedByTags() throws Exception {
    JsonObject key =
        new JsonObject(TestPlane.keyDocument("tagged"))
            .put("tags", new JsonObject().put("app", "shop"));
    JsonObject made = json(plane.post("crypto-officer", "/v1/keys", key.encode(), Map.of()));
    assertEquals("shop", made.getJsonObject("tags").getString("app"));
    json(
        post(
            "/v1/policies",
            policy(
                "by-tag",
                """
                {"effect":"allow","principals":["app"],"actions":["encrypt"],
                 "tags":{"app":"shop"},"environment":"dev"}
                """,
                """
                {"principal":"app","action":"encrypt","key":"tagged","expect":"allow"},
                {"principal":"app","action":"encrypt","key":"bills","expect":"deny"}
                """)));
    assertEquals(200, plane.get("app", "/v1/keys/tagged").statusCode());
    assertEquals(404, plane.get("app", "/v1/keys/bills").statusCode());
  }

  @Test
  void refusalsOfAPrincipalAreCounted() throws Exception {
    json(post("/v1/principals", principal("curious", "auditor")));
    String token = replaceToken("curious");
    JsonObject before = json(plane.get(ADMIN, "/v1/principals/curious"));
    assertFalse(before.containsKey("refusals"));
    for (int i = 0; i < 3; i++) {
      assertEquals(403, rotate(token, "orders-1"));
    }
    assertEquals(200, as(token, "/v1/policies"));
    JsonObject refusals =
        json(plane.get(ADMIN, "/v1/principals/curious")).getJsonObject("refusals");
    assertEquals(new JsonObject().put("forbidden", 3), refusals.getJsonObject("byCode"));
    assertTrue(Instant.parse(refusals.getString("lastAt")).isAfter(Instant.EPOCH));
    assertFalse(json(plane.get(ADMIN, "/v1/principals/shop")).containsKey("refusals"));
  }

  private static int rotate(String token, String key) throws Exception {
    return plane
        .send(
            HttpRequest.newBuilder(plane.uri("/v1/keys/" + key + "/rotate"))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.noBody()))
        .statusCode();
  }
}
