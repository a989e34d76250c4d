package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a key is described by can be changed, within the rules, and by two people for prod's tags.
 */
class KeyDescriptionApiTest {
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

  private static HttpResponse<String> patch(String alias, String body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        plane
            .request("crypto-officer", "/v1/keys/" + alias)
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", "application/json");
    headers.forEach(request::header);
    return plane.send(request);
  }

  /** The key without what it was used for, which is no part of what a change answers. */
  private static JsonObject shown(String alias) throws Exception {
    JsonObject shown = new JsonObject(plane.get("auditor", "/v1/keys/" + alias).body());
    assertNotNull(shown.remove("use"), shown::encode);
    return shown;
  }

  @Test
  void changesWhatIsNamedAndNothingElse() throws Exception {
    JsonObject made = plane.createKey("described");
    String change =
        "{\"owner\":\"team-b\",\"tags\":{\"app\":\"shop\"},\"expiresAt\":\"2098-01-01T00:00:00Z\"}";
    HttpResponse<String> changed = patch("described", change, Map.of("If-Match", "\"1\""));
    assertEquals(200, changed.statusCode(), changed.body());
    JsonObject expected =
        made.copy()
            .put("owner", "team-b")
            .put("tags", new JsonObject().put("app", "shop"))
            .put("expiresAt", "2098-01-01T00:00:00Z")
            .put("revision", 2);
    JsonObject is = shown("described");
    assertEquals(new JsonObject(changed.body()), is);
    assertEquals(expected.put("updatedAt", is.getString("updatedAt")), is);
    assertEquals("\"2\"", changed.headers().firstValue("ETag").orElseThrow());

    assertEquals(200, patch("described", change, Map.of()).statusCode());
    assertEquals(2, shown("described").getInteger("revision"), "nothing to change");
    assertTrue(
        TestPlane.isProblem(
            patch("described", "{\"owner\":\"x\"}", Map.of("If-Match", "\"1\"")),
            ErrorCode.PRECONDITION_FAILED));
    assertEquals(200, plane.post("crypto-officer", "/v1/keys/described/rotate").statusCode());
    assertEquals("team-b", shown("described").getString("owner"), "a rotation keeps it");
  }

  @Test
  void aRepeatedRequestGetsTheFirstAnswer() throws Exception {
    plane.createKey("once");
    Map<String, String> key = Map.of("Idempotency-Key", "change-once");
    HttpResponse<String> first = patch("once", "{\"purpose\":\"other\"}", key);
    assertEquals(200, first.statusCode());
    patch("once", "{\"purpose\":\"third\"}", Map.of());
    assertEquals(first.body(), patch("once", "{\"purpose\":\"other\"}", key).body());
    assertEquals("third", shown("once").getString("purpose"));
  }

  @Test
  void everyWrongFieldIsNamed() throws Exception {
    plane.createKey("strict");
    HttpResponse<String> refused =
        patch(
            "strict",
            "{\"owner\":\"\",\"alias\":\"other\",\"expiresAt\":\"2000-01-01T00:00:00Z\","
                + "\"tags\":{\"UPPER\":\"x\"}}",
            Map.of());
    assertTrue(TestPlane.isProblem(refused, ErrorCode.INVALID_REQUEST), refused.body());
    String fields = new JsonObject(refused.body()).getJsonArray("errors").encode();
    for (String field : new String[] {"owner", "alias", "expiresAt", "tags"}) {
      assertTrue(fields.contains("\"" + field + "\""), fields);
    }
    assertEquals(1, shown("strict").getInteger("revision"));
  }

  @Test
  void theLongestLifeCountsFromTheMaking() throws Exception {
    JsonObject document =
        new JsonObject(TestPlane.keyDocument("short"))
            .put("dataClass", "confidential")
            .put("expiresAt", plane.clock.instant().plusSeconds(86_400).toString());
    assertEquals(
        201, plane.post("crypto-officer", "/v1/keys", document.encode(), Map.of()).statusCode());
    HttpResponse<String> refused =
        patch("short", "{\"expiresAt\":\"2099-01-01T00:00:00Z\"}", Map.of());
    assertTrue(TestPlane.isProblem(refused, ErrorCode.INVALID_REQUEST), refused.body());
    assertTrue(refused.body().contains("3650 days"), refused.body());
  }

  @Test
  void theTagsOfProdNeedAnotherPerson() throws Exception {
    plane.createKey("live", "prod");
    assertEquals(200, patch("live", "{\"owner\":\"team-c\"}", Map.of()).statusCode());
    HttpResponse<String> asked = patch("live", "{\"tags\":{\"app\":\"shop\"}}", Map.of());
    assertEquals(202, asked.statusCode(), asked.body());
    assertEquals(new JsonObject(), shown("live").getJsonObject("tags"));
    assertEquals("DONE", plane.approve("security-admin", asked).getString("state"));
    assertEquals("shop", shown("live").getJsonObject("tags").getString("app"));
  }

  @Test
  void whatHasEndedStaysAsItIs() throws Exception {
    plane.createKey("ended");
    assertEquals(200, plane.post("crypto-officer", "/v1/keys/ended/deactivate").statusCode());
    assertTrue(
        TestPlane.isProblem(
            patch("ended", "{\"expiresAt\":\"2098-01-01T00:00:00Z\"}", Map.of()),
            ErrorCode.CONFLICT));
    assertEquals(200, patch("ended", "{\"owner\":\"team-d\"}", Map.of()).statusCode());
  }
}
