package dev.cofre.controlplane.server.dynamic;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How statements are run on one connection to a PostgreSQL. Not thread-safe. */
final class PostgreSqlStatements {
  /** What the server warns of when the root user may not give what it was told to. */
  static final String NOTHING_GRANTED = "01007";

  private static final String CANCELED = "57014";

  /** All work on roles of a database is done one after the other: it writes the same rows. */
  private static final String LOCK = "select pg_advisory_xact_lock(7166171012300118117)";

  /** So long a transaction may take, before its last statement. */
  private static final long WORK_MAX_NS = TimeUnit.SECONDS.toNanos(30);

  private final Connection connection;

  PostgreSqlStatements(Connection connection) {
    this.connection = connection;
  }

  /** A piece of work with the database. */
  @FunctionalInterface
  interface Work {
    void run() throws SQLException, TargetException;
  }

  int version() throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion();
  }

  int count(String sql, String parameter) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (parameter != null) {
        statement.setString(1, parameter);
      }
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  /** The first column of what is found. */
  List<String> texts(String sql, String parameter) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, parameter);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
    }
    return texts;
  }

  void execute(String sql) throws SQLException {
    execute(sql, false);
  }

  /** {@code whole}: a grant that gives nothing is an error, and not a warning. */
  private void execute(String sql, boolean whole) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // A '?' in a quoted name is a character and no parameter.
      statement.setEscapeProcessing(false);
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

  /** Runs {@code statements} in one transaction, alone in the database. */
  void atOnce(List<String> statements, boolean whole) throws SQLException, TargetException {
    alone(() -> all(statements, whole));
  }

  /** Runs {@code statements}; they may take a bounded time. */
  void all(List<String> statements, boolean whole) throws SQLException {
    long beganNs = System.nanoTime();
    for (String statement : statements) {
      execute(statement, whole);
      if (System.nanoTime() - beganNs > WORK_MAX_NS) {
        throw new SQLException("it takes too long", CANCELED);
      }
    }
  }

  /** Does {@code work} in one transaction, while nobody else is at such work in the database. */
  void alone(Work work) throws SQLException, TargetException {
    connection.setAutoCommit(false);
    try {
      execute(LOCK);
      work.run();
      connection.commit();
    } catch (SQLException | TargetException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
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
