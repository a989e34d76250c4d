package dev.cofre.controlplane.server.dynamic;

import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Hands the driver the password of the login that the calling thread is at, as characters that the
 * driver overwrites: a property would be a {@link String} for as long as the connection is open.
 * Made by the driver, by name.
 */
public final class PostgreSqlPassword implements AuthenticationPlugin {
  static final ScopedValue<Login> CURRENT = ScopedValue.newInstance();

  /** One login, by one thread. */
  static final class Login {
    private final char[] password;
    private boolean asked;

    Login(char[] password) {
      this.password = password;
    }

    /** Whether the system wanted the password to be proven; then it was, by both sides. */
    boolean wasAsked() {
      return asked;
    }
  }

  /** For the driver. */
  public PostgreSqlPassword() {
    // Nothing is held here.
  }

  /**
   * The password, for SCRAM alone: whoever answers at the address would get it in clear, or a hash
   * that can be guessed at, by asking for another kind of login.
   */
  @Override
  public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
    if (type != AuthenticationRequestType.SASL) {
      throw new PSQLException("not SCRAM", PSQLState.NOT_IMPLEMENTED);
    }
    Login login = CURRENT.get();
    login.asked = true;
    return login.password.clone();
  }
}
