package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

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

  /** So often it waits for our own that work, a second each time. */
  private static final int TRIES = 3;

  /** So often where others stand in the way, who may come back. */
  private static final int TRIES_HOSTILE = 8;

  /** The most sessions that are ended by one try: those that wait have the lock one by one. */
  private static final int EVICTED_MAX = 500;

  private static final long EVICT_MAX_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final int NO_SUCH_SESSION = 1094;

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
    for (int tries = 1; count("select coalesce(get_lock(?, 1), 0)", lock) != 1; tries++) {
      boolean hostile = evict(lock, root);
      if (tries >= (hostile ? TRIES_HOSTILE : TRIES)) {
        throw new TargetException(
            TargetException.Kind.BUSY,
            hostile
                ? "others in the target keep taking the lock that the vault's work takes"
                : "another control plane is at work on the same user");
      }
    }
    try {
      work.run();
    } finally {
      release(lock);
    }
  }

  /**
   * Ends the session of each other user that has the lock, and of the one that has it then: any
   * login may take, or wait for, a lock under any name. Nobody can tell what lock who waits waits
   * for, but whoever has it next; so no session is ended that waits for another one.
   *
   * @return whether there was one
   */
  private boolean evict(String lock, String root) throws SQLException {
    long endNs = System.nanoTime() + EVICT_MAX_NS;
    Set<String> ended = new HashSet<>();
    while (ended.size() < EVICTED_MAX && System.nanoTime() < endNs) {
      List<List<String>> holders = rows(HOLDER, 2, lock);
      if (holders.isEmpty() || holders.getFirst().getLast().equals(root)) {
        break;
      }
      if (ended.add(holders.getFirst().getFirst())) {
        kill(holders.getFirst().getFirst());
      } else {
        LockSupport.parkNanos(LOOK_EVERY_NS);
      }
    }
    if (!ended.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "other users of a target kept a lock that the vault''s work takes; {0} sessions are ended",
          ended.size());
    }
    return !ended.isEmpty();
  }

  /** Ends the session with the number {@code id}, unless it has ended. */
  private void kill(String id) throws SQLException {
    try {
      execute("kill hard connection " + Long.parseLong(id));
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_SUCH_SESSION) {
        throw e;
      }
    }
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
