package dev.cofre.controlplane.server.dynamic;

import org.mariadb.jdbc.plugin.Credential;
import org.mariadb.jdbc.plugin.CredentialPlugin;

/**
 * Hands the driver the password of the login that the calling thread is at: as a property it would
 * be kept for as long as the connection is open. The driver takes it as a {@link String} alone,
 * which cannot be overwritten; nothing keeps that when the login has ended. Made by the driver, by
 * the name of its {@link #type}.
 */
public final class MariaDbPassword implements CredentialPlugin {
  static final ScopedValue<Login> CURRENT = ScopedValue.newInstance();

  static final String TYPE = "COFRE";

  /** The one way in which a password is proven here: the server does not get to see it. */
  static final String METHOD = "mysql_native_password";

  /** Who logs in; the password is not this one's to overwrite. */
  record Login(String user, char[] password) {}

  /** For the driver. */
  public MariaDbPassword() {
    // Nothing is held here.
  }

  @Override
  public String type() {
    return TYPE;
  }

  /** Whatever the server says that it likes best, such as the password in clear. */
  @Override
  public String defaultAuthenticationPluginType() {
    return METHOD;
  }

  @Override
  public Credential get() {
    Login login = CURRENT.get();
    return new Credential(login.user, new String(login.password));
  }
}
