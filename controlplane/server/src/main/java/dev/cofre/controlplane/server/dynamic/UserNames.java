package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Names and passwords of credentials. A name that is not of this form is never removed, whatever
 * the store says: a changed row cannot have the vault remove somebody else's user. Stateless.
 */
public final class UserNames {
  /** What names are like, as an expression that Java and PostgreSQL read alike. */
  static final String FORM = "cofre_[a-z0-9_]{1,24}_[a-z2-7]{20}";

  private static final Pattern NAME = Pattern.compile(FORM);
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final char[] BASE64URL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray();
  private static final int ROLE_MAX = 24;
  private static final int RANDOM_CHARACTERS = 20;
  private static final int PASSWORD_CHARACTERS = 43;

  private UserNames() {}

  /** A name for a credential of {@code role}: 100 random bits, so that none is used twice. */
  public static String fresh(String role, RandomSource random) {
    StringBuilder name = new StringBuilder("cofre_");
    String readable = role.replaceAll("[^a-z0-9]", "_");
    name.append(readable, 0, Math.min(ROLE_MAX, readable.length())).append('_');
    for (byte one : random.bytes(RANDOM_CHARACTERS)) {
      name.append(BASE32.charAt(one & 31));
    }
    return name.toString();
  }

  /** A password of 258 random bits, in characters that need quoting nowhere. */
  public static char[] password(RandomSource random) {
    byte[] bytes = random.bytes(PASSWORD_CHARACTERS);
    char[] password = new char[PASSWORD_CHARACTERS];
    for (int i = 0; i < password.length; i++) {
      password[i] = BASE64URL[bytes[i] & 63];
    }
    Arrays.fill(bytes, (byte) 0);
    return password;
  }

  /** Whether {@code userName} is of the form that credentials with an end have. */
  static boolean isOurs(String userName) {
    return NAME.matcher(userName).matches();
  }

  /**
   * Checks that {@code userName} is one of ours.
   *
   * @throws TargetException when it is not
   */
  static void require(String userName) throws TargetException {
    if (!isOurs(userName)) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "the name is not one that the vault makes: the store was changed by another hand");
    }
  }
}
