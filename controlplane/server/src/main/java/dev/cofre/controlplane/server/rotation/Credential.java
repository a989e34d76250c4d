package dev.cofre.controlplane.server.rotation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.server.dynamic.UserNames;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A user with a fresh password, and the value of a secret that holds both: {@code
 * {"username":"…","password":"…"}}, without spaces, in this order. Names and passwords hold nothing
 * that JSON escapes. Overwritten by {@link #close}. Not thread-safe.
 */
final class Credential implements AutoCloseable {
  private static final String BEFORE_USER = "{\"username\":\"";
  private static final String BEFORE_PASSWORD = "\",\"password\":\"";
  private static final String END = "\"}";

  private final String user;
  private final char[] password;
  private final byte[] value;

  private Credential(String user, char[] password) {
    this.user = user;
    this.password = password;
    byte[] begin = (BEFORE_USER + user + BEFORE_PASSWORD).getBytes(US_ASCII);
    this.value = Arrays.copyOf(begin, begin.length + password.length + END.length());
    for (int i = 0; i < password.length; i++) {
      value[begin.length + i] = (byte) password[i];
    }
    for (int i = 0; i < END.length(); i++) {
      value[begin.length + password.length + i] = (byte) END.charAt(i);
    }
  }

  /** One for {@code user}, of a form that UserRotationDraft checked. */
  static Credential fresh(String user, RandomSource random) {
    return new Credential(user, UserNames.password(random));
  }

  /**
   * Which of the two {@code users} {@code value} names, in quotes as JSON has it; empty when it
   * names both or none. It is not parsed: a parser would leave copies of it.
   */
  static Optional<String> userIn(byte[] value, List<String> users) {
    List<String> named = users.stream().filter(user -> names(value, user)).toList();
    return named.size() == 1 ? Optional.of(named.getFirst()) : Optional.empty();
  }

  private static boolean names(byte[] value, String user) {
    byte[] name = ('"' + user + '"').getBytes(US_ASCII);
    for (int i = 0; i + name.length <= value.length; i++) {
      if (Arrays.equals(value, i, i + name.length, name, 0, name.length)) {
        return true;
      }
    }
    return false;
  }

  String user() {
    return user;
  }

  char[] password() {
    return password;
  }

  byte[] value() {
    return value;
  }

  @Override
  public void close() {
    Arrays.fill(password, '\0');
    Arrays.fill(value, (byte) 0);
  }
}
