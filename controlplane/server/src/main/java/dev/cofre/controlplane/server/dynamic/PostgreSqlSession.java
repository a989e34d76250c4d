package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.literal;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import dev.cofre.controlplane.server.dynamic.PostgreSqlUsers.Removal;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One login at a PostgreSQL. Not thread-safe. */
final class PostgreSqlSession implements DynamicEngine.Session {
  private static final System.Logger LOG = System.getLogger(PostgreSqlSession.class.getName());
  private static final int VERSION_LEAST = 14;
  private static final String DEPENDENT_OBJECTS = "2BP01";
  private static final String DUPLICATE = "42710";
  private static final String UNIQUE = "23505";

  /** There is no such role. */
  private static final String UNDEFINED = "42704";

  /** A lock not had, a deadlock, the row of a role changed, or made, at the same time. */
  private static final Set<String> CONTENDED =
      Set.of(PostgreSqlStatements.LOCK_NOT_HAD, "40P01", "XX000", DUPLICATE, UNIQUE);

  /**
   * Owns what credentials leave behind, and may do nothing: what credentials made may run with its
   * owner's rights (functions with SECURITY DEFINER, views), which must not be the root user's.
   */
  static final String KEPT = "cofre-kept";

  private final Connection connection;
  private final PostgreSqlStatements sql;
  private final PostgreSqlUsers users;
  private final PostgreSqlStaticUsers staticUsers;
  private final PostgreSqlGroups groups;
  private final Target target;
  private final RandomSource random;

  PostgreSqlSession(Connection connection, Target target, RandomSource random) {
    this.connection = connection;
    this.sql = new PostgreSqlStatements(connection);
    this.users = new PostgreSqlUsers(sql, target);
    this.staticUsers = new PostgreSqlStaticUsers(sql, target);
    this.groups = new PostgreSqlGroups(sql, target);
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
    guarded(
        "the removal of a credential",
        () -> {
          if (!isThere(userName) && !isBeingMade(identifier(userName))) {
            return;
          }
          Removal removal = users.removal(userName);
          sql.execute(removal.shut());
          endSessions(userName, removal);
          List<String> its = groups.ofUser(userName);
          if (!removeBare(removal, its)) {
            // To take over what it owns one must have its rights.
            sql.execute(removal.take());
            remove(userName, owned, removal, its);
          }
        });
  }

  /** Waits for each to end; there is no login any more, so none begins. */
  private void endSessions(String userName, Removal removal) throws SQLException, TargetException {
    if (sessions(userName) == 0) {
      return;
    }
    sql.execute(removal.take());
    sql.count(
        "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where usename = ?",
        userName);
    if (sessions(userName) > 0) {
      throw refused("a session of the credential does not end");
    }
  }

  private int sessions(String userName) throws SQLException {
    return sql.count("select count(*) from pg_stat_activity where usename = ?", userName);
  }

  /** Removes a user that owns nothing and has no grants of its own; whether it was one. */
  private boolean removeBare(Removal removal, List<String> its)
      throws SQLException, TargetException {
    try {
      removeAtOnce(List.of(removal.drop()), its);
      return true;
    } catch (SQLException e) {
      if (DEPENDENT_OBJECTS.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /** The user and, when it was the last one in it, its group: both or none. */
  private void removeAtOnce(List<String> statements, List<String> its)
      throws SQLException, TargetException {
    sql.alone(
        () -> {
          sql.all(statements, false);
          for (String group : its) {
            groups.removeUnused(group);
          }
        });
  }

  private void remove(String userName, OwnedObjects owned, Removal removal, List<String> its)
      throws SQLException, TargetException {
    String drop = "drop owned by " + identifier(userName);
    if (owned == OwnedObjects.DROP) {
      try {
        removeAtOnce(List.of(drop, removal.drop()), its);
        return;
      } catch (SQLException e) {
        if (!DEPENDENT_OBJECTS.equals(e.getSQLState())) {
          throw e;
        }
        // Others build on what it made: that is kept, the credential is not.
      }
    }
    List<String> statements = new ArrayList<>(keep(userName));
    statements.add(drop);
    statements.add(removal.drop());
    removeAtOnce(statements, its);
  }

  /** Gives what the user owns to {@link #KEPT}, which may have it in those schemas meanwhile. */
  private List<String> keep(String userName) throws SQLException, TargetException {
    String kept = identifier(KEPT);
    List<String> statements = new ArrayList<>();
    if (!isThere(KEPT)) {
      statements.add("create role " + kept + " nologin");
    } else if (sql.count(
            "select count(*) from pg_roles r where rolname = ? and (rolsuper or rolcanlogin"
                + " or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
                + " or exists (select from pg_auth_members m where m.member = r.oid))",
            KEPT)
        > 0) {
      throw refused("its role " + KEPT + " may do more than own things");
    }
    statements.add(users.membership(kept));
    List<String> schemas = new ArrayList<>();
    for (String schema :
        sql.texts(
            "select nspname from pg_namespace where nspname !~ '^pg_'"
                + " and nspname <> 'information_schema'"
                + " and has_schema_privilege(?, oid, 'CREATE')",
            userName)) {
      schemas.add(identifier(schema));
    }
    for (String schema : schemas) {
      statements.add("grant usage, create on schema " + schema + " to " + kept);
    }
    statements.add("reassign owned by " + identifier(userName) + " to " + kept);
    for (String schema : schemas) {
      statements.add("revoke create on schema " + schema + " from " + kept);
    }
    return statements;
  }

  /** Whether somebody makes the role {@code user} right now; waits until they are done or not. */
  private boolean isBeingMade(String user) throws SQLException, TargetException {
    try {
      sql.undone(() -> sql.execute("create role " + user + " nologin"));
      return false;
    } catch (SQLException e) {
      if (DUPLICATE.equals(e.getSQLState()) || UNIQUE.equals(e.getSQLState())) {
        return true;
      }
      throw e;
    }
  }

  private boolean isThere(String userName) throws SQLException {
    return sql.count("select count(*) from pg_roles where rolname = ?", userName) > 0;
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
    if (CONTENDED.contains(state)) {
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
