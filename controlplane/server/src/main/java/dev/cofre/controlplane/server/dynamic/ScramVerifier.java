package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps of a password to check it by SCRAM-SHA-256 (RFC 5802, section 3; RFC 7677),
 * in the form that PostgreSQL takes in place of the password: so this one is sent to nobody.
 * Stateless.
 *
 * <p>Passwords are ASCII, for which the preparation by SASLprep changes nothing.
 */
final class ScramVerifier {
  /** The length of the salt in bytes. */
  static final int SALT_LENGTH = 16;

  private static final int ITERATIONS = 4_096;
  private static final int KEY_BITS = 256;

  private ScramVerifier() {}

  /** The verifier of {@code password}, which stays the caller's to overwrite. */
  static String of(char[] password, byte[] salt) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, ITERATIONS, KEY_BITS);
    byte[] salted = {};
    byte[] clientKey = {};
    try {
      salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      clientKey = hmac(salted, "Client Key");
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
      byte[] serverKey = hmac(salted, "Server Key");
      Base64.Encoder base64 = Base64.getEncoder();
      return "SCRAM-SHA-256$"
          + ITERATIONS
          + ":"
          + base64.encodeToString(salt)
          + "$"
          + base64.encodeToString(storedKey)
          + ":"
          + base64.encodeToString(serverKey);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has PBKDF2 and HMAC with SHA-256", e);
    } finally {
      spec.clearPassword();
      Arrays.fill(salted, (byte) 0);
      Arrays.fill(clientKey, (byte) 0);
    }
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(US_ASCII));
  }
}
