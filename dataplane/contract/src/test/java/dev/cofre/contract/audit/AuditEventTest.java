package dev.cofre.contract.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AuditEventTest {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

  @Test
  void allFieldsInOrder() {
    AuditEvent event =
        AuditEvent.of(TIME, "node-1", "r1", "decrypt")
            .caller("app", "token", "127.0.0.1")
            .key("k1")
            .used(3, "d1")
            .amount(2, 2048)
            .contextKeys(List.of("a", "b"))
            .phase("end")
            .failed("invalid_ciphertext")
            .build();
    assertEquals(
        "{\"v\":1,\"time\":\"2026-01-02T03:04:05.678Z\",\"node\":\"node-1\",\"requestId\":\"r1\","
            + "\"principal\":\"app\",\"authentication\":\"token\",\"address\":\"127.0.0.1\","
            + "\"action\":\"decrypt\",\"key\":\"k1\",\"keyVersion\":3,\"dataKeyId\":\"d1\","
            + "\"items\":2,\"bytes\":2048,\"contextKeys\":[\"a\",\"b\"],\"phase\":\"end\","
            + "\"outcome\":\"failed\",\"code\":\"invalid_ciphertext\"}",
        event.toJson());
  }

  @Test
  void whatIsAbsentIsLeftOut() {
    assertEquals(
        "{\"v\":1,\"time\":\"2026-01-02T03:04:05.678Z\",\"node\":\"n\",\"requestId\":\"r\","
            + "\"authentication\":\"none\",\"action\":\"encrypt\",\"phase\":\"whole\","
            + "\"outcome\":\"denied\",\"code\":\"unauthenticated\"}",
        AuditEvent.of(TIME, "n", "r", "encrypt").denied("unauthenticated").build().toJson());
  }

  @Test
  void idsAreWrittenAsText() {
    UUID key = new UUID(1, 2);
    UUID dataKey = new UUID(3, 4);
    AuditEvent event =
        AuditEvent.of(TIME, "n", "r", "a").keyId(key).usedDataKey(1, dataKey).build();
    assertEquals(key.toString(), event.key());
    assertEquals(dataKey.toString(), event.dataKeyId());
    assertEquals(
        AuditEvent.of(TIME, "n", "r", "a")
            .key(event.key())
            .used(1, event.dataKeyId())
            .build()
            .toJson(),
        event.toJson());
  }

  @Test
  void zeroIsNotAbsent() {
    String json = AuditEvent.of(TIME, "n", "r", "a").amount(0, 0).used(0, null).build().toJson();
    assertEquals(
        "\"keyVersion\":0,\"items\":0,\"bytes\":0",
        json.substring(json.indexOf("\"keyVersion"), json.indexOf(",\"phase")));
  }

  /** One event is one line, whatever a caller put into a name. */
  @Test
  void nothingBreaksTheLine() {
    String nasty = "a\"b\\c\nd\re\tf\u0000\u001f\u007f\u0085\u2028\u2029\ud800\udc00\ud800";
    String json = AuditEvent.of(TIME, "n", "r", "a").key(nasty).build().toJson();
    assertEquals(
        "\"a\\\"b\\\\c\\u000ad\\u000de\\u0009f\\u0000\\u001f\\u007f\\u0085\\u2028\\u2029"
            + "\\ud800\\udc00\\ud800\"",
        json.substring(json.indexOf("\"key\":") + 6, json.indexOf(",\"phase")));
    assertFalse(
        json.chars().anyMatch(c -> c < 0x20 || c == 0x85 || c == 0x2028 || c == 0x2029), json);
  }
}
