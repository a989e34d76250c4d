package dev.cofre.controlplane.server.dynamic;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.EngineKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.mariadb.jdbc.Driver;

/**
 * MariaDB, version 10.6 or later: a credential is a user with a password, which an event of the
 * server locks at its end.
 */
public final class MariaDbEngine implements DynamicEngine {
  private static final String LOGIN = "login";
  private static final String CONNECT_MS = "3000";
  private static final String SOCKET_MS = "15000";

  /** Who the server takes this login for: somebody else where it does not look at passwords. */
  private static final String WHO = "select " + MariaDbText.WHO;

  private final Driver driver = new Driver();
  private final RandomSource random;

  /** Takes what nobody is to know from {@code random}. */
  public MariaDbEngine(RandomSource random) {
    this.random = random;
  }

  @Override
  public EngineKind kind() {
    return EngineKind.MARIADB;
  }

  @Override
  public Session open(Target target, char[] password) throws TargetException {
    try {
      Connection connection = connect(target, password);
      try {
        MariaDbStatements sql = new MariaDbStatements(connection);
        sql.begin();
        return new MariaDbSession(connection, sql, target, random);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw MariaDbFailures.of(LOGIN, e);
    }
  }

  @Override
  public void rehearse(Target target, char[] password) throws TargetException {
    try (Connection connection = connect(target, password)) {
      List<String> who = new MariaDbStatements(connection).texts(WHO);
      if (!who.equals(List.of(target.user()))) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target does not ask "
                + target.user()
                + " for a password: does it run with skip-grant-tables?");
      }
    } catch (SQLException e) {
      // The root user logged in just now: it is the limit of this one, and of no other's work.
      if (MariaDbFailures.isFull(e)) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target has no connection left for "
                + target.user()
                + ": raise its MAX_USER_CONNECTIONS, or that of the server");
      }
      throw MariaDbFailures.of(LOGIN, e);
    }
  }

  private Connection connect(Target target, char[] password) throws SQLException {
    Properties properties = properties(target);
    // The host is of a form that holds nothing that means anything in a URL; no database is named,
    // for who logs in need not have rights in the engine's.
    String url = "jdbc:mariadb://" + target.host() + ":" + target.port() + "/";
    return ScopedValue.where(
            MariaDbPassword.CURRENT, new MariaDbPassword.Login(target.user(), password))
        .call(() -> driver.connect(url, properties));
  }

  private static Properties properties(Target target) {
    Properties properties = new Properties();
    properties.setProperty("user", target.user());
    properties.setProperty("credentialType", MariaDbPassword.TYPE);
    properties.setProperty("connectTimeout", CONNECT_MS);
    properties.setProperty("socketTimeout", SOCKET_MS);
    // Parameters go beside statements, never in them.
    properties.setProperty("useServerPrepStmts", "true");
    properties.setProperty("cachePrepStmts", "false");
    // What a server could ask of us: a file, the password in another way, a login elsewhere.
    properties.setProperty("allowLocalInfile", "false");
    properties.setProperty("allowMultiQueries", "false");
    properties.setProperty("allowPublicKeyRetrieval", "false");
    properties.setProperty("restrictedAuth", MariaDbPassword.METHOD);
    properties.setProperty("permitRedirect", "false");
    properties.setProperty("dumpQueriesOnException", "false");
    properties.setProperty("sslMode", target.tls() ? "verify-full" : "disable");
    if (target.tls()) {
      properties.setProperty("enabledSslProtocolSuites", "TLSv1.2,TLSv1.3");
      properties.setProperty(
          "serverSslCert",
          target.ca().map(file -> file.toAbsolutePath().toString()).orElseGet(RuntimeTrust::pem));
    }
    return properties;
  }
}
