package dev.cofre.controlplane.server.dynamic;

import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;

/**
 * Hands the driver the password of the login that the calling thread is at, as characters that the
 * driver overwrites: a property would be a {@link String} for as long as the connection is open.
 * Made by the driver, by name.
 */
public final class PostgreSqlPassword implements AuthenticationPlugin {
  static final ScopedValue<char[]> CURRENT = ScopedValue.newInstance();

  /** For the driver. */
  public PostgreSqlPassword() {
    // Nothing is held here.
  }

  @Override
  public char[] getPassword(AuthenticationRequestType type) {
    return CURRENT.get().clone();
  }
}
