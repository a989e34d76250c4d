package dev.cofre.controlplane.server.dynamic;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How engines of databases run statements on one connection. Not thread-safe. */
class JdbcStatements {
  /** Somebody, or a limit, ended a statement. */
  static final String CANCELED = "57014";

  private static final String TOO_MUCH = "54000";

  /** So long several statements may take, before the last of them. */
  private static final long WORK_MAX_NS = TimeUnit.SECONDS.toNanos(30);

  /** The most rows of one answer: what is looked for here has far fewer. */
  private static final int ROWS_MAX = 10_000;

  private final Connection connection;

  JdbcStatements(Connection connection) {
    this.connection = connection;
  }

  /** A piece of work with the database. */
  @FunctionalInterface
  interface Work {
    void run() throws SQLException, TargetException;
  }

  /** One statement of several. */
  @FunctionalInterface
  interface Step {
    void run(String statement) throws SQLException;
  }

  final Connection connection() {
    return connection;
  }

  /** The number in the first column of the first row. */
  final int count(String sql, String... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** The first column of what is found. */
  final List<String> texts(String sql, String... parameters) throws SQLException {
    return rows(sql, 1, parameters).stream().map(List::getFirst).toList();
  }

  /** The first {@code columns} of what is found, none of which is null; fails beyond a limit. */
  final List<List<String>> rows(String sql, int columns, String... parameters) throws SQLException {
    List<List<String>> found = new ArrayList<>();
    try (PreparedStatement statement = prepared(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        if (found.size() == ROWS_MAX) {
          throw new SQLException("it answers too much", TOO_MUCH);
        }
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(rows.getString(column));
        }
        found.add(List.copyOf(row));
      }
    }
    return found;
  }

  private PreparedStatement prepared(String sql, String... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      statement.setMaxRows(ROWS_MAX + 1);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  final void execute(String sql) throws SQLException {
    try (Statement statement = open()) {
      statement.execute(sql);
    }
  }

  /** A statement that takes what it is given as it is. */
  final Statement open() throws SQLException {
    Statement statement = connection.createStatement();
    try {
      // A '?' or '{' in a quoted name is a character.
      statement.setEscapeProcessing(false);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  /** Does {@code step} for each of {@code statements}; they may take a bounded time. */
  static void each(List<String> statements, Step step) throws SQLException {
    long beganNs = System.nanoTime();
    for (String statement : statements) {
      step.run(statement);
      if (System.nanoTime() - beganNs > WORK_MAX_NS) {
        throw new SQLException("it takes too long", CANCELED);
      }
    }
  }
}
