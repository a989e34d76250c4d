package dev.cofre.dataplane.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Quotas of principals and tenants, over every kind of call. */
class QuotaTest extends NodeEach {
  @Test
  void theDaysUsesOfAPrincipalEnd() throws Exception {
    byte[] envelope = encrypt().body();
    node.publishQuota("app", 0, 5);
    assertEquals(200, encrypt().status());
    assertEquals(200, calls.raw("/v1/keys/demo/encrypt", new byte[200_000]).status(), "a stream");
    assertEquals(200, calls.raw("/v1/decrypt", envelope).status());
    assertEquals(200, calls.json("/v1/keys/demo/data-keys", "{}").status());
    String b64 = Base64.getEncoder().encodeToString(envelope);
    String item = "{\"ciphertext\":\"" + b64 + "\"}";
    JsonArray opened =
        calls
            .json("/v1/decrypt", "{\"items\":[" + item + "," + item + "]}")
            .json()
            .getJsonArray("items");
    assertNull(opened.getJsonObject(0).getJsonObject("error"), "the fifth");
    assertEquals(
        "quota_exceeded", opened.getJsonObject(1).getJsonObject("error").getString("code"));

    Calls.Answer refused = encrypt();
    assertEquals("429 quota_exceeded", refused.status() + " " + refused.code());
    long after =
        Long.parseLong(refused.response().headers().firstValue("Retry-After").orElseThrow());
    long left = 86_400L - LocalTime.ofInstant(node.clock.instant(), ZoneOffset.UTC).toSecondOfDay();
    assertTrue(Math.abs(after - left) < 60 || after > 86_340, after + " s, the day has " + left);
    assertTrue(
        node.auditLines().stream().anyMatch(line -> line.contains("\"code\":\"quota_exceeded\"")));
  }

  @Test
  void aTenantsQuotaCountsForAllOfIt() throws Exception {
    node.publishQuota("", 0, 3);
    assertEquals(
        200,
        calls
            .json(
                "/v1/keys/demo/encrypt", "{\"items\":[{\"plaintext\":\"\"},{\"plaintext\":\"\"}]}")
            .status());
    Calls.Answer tooMany =
        calls.json(
            "/v1/keys/demo/encrypt", "{\"items\":[{\"plaintext\":\"\"},{\"plaintext\":\"\"}]}");
    assertTrue(
        new String(tooMany.body(), UTF_8).contains("quota_exceeded"), "two, and one is left");
    node.publishQuota("", 0, 100);
    assertEquals(200, encrypt().status(), "a larger one is in force at once");
  }

  private Calls.Answer encrypt() throws Exception {
    return calls.raw("/v1/keys/demo/encrypt", new byte[5]);
  }
}
