package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who owns secrets: with several roles at once, and when the owner is to be removed. */
class SecretOwnersTest {
  @TempDir static Path directory;
  private static TestPlane plane;

  /** By their group, {@code app} and {@code auditor} are owners of secrets too. */
  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.createKey("vault-dev");
    String group =
        "{\"name\":\"keepers\",\"members\":[\"app\",\"auditor\"],\"roles\":[\"app-owner\"]}";
    HttpResponse<String> made = plane.post("security-admin", "/v1/groups", group, Map.of());
    assertEquals(201, made.statusCode(), made.body());
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static void made(String who, String name, String owner) throws Exception {
    JsonObject draft =
        new JsonObject()
            .put("name", name)
            .put("environment", "dev")
            .put("dataClass", "internal")
            .put("owner", owner)
            .put("description", "for tests")
            .put("expiresAt", plane.clock.instant().plus(Duration.ofDays(300)).toString())
            .put("rotation", new JsonObject().put("days", 90))
            .put("value", "dg==");
    HttpResponse<String> made = plane.post(who, "/v1/secrets", draft.encode(), Map.of());
    assertEquals(201, made.statusCode(), made.body());
  }

  private static HttpResponse<String> change(String who, String method, String path, String body)
      throws Exception {
    return plane.send(
        plane
            .request(who, path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> give(String who, String name, String owner) throws Exception {
    String body = new JsonObject().put("owner", owner).encode();
    return change(who, "PATCH", "/v1/secrets/" + name, body);
  }

  private static HttpResponse<String> remove(String path) throws Exception {
    return plane.send(plane.request("security-admin", path).DELETE());
  }

  @Test
  void whoReadsOneOrSeesAllDoesNotKeepItByOwningOthers() throws Exception {
    made("app-owner", "foreign", "app-owner");
    String grant = "/v1/secrets/foreign/grants/app";
    assertEquals(200, change("security-admin", "PUT", grant, "{}").statusCode());
    for (String who : List.of("app", "auditor")) {
      assertEquals(200, plane.get(who, "/v1/secrets/foreign").statusCode(), who);
      String path = "/v1/secrets/foreign";
      for (HttpResponse<String> answer :
          List.of(
              change(who, "POST", path + "/versions", "{\"value\":\"dw==\"}"),
              change(who, "POST", path + "/delete", "{}"),
              change(who, "POST", path + "/undelete", "{}"),
              change(who, "POST", path + "/destroy", "{}"),
              give(who, "foreign", who))) {
        assertTrue(
            TestPlane.isProblem(answer, ErrorCode.FORBIDDEN), who + answer.uri() + answer.body());
      }
    }
    assertEquals(403, plane.get("app", "/v1/secrets/foreign/grants").statusCode());
    assertEquals(200, plane.get("auditor", "/v1/secrets/foreign/grants").statusCode());
    String read = plane.get("app", "/v1/secrets/foreign/value").body();
    assertEquals("dg==", new JsonObject(read).getString("value"));

    made("app", "of-app", "app");
    String versions = "/v1/secrets/of-app/versions";
    assertEquals(201, change("app", "POST", versions, "{\"value\":\"dw==\"}").statusCode());
    assertEquals(404, plane.get("app", "/v1/secrets/of-app/value").statusCode());
    String list = plane.get("app", "/v1/secrets").body();
    assertTrue(list.contains("\"foreign\"") && list.contains("\"of-app\""), list);
    String first = plane.get("app", "/v1/secrets?limit=1").body();
    assertTrue(first.contains("\"foreign\"") && !first.contains("\"of-app\""), first);
  }

  @Test
  void anOwnerIsThereAndIsNotRemoved() throws Exception {
    made("app", "of-the-group", "group:keepers");
    made("app-owner", "of-the-owner", "app-owner");
    assertEquals(400, give("app-owner", "of-the-owner", "comes-later").statusCode());
    assertEquals(400, give("app-owner", "of-the-owner", "group:comes-later").statusCode());
    HttpResponse<String> owner = remove("/v1/principals/app-owner");
    assertTrue(TestPlane.isProblem(owner, ErrorCode.CONFLICT), owner.body());
    assertTrue(owner.body().contains("owns secrets"), owner.body());
    HttpResponse<String> group = remove("/v1/groups/keepers");
    assertTrue(TestPlane.isProblem(group, ErrorCode.CONFLICT), group.body());
    assertEquals(200, give("security-admin", "of-the-group", "app-owner").statusCode());
  }

  @Test
  void aKeyThatProtectsSecretsIsNotCalledUnused() throws Exception {
    made("app-owner", "sealed", "app-owner");
    plane.createKey("vault-staging", "staging");
    plane.clock.advance(Duration.ofDays(181));
    String unused = plane.get("auditor", "/v1/orphans?reason=unused").body();
    assertFalse(unused.contains("\"vault-dev\""), unused);
    assertTrue(unused.contains("\"vault-staging\""), "it protects nothing: " + unused);
  }

  @Test
  void aPageBehindWhatTheStoreDoesNotTakeIsRefused() throws Exception {
    made("app-owner", "paged", "app-owner");
    for (String path : List.of("/v1/secrets", "/v1/secrets/paged/grants")) {
      assertEquals(400, plane.get("app-owner", path + "?after=a%00b").statusCode(), path);
    }
  }
}
