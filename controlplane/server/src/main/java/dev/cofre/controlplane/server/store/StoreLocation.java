package dev.cofre.controlplane.server.store;

import dev.cofre.engine.config.ConfigException;
import java.util.Map;

/**
 * Where the store is: an H2 file or a PostgreSQL database. Immutable.
 *
 * @param url of JDBC, without password
 * @param password empty when there is none
 */
public record StoreLocation(String url, String user, String password) {
  private static final String H2 = "jdbc:h2:";
  private static final String POSTGRESQL = "jdbc:postgresql:";

  /** H2 loses acknowledged commits on a kill without WRITE_DELAY=0. */
  private static final String H2_OPTIONS =
      ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0"
          + ";LOCK_TIMEOUT=10000;DB_CLOSE_ON_EXIT=FALSE";

  /** Refuses what is neither H2 nor PostgreSQL, and passwords in URLs. */
  public StoreLocation {
    if (!url.startsWith(H2) && !url.startsWith(POSTGRESQL)) {
      throw new ConfigException("store.url must begin with " + H2 + "file: or " + POSTGRESQL);
    }
    if (url.toLowerCase(java.util.Locale.ROOT).contains("password")) {
      throw new ConfigException("store.url must not hold a password; name store.passwordFile");
    }
  }

  /** Whether other control planes may work on the same store. */
  public boolean isShared() {
    return url.startsWith(POSTGRESQL);
  }

  String jdbcUrl() {
    return isShared() ? url : url + H2_OPTIONS;
  }

  /**
   * What keeps a PostgreSQL that is away, or a control plane that stands still with the lock of all
   * changes, from holding up the others: each wait has its end.
   */
  Map<String, String> driverProperties() {
    return isShared()
        ? Map.of(
            "connectTimeout", "2",
            "loginTimeout", "2",
            "socketTimeout", "10",
            "tcpKeepAlive", "true",
            "ApplicationName", "cofre",
            "options", "-c lock_timeout=8000 -c idle_in_transaction_session_timeout=15000")
        : Map.of();
  }

  /** What differs in the migrations. */
  Map<String, String> placeholders() {
    return Map.of("byBytes", isShared() ? "collate \"C\"" : "");
  }

  @Override
  public String toString() {
    return "StoreLocation[" + url + "]";
  }
}
