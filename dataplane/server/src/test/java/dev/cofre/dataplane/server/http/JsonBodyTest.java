package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.encoding.CanonicalBase64;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodyTest extends OneNode {
  private static String base64(String text) {
    return CanonicalBase64.encode(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void oneInput() throws Exception {
    JsonObject sealed =
        calls
            .json(
                "/v1/keys/demo/encrypt",
                "{\"plaintext\":\"" + base64("hello") + "\",\"context\":{\"a\":\"1\"}}")
            .json();
    assertEquals(node.keyId.toString(), sealed.getString("key"));
    assertEquals("demo", sealed.getString("alias"));
    assertEquals(1, sealed.getInteger("version"));

    String envelope = sealed.getString("ciphertext");
    JsonObject opened =
        calls
            .json("/v1/decrypt", "{\"ciphertext\":\"" + envelope + "\",\"context\":{\"a\":\"1\"}}")
            .json();
    assertEquals(base64("hello"), opened.getString("plaintext"));
    Calls.Answer wrong =
        calls.json(
            "/v1/decrypt", "{\"ciphertext\":\"" + envelope + "\",\"context\":{\"a\":\"2\"}}");
    assertEquals("400 invalid_ciphertext", wrong.status() + " " + wrong.code());
  }

  @Test
  void base64MayBeWrittenWithEscapesAndStandAnywhere() throws Exception {
    for (String text :
        new String[] {"\"//8=\"", "\"\\/\\/8=\"", "\"\\u002f/8=\"", "  \n \"//8=\" "}) {
      JsonObject sealed =
          calls.json("/v1/keys/demo/encrypt", "{ \"plaintext\" :" + text + "}").json();
      String opened =
          calls
              .json("/v1/decrypt", "{\"ciphertext\":\"" + sealed.getString("ciphertext") + "\"}")
              .json()
              .getString("plaintext");
      assertEquals("//8=", opened, text);
    }
    assertEquals(400, calls.json("/v1/keys/demo/encrypt", "{\"plaintext\":\"//8=").status());
  }

  @Test
  void rawAndJsonShareOneContextForm() throws Exception {
    Calls.Answer raw =
        calls.post(
            "/v1/keys/demo/encrypt",
            TestNode.APP_TOKEN,
            Calls.RAW,
            new byte[] {1},
            java.util.Map.of("Encryption-Context", "b=2,a=%F0%9F%94%91"));
    JsonObject body =
        new JsonObject()
            .put("ciphertext", CanonicalBase64.encode(raw.body()))
            .put("context", new JsonObject().put("a", "\uD83D\uDD11").put("b", "2"));
    assertEquals(200, calls.json("/v1/decrypt", body.encode()).status());
  }

  @Test
  void itemsHaveOutcomesOfTheirOwn() throws Exception {
    String body =
        "{\"items\":[{\"plaintext\":\""
            + base64("one")
            + "\"},{\"plaintext\":\"not base64\"},{\"plaintext\":\"AA==\",\"context\":{\"k\":7}},"
            + "{\"plaintext\":\"AB==\"},{},{\"plaintext\":\"\",\"context\":{\"k\":\"v\"}},{\"plaintext\":\"AA==\",\"context\":{\"k\":\"\\ud800\"}},"
            + "{\"plaintext\":\"AA==\",\"context\":{\"k\":\"1\",\"k\":\"2\"}}]}";
    Calls.Answer answer = calls.json("/v1/keys/demo/encrypt", body);
    assertEquals(200, answer.status());
    JsonArray items = answer.json().getJsonArray("items");
    assertEquals(8, items.size());
    boolean[] well = {true, false, false, false, false, true, false, false};
    for (int i = 0; i < well.length; i++) {
      JsonObject item = items.getJsonObject(i);
      assertEquals(well[i], item.containsKey("ciphertext"), "item " + i + ": " + item);
      if (!well[i]) {
        assertEquals("invalid_request", item.getJsonObject("error").getString("code"));
        assertNotNull(item.getJsonObject("error").getString("message"));
      }
    }
    JsonArray back = new JsonArray();
    back.add(new JsonObject().put("ciphertext", items.getJsonObject(0).getString("ciphertext")));
    back.add(new JsonObject().put("ciphertext", items.getJsonObject(5).getString("ciphertext")));
    back.add(new JsonObject().put("ciphertext", base64("no envelope")));
    JsonArray opened =
        calls
            .json("/v1/decrypt", new JsonObject().put("items", back).encode())
            .json()
            .getJsonArray("items");
    assertEquals(base64("one"), opened.getJsonObject(0).getString("plaintext"));
    assertEquals(
        "invalid_ciphertext", opened.getJsonObject(1).getJsonObject("error").getString("code"));
    assertEquals(
        "invalid_ciphertext", opened.getJsonObject(2).getJsonObject("error").getString("code"));
    JsonArray moved =
        calls
            .json("/v1/reencrypt", new JsonObject().put("items", back).encode())
            .json()
            .getJsonArray("items");
    assertTrue(moved.getJsonObject(0).containsKey("ciphertext"));
    assertTrue(moved.getJsonObject(1).containsKey("error"));
  }

  @Test
  void dataKeysAreHandedOutAndUnwrapped() throws Exception {
    String context = "\"context\":{\"purpose\":\"files\"}";
    JsonObject made =
        calls
            .json(
                "/v1/keys/demo/data-keys", "{" + context + ",\"bytes\":32,\"withPlaintext\":true}")
            .json();
    assertEquals(32, CanonicalBase64.decode(made.getString("plaintext")).length);
    assertEquals(300, made.getInteger("ttlSeconds"));
    String wrapped = made.getString("wrapped");

    JsonObject unwrapped =
        calls
            .json("/v1/data-keys/unwrap", "{\"wrapped\":\"" + wrapped + "\"," + context + "}")
            .json();
    assertEquals(made.getString("plaintext"), unwrapped.getString("plaintext"));
    assertEquals(made.getString("key"), unwrapped.getString("key"));

    assertFalse(
        calls
            .json("/v1/keys/demo/data-keys", "{\"withPlaintext\":false}")
            .json()
            .containsKey("plaintext"));
    assertEquals(
        "invalid_ciphertext",
        calls.json("/v1/data-keys/unwrap", "{\"wrapped\":\"" + wrapped + "\"}").code());
  }

  @Test
  void onlyCallerDataKeysAreUnwrapped() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/demo/encrypt", new byte[10]).body();
    String service = CanonicalBase64.encode(java.util.Arrays.copyOf(envelope, 104));
    for (String wrapped : new String[] {service, CanonicalBase64.encode(envelope), "", "AAAA"}) {
      Calls.Answer answer = calls.json("/v1/data-keys/unwrap", "{\"wrapped\":\"" + wrapped + "\"}");
      assertEquals("400 invalid_ciphertext", answer.status() + " " + answer.code());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"plaintext\":\"AA==\"} x",
        "{\"plaintext\":\"AA==\",\"plaintext\":\"AA==\"}",
        "{\"plaintext\":\"AA==\",\"contxt\":{}}",
        "{\"plaintext\":\"AA\"}",
        "{\"plaintext\":\"AB==\"}",
        "{\"plaintext\":\"A A=\"}",
        "{\"plaintext\":7}",
        "{\"plaintext\":\"AA==\",\"context\":[]}",
        "{\"plaintext\":\"AA==\",\"context\":{\"\":\"v\"}}",
        "{\"plaintext\":\"AA==\",\"context\":{\"k\":\"\\udc00\"}}",
        "{\"plaintext\":\"AA==\",\"context\":{\"k\":\"1\",\"k\":\"2\"}}",
        "{\"plaintext\":\"AA==\",\"bytes\":32}",
        "{\"plaintext\":\"AA==\",\"items\":[]}",
        "{\"items\":[7]}",
        "{\"items\":{}}",
        "{\"items\":[]}"
      })
  void malformedBodiesAreTold(String body) throws Exception {
    Calls.Answer answer = calls.json("/v1/keys/demo/encrypt", body);
    assertEquals("400 invalid_request", answer.status() + " " + answer.code(), body);
    assertFalse(answer.json().getString("detail").isEmpty());
  }

  @Test
  void whatACallerWritesIntoEnvelopesDoesNotMultiplyEvents() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/demo/encrypt", new byte[1]).body();
    StringBuilder body = new StringBuilder("{\"items\":[");
    for (int i = 0; i < 500; i++) {
      envelope[28] = (byte) i;
      envelope[29] = (byte) (i >> 8);
      body.append(i == 0 ? "" : ",")
          .append("{\"ciphertext\":\"")
          .append(CanonicalBase64.encode(envelope));
      body.append("\",\"context\":{\"k").append(i).append("\":\"v\"}}");
    }
    Calls.Answer answer = calls.json("/v1/decrypt", body.append("]}").toString());
    String id = answer.response().headers().firstValue("Request-Id").orElseThrow();
    assertEquals(1, node.auditLines().stream().filter(line -> line.contains(id)).count());
  }

  @Test
  void textsAsLongAsABodyMayBeAreRead() throws Exception {
    String body = "{\"plaintext\":\"" + CanonicalBase64.encode(new byte[15_900_000]) + "\"}";
    Calls.Answer answer = calls.json("/v1/keys/demo/encrypt", body);
    assertEquals("413 payload_too_large", answer.status() + " " + answer.code());
  }

  @Test
  void bodiesAreUtf8Alone() throws Exception {
    byte[] utf16 = "{\"plaintext\":\"AA==\"}".getBytes(StandardCharsets.UTF_16BE);
    Calls.Answer answer =
        calls.post(
            "/v1/keys/demo/encrypt", TestNode.APP_TOKEN, Calls.JSON, utf16, java.util.Map.of());
    assertEquals("400 invalid_request", answer.status() + " " + answer.code());
  }

  @Test
  void limitsAreTold() throws Exception {
    String tooLong =
        "{\"plaintext\":\"" + CanonicalBase64.encode(new byte[4 * 1024 * 1024 + 1]) + "\"}";
    Calls.Answer single = calls.json("/v1/keys/demo/encrypt", tooLong);
    assertEquals("413 payload_too_large", single.status() + " " + single.code());
    StringBuilder many = new StringBuilder("{\"items\":[");
    for (int i = 0; i <= 10_000; i++) {
      many.append(i == 0 ? "" : ",").append("{\"plaintext\":\"\"}");
    }
    Calls.Answer items = calls.json("/v1/keys/demo/encrypt", many.append("]}").toString());
    assertEquals("413 payload_too_large", items.status() + " " + items.code());
    Calls.Answer body = calls.json("/v1/keys/demo/encrypt", " ".repeat(33 * 1024 * 1024));
    assertEquals("413 payload_too_large", body.status() + " " + body.code());
  }

  @Test
  void fullLimitsAreServed() throws Exception {
    String largest =
        "{\"plaintext\":\"" + CanonicalBase64.encode(new byte[4 * 1024 * 1024]) + "\"}";
    Calls.Answer sealed = calls.json("/v1/keys/demo/encrypt", largest);
    assertEquals(200, sealed.status());
    String envelope = sealed.json().getString("ciphertext");
    assertEquals(200, calls.json("/v1/decrypt", "{\"ciphertext\":\"" + envelope + "\"}").status());
  }
}
