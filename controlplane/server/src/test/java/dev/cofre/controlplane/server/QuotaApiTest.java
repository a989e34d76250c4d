package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.snapshot.wire.SignedStatement;
import dev.cofre.contract.snapshot.wire.Statement;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quotas as documents, and how they reach data planes. */
class QuotaApiTest {
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

  private static HttpResponse<String> put(String quota, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        plane
            .request("security-admin", "/v1/quotas/" + quota)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return plane.send(request);
  }

  @Test
  void isSetChangedListedAndRemoved() throws Exception {
    HttpResponse<String> made = put("app", "{\"perSecond\":10,\"perDay\":1000}");
    assertEquals(200, made.statusCode(), made.body());
    assertEquals("\"1\"", made.headers().firstValue("ETag").orElseThrow());
    HttpResponse<String> tenant = put("*", "{\"perDay\":5000}");
    assertEquals(200, tenant.statusCode(), tenant.body());
    assertFalse(new JsonObject(tenant.body()).containsKey("perSecond"));
    assertEquals(412, put("app", "{\"perDay\":1}", "If-Match", "\"9\"").statusCode());
    assertEquals(200, put("app", "{\"perSecond\":20}", "If-Match", "\"1\"").statusCode());

    Statement all = statement();
    assertEquals(2, all.getQuotasCount());
    assertTrue(
        all.getQuotasList().stream()
            .anyMatch(
                quota ->
                    quota.getPrincipal().equals("app")
                        && quota.getPerSecond() == 20
                        && quota.getPerDay() == 0));
    assertTrue(
        all.getQuotasList().stream()
            .anyMatch(quota -> quota.getPrincipal().isEmpty() && quota.getPerDay() == 5_000));
    assertEquals(1, all.getNodes(), "the one that asks");

    JsonObject listed = new JsonObject(plane.get("auditor", "/v1/quotas").body());
    assertEquals(2, listed.getJsonArray("items").size());
    HttpRequest.Builder delete = plane.request("security-admin", "/v1/quotas/app").DELETE();
    assertEquals(204, plane.send(delete).statusCode());
    assertEquals(404, plane.get("auditor", "/v1/quotas/app").statusCode());
    assertEquals(1, statement().getQuotasCount());
  }

  @Test
  void toRaiseOneInProdNeedsAnother() throws Exception {
    plane.createKey("prod-quota", "prod");
    String principal = "{\"id\":\"payer\",\"roles\":[\"workload\"]}";
    assertEquals(
        201, plane.post("security-admin", "/v1/principals", principal, Map.of()).statusCode());
    assertEquals(200, put("payer", "{\"perSecond\":10}").statusCode(), "one where there was none");
    assertEquals(200, put("payer", "{\"perSecond\":20}").statusCode(), "no grant in prod");
    String policy =
        "{\"name\":\"payer\",\"statements\":[{\"effect\":\"allow\",\"principals\":[\"payer\"],"
            + "\"actions\":[\"encrypt\"],\"keys\":[\"prod-quota\"]}]}";
    plane.approve(
        "security-admin-2", plane.post("security-admin", "/v1/policies", policy, Map.of()));

    assertEquals(200, put("payer", "{\"perSecond\":5}").statusCode(), "less");
    for (String more : new String[] {"{\"perSecond\":6}", "{\"perDay\":1000000}"}) {
      HttpResponse<String> asked = put("payer", more);
      assertEquals(202, asked.statusCode(), more);
      assertEquals(5, quota("payer").getInteger("perSecond"), "as it was");
    }
    HttpResponse<String> asked = put("payer", "{\"perSecond\":7}");
    assertEquals("DONE", plane.approve("security-admin-2", asked).getString("state"));
    assertEquals(7, quota("payer").getInteger("perSecond"));
    HttpRequest.Builder delete = plane.request("security-admin", "/v1/quotas/payer").DELETE();
    HttpResponse<String> removal = plane.send(delete);
    assertEquals(202, removal.statusCode(), removal.body());
    assertEquals("DONE", plane.approve("security-admin-2", removal).getString("state"));
    assertEquals(404, plane.get("auditor", "/v1/quotas/payer").statusCode());
  }

  private static JsonObject quota(String principal) throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/quotas/" + principal).body());
  }

  @Test
  void refusesWhatIsNoQuota() throws Exception {
    for (String body :
        new String[] {
          "{}",
          "{\"perDay\":0}",
          "{\"perSecond\":-1}",
          "{\"perSecond\":1,\"more\":1}",
          "{\"perSecond\":10000001}",
          "{\"perDay\":\"1\"}"
        }) {
      assertTrue(TestPlane.isProblem(put("bad", body), ErrorCode.INVALID_REQUEST), body);
    }
    assertTrue(
        TestPlane.isProblem(put("%20", "{\"perDay\":1}"), ErrorCode.INVALID_REQUEST), "a blank id");
  }

  private static Statement statement() throws Exception {
    String path = "/v1/snapshots/statement?" + TestPlane.NODE + "&nonce=" + "ab".repeat(16);
    byte[] body =
        plane
            .http
            .send(plane.request("node", path).build(), HttpResponse.BodyHandlers.ofByteArray())
            .body();
    return Statement.parseFrom(SignedStatement.parseFrom(body).getStatement());
  }
}
