package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.snapshot.wire.KeyState;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawBodyTest extends OneNode {
  private static byte[] plaintext(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] encrypt(byte[] plaintext) throws Exception {
    Calls.Answer answer = calls.raw("/v1/keys/demo/encrypt", plaintext);
    assertEquals(
        200,
        answer.status(),
        () -> new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
    return answer.body();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 65_535, 65_536, 65_537, 131_072, 1_000_000})
  void decryptsWhatItEncrypted(int length) throws Exception {
    byte[] plaintext = plaintext(length);
    byte[] envelope = encrypt(plaintext);
    assertEquals(EnvelopeFormat.envelopeLength(length), envelope.length);

    Calls.Answer answer = calls.raw("/v1/decrypt", envelope);

    assertEquals(200, answer.status());
    assertArrayEquals(plaintext, answer.body());
  }

  @Test
  void anEnvelopeNamesItsKeyByIdAndByAlias() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/" + node.keyId + "/encrypt", plaintext(10)).body();
    assertArrayEquals(plaintext(10), calls.raw("/v1/decrypt", envelope).body());
  }

  @Test
  void everyFlippedBitIsInvalidCiphertext() throws Exception {
    byte[] envelope = encrypt(plaintext(3));
    for (int bit = 0; bit < envelope.length * 8; bit++) {
      byte[] changed = envelope.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Calls.Answer answer = calls.raw("/v1/decrypt", changed);
      assertEquals("400 invalid_ciphertext", answer.status() + " " + answer.code(), "bit " + bit);
    }
  }

  @Test
  void everyCutIsInvalidCiphertext() throws Exception {
    byte[] envelope = encrypt(plaintext(3));
    for (int length = 0; length < envelope.length; length++) {
      Calls.Answer answer = calls.raw("/v1/decrypt", Arrays.copyOf(envelope, length));
      assertEquals(
          "400 invalid_ciphertext", answer.status() + " " + answer.code(), "length " + length);
    }
    Calls.Answer longer = calls.raw("/v1/decrypt", Arrays.copyOf(envelope, envelope.length + 1));
    assertEquals("400 invalid_ciphertext", longer.status() + " " + longer.code());
  }

  @Test
  void aStreamThatFailsAfterItsFirstByteHasNoEnd() throws Exception {
    byte[] envelope = encrypt(plaintext(300_000));
    envelope[envelope.length - 1] ^= 1;
    boolean failed = false;
    try {
      calls.raw("/v1/decrypt", envelope);
    } catch (java.io.IOException e) {
      failed = true;
    }
    assertTrue(failed, "a cut answer must not look whole");
    assertTrue(
        node.auditLines().stream()
            .anyMatch(
                line -> line.contains("\"phase\":\"end\"") && line.contains("invalid_ciphertext")));
  }

  @Test
  void aStreamWhoseFirstSegmentIsWrongIsAProblem() throws Exception {
    byte[] envelope = encrypt(plaintext(300_000));
    envelope[EnvelopeFormat.HEADER_LENGTH] ^= 1;
    Calls.Answer answer = calls.raw("/v1/decrypt", envelope);
    assertEquals("400 invalid_ciphertext", answer.status() + " " + answer.code());
  }

  @Test
  void swappedSegmentsFail() throws Exception {
    byte[] envelope = encrypt(plaintext(200_000));
    byte[] swapped = envelope.clone();
    int first = EnvelopeFormat.HEADER_LENGTH;
    int second = first + EnvelopeFormat.SEGMENT_LENGTH;
    System.arraycopy(envelope, second, swapped, first, EnvelopeFormat.SEGMENT_LENGTH);
    System.arraycopy(envelope, first, swapped, second, EnvelopeFormat.SEGMENT_LENGTH);
    assertEquals("invalid_ciphertext", calls.raw("/v1/decrypt", swapped).code());
  }

  @Test
  void theContextIsBound() throws Exception {
    Map<String, String> context = Map.of("Encryption-Context", "purpose=test,n=%C3%A4%2C");
    for (int length : new int[] {5, 100_000}) {
      byte[] envelope =
          calls
              .post(
                  "/v1/keys/demo/encrypt",
                  TestNode.APP_TOKEN,
                  Calls.RAW,
                  plaintext(length),
                  context)
              .body();
      assertArrayEquals(
          plaintext(length),
          calls.post("/v1/decrypt", TestNode.APP_TOKEN, Calls.RAW, envelope, context).body());
      assertEquals("invalid_ciphertext", calls.raw("/v1/decrypt", envelope).code());
      Map<String, String> other = Map.of("Encryption-Context", "purpose=other");
      assertEquals(
          "invalid_ciphertext",
          calls.post("/v1/decrypt", TestNode.APP_TOKEN, Calls.RAW, envelope, other).code());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 65_536, 200_000})
  void reencryptKeepsPlaintextAndContext(int length) throws Exception {
    Map<String, String> context = Map.of("Encryption-Context", "a=b");
    byte[] envelope =
        calls
            .post(
                "/v1/keys/demo/encrypt", TestNode.APP_TOKEN, Calls.RAW, plaintext(length), context)
            .body();
    Calls.Answer again =
        calls.post("/v1/reencrypt", TestNode.APP_TOKEN, Calls.RAW, envelope, context);
    assertEquals(200, again.status());
    assertArrayEquals(
        plaintext(length),
        calls.post("/v1/decrypt", TestNode.APP_TOKEN, Calls.RAW, again.body(), context).body());
    Calls.Answer moved =
        calls.post("/v1/reencrypt?key=other", TestNode.APP_TOKEN, Calls.RAW, envelope, context);
    assertEquals(200, moved.status());
    Calls.Answer unreadable =
        calls.post("/v1/decrypt", TestNode.APP_TOKEN, Calls.RAW, moved.body(), context);
    assertEquals("403 forbidden", unreadable.status() + " " + unreadable.code());
  }

  @Test
  void aDisabledKeyAnswersInBothDirections() throws Exception {
    byte[] envelope = encrypt(plaintext(100));
    byte[] stream = encrypt(plaintext(100_000));
    node.publish(KeyState.KEY_STATE_DISABLED);
    try {
      for (Calls.Answer answer :
          new Calls.Answer[] {
            calls.raw("/v1/keys/demo/encrypt", plaintext(10)),
            calls.raw("/v1/keys/demo/encrypt", plaintext(100_000)),
            calls.raw("/v1/decrypt", envelope),
            calls.raw("/v1/decrypt", stream),
            calls.raw("/v1/reencrypt", envelope)
          }) {
        assertEquals("409 key_disabled", answer.status() + " " + answer.code());
      }
    } finally {
      node.publish(KeyState.KEY_STATE_ACTIVE);
    }
    assertArrayEquals(plaintext(100), calls.raw("/v1/decrypt", envelope).body());
  }

  @Test
  void afterARotationOldEnvelopesDecryptAndNewOnesNameTheNewVersion() throws Exception {
    byte[] old = encrypt(plaintext(7));
    node.rotate();
    byte[] fresh = encrypt(plaintext(7));
    assertEquals(1, old[27]);
    assertEquals(2, fresh[27]);
    assertArrayEquals(plaintext(7), calls.raw("/v1/decrypt", old).body());
    assertArrayEquals(plaintext(7), calls.raw("/v1/decrypt", fresh).body());
    byte[] moved = calls.raw("/v1/reencrypt", old).body();
    assertEquals(2, moved[27]);
  }

  @Test
  void everyAnswerIsOnTheLog() throws Exception {
    Calls.Answer answer = calls.raw("/v1/keys/demo/encrypt", plaintext(42));
    String requestId = answer.response().headers().firstValue("Request-Id").orElseThrow();
    String line =
        node.auditLines().stream().filter(one -> one.contains(requestId)).findFirst().orElseThrow();
    assertTrue(
        line.contains("\"action\":\"encrypt\"")
            && line.contains("\"bytes\":42")
            && line.contains("\"principal\":\"app\""),
        line);
  }
}
