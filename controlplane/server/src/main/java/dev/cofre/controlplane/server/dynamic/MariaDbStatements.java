package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/**
 * How statements are run on one connection to a MariaDB. Not thread-safe.
 *
 * <p>It has no transaction about users: each statement is in force when it has ended. What keeps
 * others out between a look and a change is a lock of the server's ({@code GET_LOCK}) that this
 * connection has, and that ends with it: the change goes by the same connection, so whoever lost
 * the lock can change nothing any more.
 */
final class MariaDbStatements extends JdbcStatements {
  private static final System.Logger LOG = System.getLogger(MariaDbStatements.class.getName());

  /**
   * Who stands still loses its connection after 20 s, and its lock with it. Whatever the server's
   * own modes are: no grant makes a user that is not there, nothing is cut, times are UTC.
   */
  private static final String SETTINGS =
      "set session sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_CREATE_USER',"
          + " session wait_timeout = 20, session max_statement_time = 12,"
          + " session lock_wait_timeout = 8, session innodb_lock_wait_timeout = 8,"
          + " session time_zone = '+00:00'";

  private static final int TRIES = 3;

  /** So long each try waits for a lock; a statement may take 12 s. */
  private static final String WAIT_S = "3";

  /** Who works as the vault does, and keeps the lock. */
  private static final String HOLDER =
      "select id, user from information_schema.processlist where id = is_used_lock(?)";

  MariaDbStatements(Connection connection) {
    super(connection);
  }

  void begin() throws SQLException {
    execute(SETTINGS);
  }

  /**
   * Does {@code work} while no other control plane is at work on the user {@code user}.
   *
   * @param root who works there for the vault: another user's lock under this name is taken away
   */
  void locked(String user, String root, Work work) throws SQLException, TargetException {
    String lock = lockOf(user);
    for (int tries = 0; count("select coalesce(get_lock(?, " + WAIT_S + "), 0)", lock) != 1; ) {
      if (++tries == TRIES || !evict(lock, root)) {
        throw new TargetException(
            TargetException.Kind.AWAY, "another control plane is at work on the same user");
      }
    }
    try {
      work.run();
    } finally {
      release(lock);
    }
  }

  /** Of everybody who knows the name: any login may take a lock under any name. */
  private boolean evict(String lock, String root) throws SQLException {
    for (List<String> holder : rows(HOLDER, 2, lock)) {
      if (holder.getLast().equals(root)) {
        return false;
      }
      LOG.log(
          Level.WARNING,
          "another user of a target keeps a lock that the vault's work takes; its session is ended");
      kill(holder.getFirst());
    }
    return true;
  }

  /** Ends the session with the number {@code id}, unless it has ended. */
  private void kill(String id) throws SQLException {
    execute("kill hard connection " + Long.parseLong(id));
  }

  private void release(String lock) {
    try {
      count("select coalesce(release_lock(?), 0)", lock);
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a lock in a target ends with its connection", e);
    }
  }

  /** The name of the lock of {@code user}: of a form and length that every server takes. */
  static String lockOf(String user) {
    return "cofre:" + digest(user);
  }

  /** 40 hexadecimal digits that stand for {@code name}. */
  static String digest(String name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 20);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Runs {@code statements}; they may take a bounded time. */
  void all(List<String> statements) throws SQLException {
    each(statements, this::execute);
  }
}
