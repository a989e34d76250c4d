package dev.cofre.controlplane.server.dynamic;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether the root user can do what is asked of it. Changes nothing. Not thread-safe. */
final class MariaDbRights {
  private static final int MAJOR = 10;
  private static final int MINOR_LEAST = 6;
  private static final List<String> NEEDED = List.of("CREATE USER", "PROCESS", "CONNECTION ADMIN");
  private static final String PRIVILEGES =
      "select privilege_type from information_schema.user_privileges"
          + " where grantee = concat('\\'', ?, '\\'@\\'',"
          + " substring_index(current_user(), '@', -1), '\\'')";

  /** Of each of the server's tables that are looked into. */
  private static final List<String> TABLES =
      List.of("global_priv", "db", "tables_priv", "roles_mapping", "proxies_priv", "proc", "event");

  private static final String ACCOUNTS = "select count(*) from mysql.global_priv where User = ?";
  private static final String DATABASE =
      "select count(*) from information_schema.schemata where schema_name = ?";
  private static final int DENIED = 1142;

  private MariaDbRights() {}

  /**
   * Checks them.
   *
   * @throws TargetException of kind {@code REFUSED} saying what is missing
   */
  static void require(MariaDbStatements sql, Target target) throws SQLException, TargetException {
    requireVersion(sql);
    requireTables(sql);
    List<String> missing = new ArrayList<>(NEEDED);
    missing.removeAll(sql.texts(PRIVILEGES, target.user()));
    if (!missing.isEmpty()) {
      throw refused("the root user lacks " + String.join(", ", missing) + " ON *.*");
    }
    if (sql.count(ACCOUNTS, target.user()) != 1) {
      throw refused(
          "there are several accounts of the root user's name, from several hosts: one password"
              + " would stay known");
    }
    if (sql.count(DATABASE, target.database()) == 0) {
      throw refused("the root user sees no such database");
    }
  }

  private static void requireVersion(MariaDbStatements sql) throws SQLException, TargetException {
    var about = sql.connection().getMetaData();
    int major = about.getDatabaseMajorVersion();
    boolean enough =
        major > MAJOR || (major == MAJOR && about.getDatabaseMinorVersion() >= MINOR_LEAST);
    boolean mariaDb = !sql.texts("select version() where version() like '%MariaDB%'").isEmpty();
    if (!mariaDb) {
      throw refused("it is no MariaDB: MySQL is not known here");
    }
    if (!enough) {
      throw refused("its version is below " + MAJOR + "." + MINOR_LEAST);
    }
  }

  private static void requireTables(MariaDbStatements sql) throws SQLException, TargetException {
    try {
      for (String table : TABLES) {
        sql.count("select count(*) from mysql." + table + " where false");
      }
    } catch (SQLException e) {
      if (e.getErrorCode() != DENIED) {
        throw e;
      }
      throw refused("the root user lacks SELECT ON mysql.*");
    }
  }

  private static TargetException refused(String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the target cannot be used: " + why);
  }
}
