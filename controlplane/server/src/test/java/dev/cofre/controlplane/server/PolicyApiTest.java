package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyApiTest {
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
  void grantsAndTakesBack() throws Exception {
    JsonObject key = plane.createKey("granted");
    assertEquals(404, plane.get("app", "/v1/keys/granted").statusCode());

    HttpResponse<String> made =
        plane.post("security-admin", "/v1/policies", document("grant", "granted"), Map.of());
    assertEquals(201, made.statusCode(), made.body());
    JsonObject policy = new JsonObject(made.body());
    assertEquals(
        new JsonArray().add(key.getString("id")),
        policy.getJsonArray("statements").getJsonObject(0).getJsonArray("keys"));
    String path = "/v1/policies/" + policy.getString("id");
    assertEquals(made.body(), plane.get("auditor", path).body());
    assertEquals(200, plane.get("app", "/v1/keys/granted").statusCode());

    assertEquals(403, plane.send(plane.request("auditor", path).DELETE()).statusCode());
    assertEquals(404, plane.send(plane.request("crypto-officer", path).DELETE()).statusCode());
    assertEquals(204, plane.send(plane.request("security-admin-2", path).DELETE()).statusCode());
    assertEquals(404, plane.get("app", "/v1/keys/granted").statusCode());
    assertEquals(404, plane.get("security-admin", path).statusCode());
  }

  @Test
  void namesWhatDoesNotExist() throws Exception {
    String document = document("dangling", "no-such-key").replace("\"app\"", "\"nobody\"");
    HttpResponse<String> refused = plane.post("security-admin", "/v1/policies", document, Map.of());
    assertTrue(TestPlane.isProblem(refused, ErrorCode.INVALID_REQUEST));
    assertEquals(2, new JsonObject(refused.body()).getJsonArray("errors").size());
  }

  @Test
  void isForSecurityAdmins() throws Exception {
    assertTrue(
        TestPlane.isProblem(
            plane.post("crypto-officer", "/v1/policies", document("mine", "demo"), Map.of()),
            ErrorCode.FORBIDDEN));
    assertTrue(TestPlane.isProblem(plane.get("app", "/v1/policies"), ErrorCode.FORBIDDEN));
    assertEquals(200, plane.get("auditor", "/v1/policies").statusCode());
  }

  @Test
  void aNameIsGivenOnce() throws Exception {
    String document = document("unique", "demo");
    assertEquals(
        201, plane.post("security-admin", "/v1/policies", document, Map.of()).statusCode());
    assertTrue(
        TestPlane.isProblem(
            plane.post("security-admin", "/v1/policies", document, Map.of()), ErrorCode.CONFLICT));
  }

  @Test
  void listsPrincipalsForThoseWhoMay() throws Exception {
    JsonObject page = new JsonObject(plane.get("auditor", "/v1/principals?limit=2").body());
    assertEquals(2, page.getJsonArray("items").size());
    assertEquals("app", page.getJsonArray("items").getJsonObject(0).getString("id"));
    assertEquals("app-owner", page.getString("next"));
    assertTrue(
        TestPlane.isProblem(plane.get("crypto-officer", "/v1/principals"), ErrorCode.FORBIDDEN));
  }

  private static String document(String name, String key) {
    return new JsonObject()
        .put("name", name)
        .put("effect", "allow")
        .put("principals", new JsonArray().add("app"))
        .put("actions", new JsonArray().add("encrypt"))
        .put("keys", new JsonArray().add(key))
        .encode();
  }
}
