package dev.cofre.controlplane.server.dynamic;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a MariaDB keeps of a password to check it by {@code mysql_native_password}: SHA-1 of its
 * SHA-1, in the form that the server takes in place of the password. So this one is sent to nobody.
 * Stateless.
 *
 * <p>SHA-1's collisions are of no use here, and it is not slow: what it keeps safe is a password of
 * 258 random bits, never one that a person chose.
 */
final class NativePasswordHash {
  private NativePasswordHash() {}

  /** The hash of {@code password}, ASCII, which stays the caller's to overwrite. */
  static String of(char[] password) {
    byte[] ascii = new byte[password.length];
    for (int i = 0; i < ascii.length; i++) {
      ascii[i] = (byte) password[i];
    }
    byte[] once = {};
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      once = sha1.digest(ascii);
      return '*' + HexFormat.of().withUpperCase().formatHex(sha1.digest(once));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-1", e);
    } finally {
      Arrays.fill(ascii, (byte) 0);
      Arrays.fill(once, (byte) 0);
    }
  }
}
