package dev.cofre.controlplane.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.identity.Caller;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the value stands in a body, and that it does not stay. */
class SecretBodyTest {
  private static final byte[] VALUE = "the value?>".getBytes(UTF_8);
  private static final String CODED = "dGhlIHZhbHVlPz4=";

  private static Call call(String body) {
    RequestFacts facts =
        new RequestFacts(
            "r",
            "127.0.0.1",
            "POST",
            "/v1/secrets",
            Map.of(),
            MultiMap.caseInsensitiveMultiMap(),
            MultiMap.caseInsensitiveMultiMap(),
            body.getBytes(UTF_8));
    Principal principal =
        new Principal("o", "t", Set.of(Role.APP_OWNER), Stamp.created(Instant.EPOCH, "x"));
    return new Call(facts, new Caller(principal, "token"), ManagementAction.SECRET_WRITE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"value\":\"" + CODED + "\"}",
        " {\n\t\"value\" : \"" + CODED + "\" }\n",
        "{\"description\":\"\u00fc\u20ac\ud83d\ude00 \\\"value\\\":\\\"x\\\"\",\"value\":\""
            + CODED
            + "\"}",
        "{\"rotation\":{\"value\":\"YQ==\",\"a\":[\"value\",{\"value\":1}]},\"value\":\""
            + CODED
            + "\"}",
        "{\"value\":\"" + CODED + "\",\"rotation\":{\"value\":\"YQ==\"}}",
      })
  void theValueIsFoundWhereverItStands(String text) {
    Call call = call(text);
    try (SecretBody body = SecretBody.read(call)) {
      assertArrayEquals(VALUE, body.value());
      assertEquals(true, body.fields().get("value"));
      assertFalse(new String(call.knownBy(), UTF_8).contains(CODED));
    }
  }

  @Test
  void itIsOverwrittenAtTheEnd() {
    byte[] value;
    try (SecretBody body = SecretBody.read(call("{\"value\":\"" + CODED + "\"}"))) {
      value = body.value();
      assertArrayEquals(VALUE, value);
    }
    assertArrayEquals(new byte[VALUE.length], value);
  }

  /**
   * Two requests that differ in the value alone are known by the same: it is compared elsewhere.
   */
  @Test
  void aRepetitionIsNotKnownByTheValue() {
    Call one = call("{\"expectedVersion\":1,\"value\":\"" + CODED + "\"}");
    Call other = call("{\"expectedVersion\":1,\"value\":\"YQ==\"}");
    Call third = call("{\"expectedVersion\":2,\"value\":\"YQ==\"}");
    for (Call call : Arrays.asList(one, other, third)) {
      SecretBody.read(call).close();
    }
    assertArrayEquals(one.knownBy(), other.knownBy());
    assertFalse(Arrays.equals(one.knownBy(), third.knownBy()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"value\":\"YQ==",
        "{\"value\":\"YQ==\\",
        "{\"value\":\"YQ==\"",
        "{\"value\":\"YQ==\"}x",
        "{\"value\":\"YQ==\",\"value\":\"YQ==\"}",
        "{\"value\":[\"YQ==\"]}",
        "{\"value\":\"\\uZZZZ\"}",
        "[]",
      })
  void whatIsNoDocumentIsRefused(String text) {
    assertThrows(ProblemException.class, () -> SecretBody.read(call(text)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"value\":\"\\u0059Q==\"}", "{\"value\":\"YQ\"}", "{\"value\":\"\"}"})
  void whatIsNoValueIsNamed(String text) {
    InvalidDocumentException wrong =
        assertThrows(InvalidDocumentException.class, () -> SecretBody.read(call(text)));
    assertEquals("value", wrong.errors().getFirst().field());
    assertFalse(wrong.getMessage().contains("YQ"));
  }
}
