package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.contract.random.RandomSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * What a RabbitMQ keeps of a password to check it by, in the form that it takes in place of the
 * password: so this one is in no body of a request, and in no export of what the broker holds.
 * Stateless.
 */
final class RabbitMqPassword {
  /** How the broker calls the way that {@link #hash} goes. */
  static final String ALGORITHM = "rabbit_password_hashing_sha256";

  private static final int SALT_LENGTH = 4;

  private RabbitMqPassword() {}

  /**
   * A salt and the SHA-256 of it and {@code password}, in base64.
   *
   * @param password of random bits, 256 or more, which its digest does not tell; it stays the
   *     caller's to overwrite
   */
  static String hash(char[] password, RandomSource random) {
    byte[] salt = random.bytes(SALT_LENGTH);
    byte[] bytes = RedisConnection.encoded(password);
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(salt);
      byte[] digest = sha256.digest(bytes);
      byte[] both = Arrays.copyOf(salt, SALT_LENGTH + digest.length);
      System.arraycopy(digest, 0, both, SALT_LENGTH, digest.length);
      return Base64.getEncoder().encodeToString(both);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /**
   * How {@code user} and {@code password} stand in the head of a request. That is a text, which
   * cannot be overwritten; the arrays that it is made of are.
   */
  static String basic(String user, char[] password) {
    byte[] name = (user + ':').getBytes(UTF_8);
    byte[] secret = RedisConnection.encoded(password);
    byte[] both = Arrays.copyOf(name, name.length + secret.length);
    System.arraycopy(secret, 0, both, name.length, secret.length);
    byte[] coded = Base64.getEncoder().encode(both);
    try {
      return "Basic " + new String(coded, UTF_8);
    } finally {
      Arrays.fill(secret, (byte) 0);
      Arrays.fill(both, (byte) 0);
      Arrays.fill(coded, (byte) 0);
    }
  }
}
