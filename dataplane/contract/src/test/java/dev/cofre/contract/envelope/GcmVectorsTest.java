package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.vectors.NistVectors;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** NIST's CAVP cases for AES-256-GCM with an IV of 96 and a tag of 128 bits. */
class GcmVectorsTest {
  private static final HexFormat HEX = HexFormat.of();

  private final JcaAead aead = new JcaAead();

  @Test
  void seals() {
    List<Map<String, String>> cases = cases("gcmEncryptExtIV256.rsp");
    assertEquals(375, cases.size());
    for (Map<String, String> c : cases) {
      byte[] plaintext = bytes(c, "PT");
      byte[] out = new byte[plaintext.length + 16];
      aead.key(bytes(c, "Key"), 0);
      int written =
          aead.seal(bytes(c, "IV"), bytes(c, "AAD"), plaintext, 0, plaintext.length, out, 0);
      assertEquals(out.length, written, c::toString);
      assertArrayEquals(HEX.parseHex(c.get("CT") + c.get("Tag")), out, c::toString);
    }
  }

  @Test
  void opensOrRefuses() {
    List<Map<String, String>> cases = cases("gcmDecrypt256.rsp");
    assertEquals(375, cases.size());
    int refused = 0;
    for (Map<String, String> c : cases) {
      byte[] ciphertext = HEX.parseHex(c.get("CT") + c.get("Tag"));
      byte[] out = new byte[ciphertext.length];
      aead.key(bytes(c, "Key"), 0);
      int written =
          aead.open(bytes(c, "IV"), bytes(c, "AAD"), ciphertext, 0, ciphertext.length, out, 0);
      if (c.containsKey("FAIL")) {
        assertEquals(-1, written, c::toString);
        refused++;
      } else {
        assertArrayEquals(bytes(c, "PT"), Arrays.copyOf(out, written), c::toString);
      }
    }
    assertEquals(191, refused);
  }

  private static List<Map<String, String>> cases(String file) {
    return NistVectors.read("ciphers/AES/GCM/" + file, "Count = ").stream()
        .filter(c -> "96".equals(c.get("IVlen")))
        .filter(c -> "128".equals(c.get("Taglen")))
        .toList();
  }

  private static byte[] bytes(Map<String, String> c, String name) {
    return HEX.parseHex(c.get(name));
  }
}
