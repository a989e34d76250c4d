package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Against the example of RFC 7677, section 3. */
class ScramVerifierTest {
  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";

  @Test
  void itsServerKeySignsWhatTheExampleSays() throws Exception {
    byte[] salt = Base64.getDecoder().decode(SALT);
    String verifier = ScramVerifier.of("pencil".toCharArray(), salt);
    String[] parts = verifier.split("[$:]");
    assertEquals("SCRAM-SHA-256", parts[0]);
    assertEquals("4096", parts[1]);
    assertEquals(SALT, parts[2]);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[4]), "HmacSHA256"));
    String message =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + NONCE + ",s=" + SALT + ",i=4096,c=biws,r=" + NONCE;
    assertEquals(
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        Base64.getEncoder().encodeToString(mac.doFinal(message.getBytes(US_ASCII))));
  }
}
