package dev.cofre.contract.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is sealed to a recipient opens for it alone, and unchanged alone. */
class SealedBundleTest {
  private static final byte[] PLAINTEXT = "what leaves".getBytes(US_ASCII);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static KeyPair pair;
  private static KeyPair other;

  @BeforeAll
  static void keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3_072);
    pair = generator.generateKeyPair();
    other = generator.generateKeyPair();
  }

  private static RSAPublicKey own(KeyPair keys) {
    return (RSAPublicKey) keys.getPublic();
  }

  private static byte[] seal(byte[] plaintext) {
    return SealedBundle.seal(new RecipientKey(own(pair)), plaintext, KernelRandom.INSTANCE);
  }

  private static Optional<byte[]> open(byte[] bundle) {
    return SealedBundle.open(own(pair), pair.getPrivate(), bundle);
  }

  @Test
  void opensForItsRecipientAlone() {
    byte[] bundle = seal(PLAINTEXT);
    assertArrayEquals(PLAINTEXT, open(bundle).orElseThrow());
    assertTrue(SealedBundle.open(own(other), other.getPrivate(), bundle).isEmpty());
    assertTrue(SealedBundle.open(own(pair), other.getPrivate(), bundle).isEmpty());
    byte[] longer = KernelRandom.INSTANCE.bytes(1 << 20);
    assertArrayEquals(longer, open(seal(longer)).orElseThrow());
    assertArrayEquals(new byte[0], open(seal(new byte[0])).orElseThrow());
  }

  @Test
  void isAJweWhoseHeaderSaysHowItIsMade() {
    String bundle = new String(seal(PLAINTEXT), US_ASCII);
    String[] parts = bundle.split("\\.");
    assertEquals(5, parts.length);
    assertEquals(
        "{\"alg\":\"RSA-OAEP-256\",\"enc\":\"A256GCM\",\"cty\":\"json\",\"kid\":\"sha256:"
            + new RecipientKey(own(pair)).fingerprint()
            + "\"}",
        new String(Base64.getUrlDecoder().decode(parts[0]), US_ASCII));
    String[] again = new String(seal(PLAINTEXT), US_ASCII).split("\\.");
    for (int part = 1; part < 5; part++) {
      assertNotEquals(parts[part], again[part], "part " + part + " is the same twice");
    }
  }

  @Test
  void noPartCanBeChangedAndNoneLeftOut() {
    byte[] bundle = seal(PLAINTEXT);
    for (int i = 0; i < bundle.length; i++) {
      byte[] changed = bundle.clone();
      int at = ALPHABET.indexOf(bundle[i]);
      // The highest bit of six: the last ones of a part may mean nothing in base64.
      changed[i] = at < 0 ? (byte) 'A' : (byte) ALPHABET.charAt(at ^ 32);
      assertTrue(open(changed).isEmpty(), "character " + i);
    }
    for (int length = 0; length < bundle.length; length += 37) {
      assertTrue(open(Arrays.copyOf(bundle, length)).isEmpty(), "length " + length);
    }
  }
}
