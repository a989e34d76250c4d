package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.literal;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One login at a PostgreSQL. Not thread-safe. */
final class PostgreSqlSession implements Session {
  private static final System.Logger LOG = System.getLogger(PostgreSqlSession.class.getName());
  private static final int VERSION_LEAST = 14;

  /** What is to be made is there already, or just now. */
  static final Set<String> EXISTS = Set.of("42710", "23505");

  /** There is no such role. */
  private static final String UNDEFINED = "42704";

  /** A lock not had, a deadlock, the row of a role changed, or made, at the same time. */
  private static final Set<String> CONTENDED =
      Set.of(PostgreSqlStatements.LOCK_NOT_HAD, "40P01", "XX000");

  private final Connection connection;
  private final PostgreSqlStatements sql;
  private final PostgreSqlUsers users;
  private final PostgreSqlStaticUsers staticUsers;
  private final PostgreSqlGroups groups;
  private final PostgreSqlRemovals removals;
  private final Target target;
  private final RandomSource random;

  PostgreSqlSession(Connection connection, Target target, RandomSource random) {
    this.connection = connection;
    this.sql = new PostgreSqlStatements(connection);
    this.users = new PostgreSqlUsers(sql, target);
    this.staticUsers = new PostgreSqlStaticUsers(sql, target);
    this.groups = new PostgreSqlGroups(sql, target);
    this.removals = new PostgreSqlRemovals(sql, users, groups);
    this.target = target;
    this.random = random;
  }

  @Override
  public void requireRights() throws TargetException {
    guarded(
        "the check of the root user's rights",
        () -> {
          if (sql.version() < VERSION_LEAST) {
            throw refused("its version is below " + VERSION_LEAST);
          }
          if (sql.count(
                  "select count(*) from pg_roles where rolname = current_user"
                      + " and (rolcreaterole or rolsuper)")
              == 0) {
            throw refused("the root user lacks CREATEROLE");
          }
        });
  }

  @Override
  public void changePassword(char[] next, Fence fence) throws TargetException {
    guarded(
        "the change of the root user's password",
        () ->
            sql.alone(
                () -> {
                  sql.execute(
                      "alter role "
                          + identifier(target.user())
                          + " password "
                          + literal(verifier(next)));
                  // The role's row is locked by that, to the commit: nobody changes it in between.
                  fence.requireHeld();
                }));
  }

  @Override
  public void requireRotatable(StaticUser user) throws TargetException {
    guarded("the look at a user", () -> staticUsers.require(user));
  }

  @Override
  public void setPassword(StaticUser user, char[] password, Fence fence) throws TargetException {
    guarded(
        "the change of a user's password",
        () -> staticUsers.setPassword(user, () -> verifier(password), fence));
  }

  private String verifier(char[] password) {
    return ScramVerifier.of(password, random.bytes(ScramVerifier.SALT_LENGTH));
  }

  @Override
  public void create(NewUser user, char[] password) throws TargetException {
    UserNames.require(user.userName());
    String verifier = verifier(password);
    guarded(
        "the making of a credential",
        () ->
            sql.alone(
                () -> {
                  if (groups.areUsed()) {
                    inGroup(user, verifier);
                    return;
                  }
                  users.make(user.userName(), user.expiresAt(), verifier);
                  sql.all(
                      PostgreSqlText.grants(user.userName(), target.database(), user.grants()),
                      true);
                }));
  }

  private void inGroup(NewUser user, String verifier) throws SQLException, TargetException {
    try {
      String group = groups.of(user.grants());
      users.make(user.userName(), user.expiresAt(), verifier);
      sql.execute(PostgreSqlGroups.membership(group, user.userName()));
      // PostgreSQL lets a grant that waited for the group's removal succeed, and give nothing.
      if (!groups.ofUser(user.userName()).contains(group)) {
        throw groupIsGone();
      }
    } catch (SQLException e) {
      if (UNDEFINED.equals(e.getSQLState())) {
        throw groupIsGone();
      }
      throw e;
    }
  }

  private static TargetException groupIsGone() {
    return new TargetException(
        TargetException.Kind.AWAY, "others removed the credential's group meanwhile");
  }

  @Override
  public void renew(String userName, Instant expiresAt) throws TargetException {
    UserNames.require(userName);
    guarded("the renewal of a credential", () -> users.renew(userName, expiresAt));
  }

  @Override
  public void revoke(String userName, OwnedObjects owned) throws TargetException {
    UserNames.require(userName);
    removing("the removal of a credential", () -> removals.one(userName, owned));
  }

  @Override
  public Set<String> revokeTogether(List<String> names) throws TargetException {
    Set<String> gone = new HashSet<>();
    removing("the removal of credentials", () -> gone.addAll(removals.together(names)));
    return gone;
  }

  /** Who holds a removal up keeps one credential: the system is there for all others. */
  private static void removing(String what, JdbcStatements.Work work) throws TargetException {
    try {
      work.run();
    } catch (SQLException e) {
      TargetException failure = failure(what, e);
      throw isContended(e)
          ? new TargetException(TargetException.Kind.BUSY, failure.getMessage())
          : failure;
    }
  }

  private static boolean isContended(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return CONTENDED.contains(state) || EXISTS.contains(state);
  }

  private static void guarded(String what, JdbcStatements.Work work) throws TargetException {
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
    if (isContended(e)) {
      return new TargetException(
          TargetException.Kind.AWAY,
          "others are at work in the target, which kept up " + what + " with SQLSTATE " + state);
    }
    boolean away =
        state.isEmpty()
            || state.startsWith("08")
            || state.startsWith("57P")
            || state.startsWith("53");
    if (state.equals(PostgreSqlStatements.NOTHING_GRANTED)) {
      return refused("the root user may not give what the role says (it needs the grant option)");
    }
    return away
        ? new TargetException(
            TargetException.Kind.AWAY, "the target cannot be reached (" + what + ")")
        : new TargetException(
            TargetException.Kind.REFUSED, "the target refused " + what + " with SQLSTATE " + state);
  }

  static TargetException refused(String why) {
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
