package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.MariaDbText.account;
import static dev.cofre.controlplane.server.dynamic.MariaDbText.identifiedBy;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One login at a MariaDB. Not thread-safe.
 *
 * <p>Statements about users stand each for itself there. So a user that is being made lets nobody
 * in until it is whole, and one that is being removed nobody from the first step on; and all that
 * concerns one user is done under its lock ({@link MariaDbStatements#locked}).
 */
final class MariaDbSession implements DynamicEngine.Session {
  private static final System.Logger LOG = System.getLogger(MariaDbSession.class.getName());
  private static final String LOCKED = " account lock";
  private static final long END_MAX_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final String IS_THERE =
      "select count(*) from mysql.global_priv where User = ? and Host = '%'";
  private static final String IS_LOCKED =
      "select count(*) from mysql.global_priv where User = ? and Host = '%'"
          + " and ifnull(json_value(Priv, '$.account_locked'), 0) <> 0";
  private static final String SESSIONS =
      "select count(*) from information_schema.processlist where binary user = ?";
  private static final String OWN_HOST = "select substring_index(current_user(), '@', -1)";

  private final Connection connection;
  private final MariaDbStatements sql;
  private final MariaDbUsers users;
  private final MariaDbStaticUsers staticUsers;
  private final MariaDbEnds ends;
  private final MariaDbOwned objects;
  private final Target target;

  MariaDbSession(Connection connection, MariaDbStatements sql, Target target, RandomSource random) {
    this.connection = connection;
    this.sql = sql;
    this.users = new MariaDbUsers(sql, target, random);
    this.staticUsers = new MariaDbStaticUsers(users, sql, target);
    this.ends = new MariaDbEnds(sql, target);
    this.objects = new MariaDbOwned(sql);
    this.target = target;
  }

  @Override
  public boolean endsCredentials() {
    try {
      return ends.areUsed();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a target does not say whether it ends users", e);
      return false;
    }
  }

  @Override
  public void requireRights() throws TargetException {
    guarded("the check of the root user's rights", () -> MariaDbRights.require(sql, target));
  }

  @Override
  public void changePassword(char[] next, Fence fence) throws TargetException {
    String hash = NativePasswordHash.of(next);
    guarded(
        "the change of the root user's password",
        () ->
            locked(
                target.user(),
                () -> {
                  fence.requireHeld();
                  sql.execute(
                      "alter user "
                          + account(target.user(), sql.texts(OWN_HOST).getFirst())
                          + identifiedBy(hash));
                }));
  }

  @Override
  public void requireRotatable(StaticUser user) throws TargetException {
    guarded("the look at a user", () -> staticUsers.require(user));
  }

  @Override
  public void setPassword(StaticUser user, char[] password, Fence fence) throws TargetException {
    String hash = NativePasswordHash.of(password);
    guarded(
        "the change of a user's password",
        () -> locked(user.name(), () -> staticUsers.setPassword(user, hash, fence)));
  }

  @Override
  public void create(NewUser user, char[] password) throws TargetException {
    UserNames.require(user.userName());
    String hash = NativePasswordHash.of(password);
    guarded("the making of a credential", () -> locked(user.userName(), () -> make(user, hash)));
  }

  private void make(NewUser user, String hash) throws SQLException, TargetException {
    String account = account(user.userName());
    List<String> grants = users.giving(account, user.grants());
    sql.execute(users.making(account, hash) + LOCKED);
    boolean whole = false;
    try {
      sql.all(grants);
      if (ends.at(user.userName(), user.expiresAt())) {
        unlock(account);
      }
      whole = true;
    } finally {
      if (!whole) {
        undo(account, user.userName());
      }
    }
  }

  /** What is left of it otherwise is locked, and goes with its lease. */
  private void undo(String account, String name) {
    try {
      ends.forget(name);
      sql.execute("drop user if exists " + account);
    } catch (SQLException | TargetException e) {
      LOG.log(Level.DEBUG, "a half made credential goes with its lease", e);
    }
  }

  private void unlock(String account) throws SQLException {
    sql.execute("alter user " + account + " account unlock");
  }

  @Override
  public void renew(String userName, Instant expiresAt) throws TargetException {
    UserNames.require(userName);
    guarded(
        "the renewal of a credential", () -> locked(userName, () -> prolong(userName, expiresAt)));
  }

  private void prolong(String userName, Instant expiresAt) throws SQLException, TargetException {
    if (sql.count(IS_THERE, userName) == 0) {
      throw new TargetException(
          TargetException.Kind.REFUSED, "the target has no user of the lease's any more");
    }
    boolean isLocked = sql.count(IS_LOCKED, userName) > 0;
    if (isLocked && !ends.hasCome(userName)) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "somebody locked the lease's user in the target: it is not let in again by a renewal");
    }
    if (ends.at(userName, expiresAt) && isLocked) {
      unlock(account(userName));
    }
  }

  @Override
  public void revoke(String userName, OwnedObjects owned) throws TargetException {
    UserNames.require(userName);
    guarded(
        "the removal of a credential",
        () -> {
          // Ahead of the lock: its holder may be the one who keeps that.
          shut(userName);
          locked(userName, () -> remove(userName, owned));
        });
  }

  /** Lets it in no more, and begins to end its sessions. */
  private void shut(String userName) throws SQLException, TargetException {
    if (sql.count(IS_THERE, userName) > 0) {
      // Not to be unlocked again by a renewal that is late: nobody knows its password any more.
      sql.execute(
          "alter user if exists " + account(userName) + identifiedBy(users.unknown()) + LOCKED);
      sql.execute("kill hard user " + MariaDbText.userName(userName));
    }
  }

  private void remove(String userName, OwnedObjects owned) throws SQLException, TargetException {
    if (sql.count(IS_THERE, userName) == 0) {
      return;
    }
    shut(userName);
    endSessions(userName);
    objects.leave(userName, owned);
    ends.forget(userName);
    sql.execute("drop user if exists " + account(userName));
  }

  /** Waits for each to end; there is no login any more, so none begins. */
  private void endSessions(String userName) throws SQLException, TargetException {
    long endNs = System.nanoTime() + END_MAX_NS;
    while (sql.count(SESSIONS, userName) > 0) {
      sql.execute("kill hard user " + MariaDbText.userName(userName));
      if (System.nanoTime() > endNs) {
        throw new TargetException(
            TargetException.Kind.REFUSED,
            "the target cannot be used: a session of the credential does not end");
      }
      LockSupport.parkNanos(LOOK_EVERY_NS);
    }
  }

  private void locked(String user, JdbcStatements.Work work) throws SQLException, TargetException {
    sql.locked(user, target.user(), work);
  }

  private static void guarded(String what, JdbcStatements.Work work) throws TargetException {
    try {
      work.run();
    } catch (SQLException e) {
      throw MariaDbFailures.of(what, e);
    }
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
