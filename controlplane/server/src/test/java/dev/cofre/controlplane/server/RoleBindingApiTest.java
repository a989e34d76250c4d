package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody becomes an administrator, or acts as one, by one person's doing. */
class RoleBindingApiTest {
  private static final String ADMIN = "security-admin";
  private static final String OTHER = "security-admin-2";
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
  void aPrincipalGetsAndLosesAnAdministratorsRoleUnderApproval() throws Exception {
    HttpResponse<String> made = post("/v1/principals", principal("eve", "platform-admin"));
    JsonObject pending = waiting(made);
    assertTrue(
        pending.getJsonArray("changes").contains("+ roles: [\"platform-admin\"]"), pending::encode);
    assertEquals(404, plane.get("auditor", "/v1/principals/eve").statusCode());
    assertTrue(TestPlane.isProblem(plane.decide(ADMIN, pending), ErrorCode.FORBIDDEN));
    done(made);
    assertEquals(200, plane.get("auditor", "/v1/principals/eve").statusCode());

    HttpResponse<String> same = put("/v1/principals/eve", roles("platform-admin", "app-owner"));
    assertEquals(200, same.statusCode(), "app-owner is no administrator");
    HttpResponse<String> taken = put("/v1/principals/eve", roles("app-owner"));
    assertEquals(2, rolesOf("eve").size(), "nothing has changed yet");
    done(taken);
    assertEquals(new JsonArray().add("app-owner"), rolesOf("eve"));
    HttpResponse<String> given = put("/v1/principals/eve", roles("crypto-officer"));
    done(given);
    done(plane.send(plane.request(ADMIN, "/v1/principals/eve").DELETE()));
    assertEquals(404, plane.get("auditor", "/v1/principals/eve").statusCode());
  }

  @Test
  void aGroupGivesThemUnderApprovalAlsoThroughOtherGroups() throws Exception {
    for (String id : List.of("ivy", "jon", "kim")) {
      assertEquals(201, post("/v1/principals", principal(id, "app-owner")).statusCode());
    }
    assertEquals(201, post("/v1/groups", group("inner", "[\"ivy\"]", "[]")).statusCode());
    assertEquals(201, post("/v1/groups", group("plain", "[\"ivy\"]", "[]")).statusCode());
    String outer = group("outer", "[\"group:inner\"]", "[\"crypto-officer\"]");
    HttpResponse<String> made = post("/v1/groups", outer);
    waiting(made);
    assertEquals(404, plane.get("auditor", "/v1/groups/outer").statusCode());
    done(made);

    HttpResponse<String> joins = put("/v1/groups/inner", "{\"members\":[\"ivy\",\"jon\"]}");
    waiting(joins);
    done(joins);
    assertEquals(
        200,
        put("/v1/groups/plain", "{\"members\":[\"ivy\",\"kim\"]}").statusCode(),
        "it gives nobody anything");
    waiting(put("/v1/groups/plain", "{\"members\":[\"kim\"],\"roles\":[\"platform-admin\"]}"));

    // Whoever has jon's token is a crypto-officer, by the group.
    String token = TestPlane.freshToken();
    HttpResponse<String> asked = post("/v1/principals/jon/token", TestPlane.tokenDocument(token));
    assertFalse(waiting(asked).encode().contains(token));
    assertEquals(401, orphans(token));
    JsonObject answered = done(asked);
    assertEquals(204, answered.getJsonObject("answer").getInteger("status"));
    assertEquals(200, orphans(token), "as crypto-officers may");
    assertEquals(
        204,
        post("/v1/principals/kim/token", TestPlane.tokenDocument(TestPlane.freshToken()))
            .statusCode());

    done(plane.send(plane.request(ADMIN, "/v1/groups/outer").DELETE()));
    assertEquals(403, orphans(token));
  }

  @Test
  void whoCameLaterUnderTheSameNameIsNotWhoWasApproved() throws Exception {
    assertEquals(201, post("/v1/principals", principal("ned", "app-owner")).statusCode());
    HttpResponse<String> asked = put("/v1/principals/ned", roles("crypto-officer"));
    waiting(asked);
    assertEquals(204, plane.send(plane.request(ADMIN, "/v1/principals/ned").DELETE()).statusCode());
    assertEquals(201, post("/v1/principals", principal("ned", "app-owner")).statusCode());
    JsonObject failed = plane.approve(OTHER, asked);
    assertEquals("FAILED", failed.getString("state"), failed::encode);
    assertEquals(412, failed.getJsonObject("answer").getInteger("status"));
    assertEquals(new JsonArray().add("app-owner"), rolesOf("ned"));
  }

  @Test
  void theOneWhoIsConcernedHasNoSay() throws Exception {
    HttpResponse<String> asked =
        post("/v1/principals/" + OTHER + "/token", TestPlane.tokenDocument(TestPlane.freshToken()));
    JsonObject pending = waiting(asked);
    assertTrue(TestPlane.isProblem(plane.decide(OTHER, pending), ErrorCode.FORBIDDEN));
    HttpResponse<String> rejected =
        plane.post(OTHER, "/v1/approvals/" + pending.getString("id") + "/reject");
    assertTrue(TestPlane.isProblem(rejected, ErrorCode.FORBIDDEN), rejected.body());
  }

  /** Who is an administrator by a group asks and approves as any other. */
  @Test
  void anAdministratorByAGroupAsksAndApproves() throws Exception {
    for (String id : List.of("lea", "max")) {
      assertEquals(201, post("/v1/principals", principal(id, "app-owner")).statusCode());
    }
    done(post("/v1/groups", group("admins", "[\"lea\",\"max\"]", "[\"security-admin\"]")));
    for (String id : List.of("lea", "max")) {
      String token = TestPlane.freshToken();
      done(post("/v1/principals/" + id + "/token", TestPlane.tokenDocument(token)));
      Files.writeString(directory.resolve("tokens/" + id + ".token"), token);
    }
    HttpResponse<String> asked =
        plane.post("lea", "/v1/principals", principal("nia", "platform-admin"), Map.of());
    JsonObject done = plane.approve("max", asked);
    assertEquals("DONE", done.getString("state"), done::encode);
  }

  private static int orphans(String token) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(plane.uri("/v1/orphans"));
    return plane.send(request.header("Authorization", "Bearer " + token)).statusCode();
  }

  private static JsonObject waiting(HttpResponse<String> asked) {
    assertEquals(202, asked.statusCode(), asked.body());
    return new JsonObject(asked.body());
  }

  private static JsonObject done(HttpResponse<String> asked) throws Exception {
    JsonObject done = plane.approve(OTHER, asked);
    assertEquals("DONE", done.getString("state"), done::encode);
    return done;
  }

  private static JsonArray rolesOf(String id) throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/principals/" + id).body())
        .getJsonArray("roles");
  }

  private static String roles(String... roles) {
    return new JsonObject().put("roles", new JsonArray(List.of(roles))).encode();
  }

  private static String principal(String id, String... roles) {
    return new JsonObject(roles(roles)).put("id", id).encode();
  }

  private static String group(String name, String members, String roles) {
    return new JsonObject()
        .put("name", name)
        .put("members", new JsonArray(members))
        .put("roles", new JsonArray(roles))
        .encode();
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return plane.post(ADMIN, path, body, Map.of());
  }

  private static HttpResponse<String> put(String path, String body) throws Exception {
    HttpRequest.Builder request =
        plane.request(ADMIN, path).PUT(HttpRequest.BodyPublishers.ofString(body));
    return plane.send(request.header("Content-Type", "application/json"));
  }
}
