package dev.cofre.client.jdbc;

import dev.cofre.client.CofreException;
import dev.cofre.client.credentials.Credential;
import dev.cofre.client.credentials.CredentialProvider;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Opens connections by the credential that works now. When the system does not take it (an SQLSTATE
 * of class 28), another one is asked for once, and tried. Thread-safe.
 *
 * <p>A connection that is open is left alone: it stays open when a password changes, and is ended
 * by the system when its lease is revoked. So a pool above this closes what it has open by a
 * credential that another one has followed, which a listener to the provider tells it, and lets no
 * connection live longer than {@link CredentialProvider#connectionLifetimeMax}.
 */
public final class CofreDataSource implements DataSource {
  private static final System.Logger LOG = System.getLogger(CofreDataSource.class.getName());
  private static final String LOGIN_REFUSED = "28";
  private static final String NO_CONNECTION = "08001";
  private static final int CHAIN_MAX = 10;

  private final CredentialProvider provider;
  private final Opener opener;
  private final DataSource delegate;
  private final String description;

  private CofreDataSource(
      CredentialProvider provider, Opener opener, DataSource delegate, String description) {
    this.provider = Objects.requireNonNull(provider);
    this.opener = opener;
    this.delegate = delegate;
    this.description = description;
  }

  /**
   * Connections by the driver of {@code url}. A driver waits as long as it wants, perhaps for ever,
   * for a database that takes the connection and says nothing: give it its own limits, as {@code
   * loginTimeout} and {@code socketTimeout} of PostgreSQL's, in the URL or as properties.
   *
   * @param provider stays the caller's to close
   * @param url without a user or a password
   */
  public static CofreDataSource of(CredentialProvider provider, String url) {
    return of(provider, url, new Properties());
  }

  /**
   * The same with {@code properties} for the driver, which are copied.
   *
   * @throws IllegalArgumentException when one of them is no text
   */
  public static CofreDataSource of(CredentialProvider provider, String url, Properties properties) {
    Objects.requireNonNull(url);
    properties.forEach(
        (name, value) -> {
          if (!(name instanceof String && value instanceof String)) {
            throw new IllegalArgumentException("the driver's property " + name + " is no text");
          }
        });
    Properties copy = copy(properties);
    return new CofreDataSource(
        provider,
        (username, password) -> {
          Properties login = copy(copy);
          login.setProperty("user", username);
          login.setProperty("password", password);
          return DriverManager.getConnection(url, login);
        },
        null,
        "the driver of its URL");
  }

  /** Connections by {@code delegate}, a driver's own and no pool: it is asked with user names. */
  public static CofreDataSource of(CredentialProvider provider, DataSource delegate) {
    return new CofreDataSource(
        provider, delegate::getConnection, delegate, delegate.getClass().getName());
  }

  /** Connections by {@code opener}. */
  public static CofreDataSource of(CredentialProvider provider, Opener opener) {
    return new CofreDataSource(
        provider, Objects.requireNonNull(opener), null, opener.getClass().getName());
  }

  private static Properties copy(Properties properties) {
    Properties copy = new Properties();
    properties.stringPropertyNames().forEach(name -> copy.put(name, properties.getProperty(name)));
    return copy;
  }

  /**
   * A connection.
   *
   * @throws SQLTransientConnectionException when there is no credential; its cause says why
   * @throws SQLException the driver's, when it opens none
   */
  @Override
  public Connection getConnection() throws SQLException {
    try (Credential credential = provider.get()) {
      Connection opened;
      try {
        opened = open(credential);
      } catch (SQLException e) {
        if (!isLoginRefused(e)) {
          throw e;
        }
        return openAnew(credential, e);
      }
      return provider.isCurrent(credential) ? opened : openInPlaceOf(opened);
    } catch (CofreException e) {
      throw new SQLTransientConnectionException(
          "no credential to log in with: " + e.reason(), NO_CONNECTION, e);
    }
  }

  /**
   * Another credential came while this one was opened: a pool that closes what is open by the one
   * before does not have it yet, and would keep it. When the next one opens none, this one is what
   * there is.
   */
  private Connection openInPlaceOf(Connection opened) {
    Connection another;
    try (Credential next = provider.get()) {
      another = open(next);
    } catch (CofreException | SQLException stillGood) {
      // It works still.
      return opened;
    } catch (RuntimeException e) {
      end(opened);
      throw e;
    }
    end(opened);
    return another;
  }

  private static void end(Connection unused) {
    try {
      unused.close();
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a connection that was not handed out did not close", e);
    }
  }

  private Connection openAnew(Credential refused, SQLException why) throws SQLException {
    try (Credential next = provider.replacement(refused)) {
      if (next.isSame(refused)) {
        throw why;
      }
      return open(next);
    } catch (CofreException e) {
      why.addSuppressed(e);
      throw why;
    }
  }

  private Connection open(Credential credential) throws SQLException {
    Connection opened = opener.open(credential.username(), new String(credential.password()));
    provider.worked(credential);
    return opened;
  }

  private static boolean isLoginRefused(SQLException failure) {
    SQLException one = failure;
    for (int i = 0; one != null && i < CHAIN_MAX; i++) {
      if (one.getSQLState() != null && one.getSQLState().startsWith(LOGIN_REFUSED)) {
        return true;
      }
      one = one.getNextException();
    }
    return false;
  }

  /** Refused: the user is the provider's. */
  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("this logs in by its own credential: name none");
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return delegate == null ? null : delegate.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    requireDelegate().setLogWriter(out);
  }

  /** The delegate's; of a URL it is the driver's own property. */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    requireDelegate().setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return delegate == null ? 0 : delegate.getLoginTimeout();
  }

  private DataSource requireDelegate() throws SQLException {
    if (delegate == null) {
      throw new SQLFeatureNotSupportedException("set it by a property of the driver");
    }
    return delegate;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("this logs nothing");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    if (type.isInstance(delegate)) {
      return type.cast(delegate);
    }
    if (delegate != null) {
      return delegate.unwrap(type);
    }
    throw new SQLException("this is no " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this)
        || type.isInstance(delegate)
        || (delegate != null && delegate.isWrapperFor(type));
  }

  @Override
  public String toString() {
    return "CofreDataSource[" + provider + " by " + description + "]";
  }
}
