package dev.cofre.controlplane.server.dynamic;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** How statements are run on one connection to a PostgreSQL. Not thread-safe. */
final class PostgreSqlStatements extends JdbcStatements {
  /** What the server warns of when the root user may not give what it was told to. */
  static final String NOTHING_GRANTED = "01007";

  private static final System.Logger LOG = System.getLogger(PostgreSqlStatements.class.getName());

  /** A lock was not had in time. */
  static final String LOCK_NOT_HAD = "55P03";

  /**
   * Work on roles of a database is done one after the other, for it writes the same rows. Any login
   * can hold this lock: it spares work that fails and is tried again. What must not go wrong
   * without it, such as a group that goes while it gets a member, has locks of its own.
   */
  private static final String LOCK = "select pg_advisory_xact_lock(7166171012300118117)";

  /** Who has {@link #LOCK} in this database as the user that asks. */
  private static final String OWN_HOLDERS =
      "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid"
          + " where l.locktype = 'advisory' and l.granted and l.objsubid = 1"
          + " and l.classid::bigint = 7166171012300118117 >> 32"
          + " and l.objid::bigint = 7166171012300118117 & 4294967295"
          + " and l.database = (select oid from pg_database where datname = current_database())"
          + " and a.usename = current_user";

  private final Connection connection;

  PostgreSqlStatements(Connection connection) {
    super(connection);
    this.connection = connection;
  }

  /** A piece of work with the database, which tells whether it is to stay. */
  @FunctionalInterface
  interface Attempt {
    boolean run() throws SQLException, TargetException;
  }

  int version() throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion();
  }

  /** The first column of what is found; {@code list} is the second parameter. */
  List<String> textsAmong(String sql, String parameter, List<String> list) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, parameter);
      statement.setArray(2, connection.createArrayOf("text", list.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
    }
    return texts;
  }

  /** The first {@code columns} of what is found; {@code list} is the only parameter. */
  List<List<String>> rowsAmong(String sql, int columns, List<String> list) throws SQLException {
    List<List<String>> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("text", list.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          List<String> row = new ArrayList<>();
          for (int column = 1; column <= columns; column++) {
            row.add(rows.getString(column));
          }
          found.add(row);
        }
      }
    }
    return found;
  }

  /** Sends {@code statements} together, in the transaction that is open. */
  void together(List<String> statements) throws SQLException {
    if (statements.isEmpty()) {
      return;
    }
    try (Statement statement = open()) {
      for (String one : statements) {
        statement.addBatch(one);
      }
      statement.executeBatch();
    }
  }

  /** {@code whole}: a grant that gives nothing is an error, and not a warning. */
  private void execute(String sql, boolean whole) throws SQLException {
    try (Statement statement = open()) {
      statement.execute(sql);
      for (SQLWarning warning = statement.getWarnings();
          whole && warning != null;
          warning = warning.getNextWarning()) {
        if (NOTHING_GRANTED.equals(warning.getSQLState())) {
          throw new SQLException("nothing was granted", NOTHING_GRANTED);
        }
      }
    }
  }

  /** Runs {@code statements}; they may take a bounded time. */
  void all(List<String> statements, boolean whole) throws SQLException {
    each(statements, statement -> execute(statement, whole));
  }

  /**
   * Does {@code work} in one transaction, while nobody else of this user is at such work in the
   * database.
   */
  void alone(Work work) throws SQLException, TargetException {
    atOnce(
        () -> {
          lock();
          work.run();
        });
  }

  /** Does {@code work} in one transaction. */
  void atOnce(Work work) throws SQLException, TargetException {
    boolean isCommitted = false;
    connection.setAutoCommit(false);
    try {
      work.run();
      connection.commit();
      isCommitted = true;
    } finally {
      if (!isCommitted) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }

  /** Goes on without the lock when it is another user's, who may keep it for ever. */
  private void lock() throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      execute(LOCK);
    } catch (SQLException e) {
      if (!LOCK_NOT_HAD.equals(e.getSQLState())) {
        throw e;
      }
      connection.rollback(before);
      if (count(OWN_HOLDERS) > 0) {
        throw e;
      }
      LOG.log(Level.WARNING, "another user of a target holds the lock that the vault's work takes");
    }
  }

  /**
   * Does {@code work} in the transaction that is open, or nothing of it, and the transaction goes
   * on: {@code otherwise} is told when it failed, and nothing when it found that it is not to be.
   */
  void ifPossible(Attempt work, String otherwise) throws SQLException, TargetException {
    Savepoint before = connection.setSavepoint();
    try {
      if (!work.run()) {
        connection.rollback(before);
      }
    } catch (SQLException e) {
      connection.rollback(before);
      LOG.log(Level.WARNING, "{0}: SQLSTATE {1}", otherwise, e.getSQLState());
    }
  }

  /** Does {@code work}, of which nothing stays. */
  void undone(Work work) throws SQLException, TargetException {
    connection.setAutoCommit(false);
    try {
      work.run();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }
}
