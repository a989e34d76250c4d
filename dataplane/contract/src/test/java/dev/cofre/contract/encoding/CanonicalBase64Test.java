package dev.cofre.contract.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.random.ReplayableRandom;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CanonicalBase64Test {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  /** RFC 4648 §10. */
  @Test
  void vectorsOfTheRfc() {
    String[][] vectors = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"}
    };
    for (String[] vector : vectors) {
      byte[] bytes = vector[0].getBytes(StandardCharsets.US_ASCII);
      assertEquals(vector[1], CanonicalBase64.encode(bytes));
      assertArrayEquals(bytes, CanonicalBase64.decode(vector[1]));
    }
  }

  @Test
  void onlyOneTextStandsForTheBytes() {
    for (int value = 0; value < 64; value++) {
      char last = ALPHABET.charAt(value);
      taken(value % 16 == 0, "A" + last + "==");
      taken(value % 4 == 0, "AA" + last + "=");
    }
  }

  @Test
  void allElseIsRefused() {
    for (String text :
        new String[] {
          "A",
          "AA",
          "AAA",
          "AA=",
          "A===",
          "====",
          "==AA",
          "AA==AA==",
          "AAA=A",
          "A-_A",
          "AA\n=",
          "AAA\n",
          " AAA",
          "AAAA\n",
          "AAA\u0141",
          "\u0410AAA",
          "AAAA=",
          "AA=A",
          "AAAAA==="
        }) {
      taken(false, text);
    }
  }

  @Test
  void anyBytesComeBack() {
    ReplayableRandom random = ReplayableRandom.of("CanonicalBase64Test");
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = random.bytes(random.nextInt(100));
      assertArrayEquals(bytes, CanonicalBase64.decode(CanonicalBase64.encode(bytes)));
    }
  }

  @Test
  void identifiersAreBigEndian() {
    UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    byte[] bytes = Uuids.bytes(id);
    for (int i = 0; i < 16; i++) {
      assertEquals((byte) (i * 0x11), bytes[i]);
    }
    assertEquals(id, Uuids.get(bytes, 0));
  }

  private static void taken(boolean expected, String text) {
    if (expected) {
      assertEquals(text, CanonicalBase64.encode(CanonicalBase64.decode(text)));
    } else {
      assertThrows(IllegalArgumentException.class, () -> CanonicalBase64.decode(text), text);
    }
  }
}
