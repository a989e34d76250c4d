package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.literal;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One login at a PostgreSQL. Not thread-safe. */
final class PostgreSqlSession implements DynamicEngine.Session {
  private static final System.Logger LOG = System.getLogger(PostgreSqlSession.class.getName());
  private static final int VERSION_LEAST = 14;
  private static final int VERSION_MEMBER_OPTIONS = 16;
  private static final String DEPENDENT_OBJECTS = "2BP01";

  private final Connection connection;
  private final Target target;
  private final RandomSource random;

  PostgreSqlSession(Connection connection, Target target, RandomSource random) {
    this.connection = connection;
    this.target = target;
    this.random = random;
  }

  /** A piece of work with the database. */
  @FunctionalInterface
  private interface Work {
    void run() throws SQLException, TargetException;
  }

  @Override
  public void requireRights() throws TargetException {
    guarded(
        "the check of the root user's rights",
        () -> {
          if (version() < VERSION_LEAST) {
            throw refused("its version is below " + VERSION_LEAST);
          }
          if (count(
                  "select count(*) from pg_roles where rolname = current_user"
                      + " and (rolcreaterole or rolsuper)",
                  null)
              == 0) {
            throw refused("the root user lacks CREATEROLE");
          }
        });
  }

  @Override
  public void changePassword(char[] next) throws TargetException {
    String sql = "alter role " + identifier(target.user()) + " password " + literal(verifier(next));
    guarded("the change of the root user's password", () -> execute(sql));
  }

  private String verifier(char[] password) {
    return ScramVerifier.of(password, random.bytes(ScramVerifier.SALT_LENGTH));
  }

  @Override
  public void create(NewUser user, char[] password) throws TargetException {
    UserNames.require(user.userName());
    List<String> statements = new ArrayList<>();
    statements.add(
        "create role "
            + identifier(user.userName())
            + " login nosuperuser nocreatedb nocreaterole noreplication nobypassrls valid until "
            + literal(user.expiresAt().toString())
            + " password "
            + literal(verifier(password)));
    statements.addAll(PostgreSqlText.grants(user.userName(), target.database(), user.grants()));
    guarded("the making of a credential", () -> atOnce(statements));
  }

  @Override
  public void renew(String userName, Instant expiresAt) throws TargetException {
    UserNames.require(userName);
    String sql =
        "alter role " + identifier(userName) + " valid until " + literal(expiresAt.toString());
    guarded("the renewal of a credential", () -> execute(sql));
  }

  @Override
  public void revoke(String userName, OwnedObjects owned) throws TargetException {
    UserNames.require(userName);
    String user = identifier(userName);
    guarded(
        "the removal of a credential",
        () -> {
          if (!isThere(userName)) {
            return;
          }
          execute("alter role " + user + " nologin password null valid until '-infinity'");
          // To end its sessions and take over what it owns one must have its rights.
          execute(
              "grant "
                  + user
                  + " to current_user"
                  + (version() >= VERSION_MEMBER_OPTIONS ? " with inherit true, set true" : ""));
          endSessions(userName);
          remove(user, owned);
        });
  }

  /** Waits for each to end; there is no login any more, so none begins. */
  private void endSessions(String userName) throws SQLException, TargetException {
    count(
        "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where usename = ?",
        userName);
    if (count("select count(*) from pg_stat_activity where usename = ?", userName) > 0) {
      throw refused("a session of the credential does not end");
    }
  }

  private void remove(String user, OwnedObjects owned) throws SQLException {
    String reassign = "reassign owned by " + user + " to current_user";
    String drop = "drop owned by " + user;
    String dropRole = "drop role if exists " + user;
    if (owned == OwnedObjects.REASSIGN) {
      atOnce(List.of(reassign, drop, dropRole));
      return;
    }
    try {
      atOnce(List.of(drop, dropRole));
    } catch (SQLException e) {
      if (!DEPENDENT_OBJECTS.equals(e.getSQLState())) {
        throw e;
      }
      // Others build on what it made: that is kept, the credential is not.
      atOnce(List.of(reassign, drop, dropRole));
    }
  }

  private boolean isThere(String userName) throws SQLException {
    return count("select count(*) from pg_roles where rolname = ?", userName) > 0;
  }

  private int version() throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion();
  }

  private int count(String sql, String parameter) throws SQLException {
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

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // A '?' in a quoted name is a character and no parameter.
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  private void atOnce(List<String> statements) throws SQLException {
    connection.setAutoCommit(false);
    try {
      for (String statement : statements) {
        execute(statement);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static void guarded(String what, Work work) throws TargetException {
    try {
      work.run();
    } catch (SQLException e) {
      throw failure(what, e);
    }
  }

  /** {@code e} without the server's words, which may name what is not to be told. */
  static TargetException failure(String what, SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    if (state.startsWith("28")) {
      return new TargetException(
          TargetException.Kind.LOGIN, "the target does not take the root user's password");
    }
    boolean away =
        state.isEmpty()
            || state.startsWith("08")
            || state.startsWith("57P")
            || state.startsWith("53");
    return away
        ? new TargetException(
            TargetException.Kind.AWAY, "the target cannot be reached (" + what + ")")
        : new TargetException(
            TargetException.Kind.REFUSED, "the target refused " + what + " with SQLSTATE " + state);
  }

  private static TargetException refused(String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the target cannot be used: " + why);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a connection to a target did not close in order", e);
    }
  }
}
