package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.EngineKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.util.PSQLState;

/**
 * PostgreSQL, version 14 or later: a credential is a role with a password and {@code VALID UNTIL}.
 */
public final class PostgreSqlEngine implements DynamicEngine {
  private static final String LOGIN = "login";
  private static final String CONNECT_S = "3";
  private static final String SOCKET_S = "15";
  private static final int VALID_S = 5;

  /** Who stands still within a transaction, with its locks, loses it. */
  private static final String STATEMENT_OPTIONS =
      "-c statement_timeout=12000 -c lock_timeout=8000 -c search_path=pg_catalog"
          + " -c idle_in_transaction_session_timeout=20000 -c synchronous_commit=on";

  /**
   * So many that answers of the system weigh little, so few that requests in between wait little.
   */
  private static final int REMOVED_AT_ONCE = 25;

  /** The server, the database or the user has as many connections as it may. */
  private static final String TOO_MANY = "53300";

  private final Driver driver = new Driver();
  private final RandomSource random;

  /** Takes salts from {@code random}. */
  public PostgreSqlEngine(RandomSource random) {
    this.random = random;
  }

  @Override
  public EngineKind kind() {
    return EngineKind.POSTGRESQL;
  }

  @Override
  public int removedAtOnce() {
    return REMOVED_AT_ONCE;
  }

  @Override
  public Session open(Target target, char[] password) throws TargetException {
    try {
      return new PostgreSqlSession(
          connect(target, new PostgreSqlPassword.Login(password)), target, random);
    } catch (SQLException e) {
      throw PostgreSqlSession.failure(LOGIN, e);
    }
  }

  @Override
  public void rehearse(Target target, char[] password) throws TargetException {
    PostgreSqlPassword.Login login = new PostgreSqlPassword.Login(password);
    try (Connection connection = connect(target, login)) {
      if (!login.wasAsked() || !connection.isValid(VALID_S)) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target does not ask " + target.user() + " for a password: see pg_hba.conf");
      }
    } catch (SQLException e) {
      // The root user logged in just now: it is the limit of this one, and of no other's work.
      if (TOO_MANY.equals(e.getSQLState())) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target has no connection left for "
                + target.user()
                + ": raise its CONNECTION LIMIT, or that of the server");
      }
      throw PostgreSqlSession.failure(LOGIN, e);
    }
  }

  private Connection connect(Target target, PostgreSqlPassword.Login login)
      throws SQLException, TargetException {
    Properties properties = properties(target);
    // Host and database are of a form that holds nothing that means anything in a URL.
    String url =
        "jdbc:postgresql://" + target.host() + ":" + target.port() + "/" + target.database();
    try {
      return ScopedValue.where(PostgreSqlPassword.CURRENT, login)
          .call(() -> driver.connect(url, properties));
    } catch (SQLException e) {
      if (PSQLState.NOT_IMPLEMENTED.getState().equals(e.getSQLState())) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target does not ask for scram-sha-256, and gets no password in any other way: see"
                + " pg_hba.conf and password_encryption");
      }
      throw e;
    }
  }

  private static Properties properties(Target target) {
    Properties properties = new Properties();
    properties.setProperty("user", target.user());
    properties.setProperty("authenticationPluginClassName", PostgreSqlPassword.class.getName());
    properties.setProperty("connectTimeout", CONNECT_S);
    properties.setProperty("socketTimeout", SOCKET_S);
    properties.setProperty("ApplicationName", "cofre");
    properties.setProperty("options", STATEMENT_OPTIONS);
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("sslmode", target.tls() ? "verify-full" : "disable");
    if (target.tls() && target.ca().isPresent()) {
      properties.setProperty("sslrootcert", target.ca().get().toString());
    } else if (target.tls()) {
      properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    }
    return properties;
  }
}
