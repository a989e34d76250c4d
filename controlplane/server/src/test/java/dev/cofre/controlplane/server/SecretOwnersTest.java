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

  /** By a group, {@code security-admin-2} owns secrets too. */
  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.createKey("vault-dev");
    String group =
        "{\"name\":\"keepers\",\"members\":[\"security-admin-2\"],\"roles\":[\"app-owner\"]}";
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
  void whoSeesAllDoesNotWriteThemByOwningOthers() throws Exception {
    made("app-owner", "foreign", "app-owner");
    String path = "/v1/secrets/foreign";
    String both = "security-admin-2";
    assertEquals(200, plane.get(both, path).statusCode());
    for (HttpResponse<String> answer :
        List.of(
            change(both, "POST", path + "/versions", "{\"value\":\"dw==\"}"),
            change(both, "POST", path + "/destroy", "{}"))) {
      assertTrue(TestPlane.isProblem(answer, ErrorCode.FORBIDDEN), answer.uri() + answer.body());
    }
    assertEquals(200, plane.get(both, path + "/grants").statusCode());
    assertEquals(200, change(both, "POST", path + "/delete", "{}").statusCode());
    assertEquals(200, change(both, "POST", path + "/undelete", "{}").statusCode());

    made(both, "of-both", both);
    String versions = "/v1/secrets/of-both/versions";
    assertEquals(201, change(both, "POST", versions, "{\"value\":\"dw==\"}").statusCode());
  }

  @Test
  void anOwnerIsThereAndIsNotRemoved() throws Exception {
    made("security-admin-2", "of-the-group", "group:keepers");
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
