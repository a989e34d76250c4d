package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.ContextCondition;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyConditions;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.SourceNetwork;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conditions decide on each item's own context, on each way into the node. */
class ConditionalPolicyTest extends NodeEach {
  private String ofTeamA;
  private String ofTeamB;

  @BeforeEach
  void narrow() throws Exception {
    ofTeamA = encrypt("a");
    ofTeamB = encrypt("b");
    node.publishPolicy(teamA(PolicyConditions.newBuilder()));
  }

  private Policy teamA(PolicyConditions.Builder conditions) {
    return Policy.newBuilder()
        .setId("p1")
        .setTenant("default")
        .addStatements(
            PolicyStatement.newBuilder()
                .setEffect(Effect.EFFECT_ALLOW)
                .addPrincipals("app")
                .addAllActions(
                    List.of("encrypt", "decrypt", "data-key:generate", "data-key:unwrap"))
                .addKeys(ByteString.copyFrom(Uuids.bytes(node.keyId)))
                .setConditions(
                    conditions.addContext(
                        ContextCondition.newBuilder().setKey("team").addValues("a"))))
        .build();
  }

  private String encrypt(String team) throws Exception {
    return calls
        .json("/v1/keys/demo/encrypt", item("plaintext", team, "aGk="))
        .json()
        .getString("ciphertext");
  }

  private static String item(String field, String team, String value) {
    return "{\"" + field + "\":\"" + value + "\",\"context\":{\"team\":\"" + team + "\"}}";
  }

  @Test
  void singlesAndBatches() throws Exception {
    assertEquals(200, calls.json("/v1/keys/demo/encrypt", item("plaintext", "a", "")).status());
    Calls.Answer refused = calls.json("/v1/keys/demo/encrypt", item("plaintext", "b", ""));
    assertEquals("forbidden", refused.code());
    assertEquals("forbidden", calls.json("/v1/decrypt", item("ciphertext", "b", ofTeamB)).code());
    assertEquals(200, calls.json("/v1/decrypt", item("ciphertext", "a", ofTeamA)).status());

    JsonArray sealed =
        calls
            .json(
                "/v1/keys/demo/encrypt",
                "{\"items\":["
                    + item("plaintext", "b", "aGk=")
                    + ","
                    + item("plaintext", "a", "aGk=")
                    + "]}")
            .json()
            .getJsonArray("items");
    assertEquals("forbidden", code(sealed, 0));
    assertNull(code(sealed, 1));
    JsonArray opened =
        calls
            .json(
                "/v1/decrypt",
                "{\"items\":["
                    + item("ciphertext", "b", ofTeamB)
                    + ","
                    + item("ciphertext", "a", ofTeamA)
                    + ","
                    + item("ciphertext", "b", ofTeamB)
                    + "]}")
            .json()
            .getJsonArray("items");
    assertEquals("forbidden", code(opened, 0));
    assertEquals("aGk=", opened.getJsonObject(1).getString("plaintext"));
    assertEquals("forbidden", code(opened, 2));
    assertTrue(
        node.auditLines().stream()
            .anyMatch(line -> line.contains("forbidden") && line.contains(node.keyId.toString())));
  }

  private static String code(JsonArray items, int item) {
    JsonObject error = items.getJsonObject(item).getJsonObject("error");
    return error == null ? null : error.getString("code");
  }

  @Test
  void streamsAndDataKeys() throws Exception {
    byte[] plaintext = new byte[200_000];
    for (String team : List.of("a", "b")) {
      Map<String, String> header = Map.of("Encryption-Context", "team=" + team);
      int expected = team.equals("a") ? 200 : 403;
      assertEquals(
          expected,
          calls
              .post("/v1/keys/demo/encrypt", TestNode.APP_TOKEN, Calls.RAW, plaintext, header)
              .status());
      byte[] envelope = CanonicalBase64.decode(team.equals("a") ? ofTeamA : ofTeamB);
      assertEquals(
          expected,
          calls.post("/v1/decrypt", TestNode.APP_TOKEN, Calls.RAW, envelope, header).status());
      assertEquals(
          expected,
          calls.post("/v1/reencrypt", TestNode.APP_TOKEN, Calls.RAW, envelope, header).status());
      assertEquals(
          expected,
          calls
              .json("/v1/keys/demo/data-keys", "{\"context\":{\"team\":\"" + team + "\"}}")
              .status());
    }
  }

  @Test
  void aRateIsUsedUpItemByItem() throws Exception {
    node.publishPolicy(teamA(PolicyConditions.newBuilder().setPerDay(3)));
    String item = item("plaintext", "a", "");
    assertEquals(200, calls.json("/v1/keys/demo/encrypt", item).status());
    String three = "{\"items\":[" + item + "," + item + "," + item + "]}";
    Calls.Answer refused = calls.json("/v1/keys/demo/encrypt", three);
    assertEquals("quota_exceeded", refused.code());
    assertTrue(refused.response().headers().firstValue("Retry-After").isPresent());
    assertEquals(200, calls.json("/v1/keys/demo/encrypt", item).status());
    JsonArray opened =
        calls
            .json(
                "/v1/decrypt",
                "{\"items\":["
                    + item("ciphertext", "a", ofTeamA)
                    + ","
                    + item("ciphertext", "a", ofTeamA)
                    + "]}")
            .json()
            .getJsonArray("items");
    assertNull(code(opened, 0));
    assertEquals("quota_exceeded", code(opened, 1));
  }

  @Test
  void theCallersAddressAndAuthentication() throws Exception {
    byte[] loopback = {127, 0, 0, 0};
    SourceNetwork.Builder network =
        SourceNetwork.newBuilder().setAddress(ByteString.copyFrom(loopback)).setPrefixLength(8);
    String body = item("plaintext", "a", "");
    node.publishPolicy(teamA(PolicyConditions.newBuilder().addNetworks(network)));
    assertEquals(200, calls.json("/v1/keys/demo/encrypt", body).status());
    node.publishPolicy(
        teamA(PolicyConditions.newBuilder().addNetworks(network.setPrefixLength(32))));
    assertEquals(403, calls.json("/v1/keys/demo/encrypt", body).status());
    node.publishPolicy(teamA(PolicyConditions.newBuilder().setAuthentication("mtls")));
    assertEquals(403, calls.json("/v1/keys/demo/encrypt", body).status());
  }
}
