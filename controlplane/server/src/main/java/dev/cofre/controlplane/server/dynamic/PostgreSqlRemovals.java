package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;

import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.PostgreSqlUsers.Several;
import dev.cofre.controlplane.server.dynamic.PostgreSqlUsers.Statements;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How credentials are removed from a PostgreSQL: shut first, so that no session begins any more,
 * then without sessions, then dropped. Not thread-safe.
 */
final class PostgreSqlRemovals {
  private static final String DEPENDENT_OBJECTS = "2BP01";

  /**
   * Owns what credentials leave behind, and may do nothing: what credentials made may run with its
   * owner's rights (functions with SECURITY DEFINER, views), which must not be the root user's.
   */
  static final String KEPT = "cofre-kept";

  /**
   * Of some users those that own nothing, have no grants of their own and no session, which may
   * keep the user's row, with what stands written on them and their groups. What the catalog says
   * of their being members goes with them.
   */
  private static final String BARE =
      "select u.rolname, coalesce(shobj_description(u.oid, 'pg_authid'), ''),"
          + " array_to_string(array("
          + PostgreSqlGroups.OF_MEMBER
          + "u.oid), ' ')"
          + " from pg_roles u where u.rolname = any(cast(? as name[]))"
          + " and not exists (select from pg_stat_activity a where a.usesysid = u.oid)"
          + " and not exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass"
          + " and d.refobjid = u.oid and d.classid <> 'pg_auth_members'::regclass)";

  private static final String IN_SESSION =
      "select distinct usename::text from pg_stat_activity where usename = any(cast(? as name[]))";

  /** What is shut together waits for nobody for long: who is in the way is found one by one. */
  private static final String BRIEFLY = "set local lock_timeout = 1000";

  private final PostgreSqlStatements sql;
  private final PostgreSqlUsers users;
  private final PostgreSqlGroups groups;

  PostgreSqlRemovals(PostgreSqlStatements sql, PostgreSqlUsers users, PostgreSqlGroups groups) {
    this.sql = sql;
    this.users = users;
    this.groups = groups;
  }

  /** Removes {@code userName}, with all that is its. */
  void one(String userName, OwnedObjects owned) throws SQLException, TargetException {
    if (!isThere(userName) && !isBeingMade(identifier(userName))) {
      return;
    }
    Statements removal = users.removal(userName);
    // One that changes itself keeps the row that is to be changed, for as long as it likes.
    terminateSessions(userName, removal);
    sql.execute(removal.shut());
    if (terminateSessions(userName, removal) && sessions(userName) > 0) {
      throw PostgreSqlSession.refused("a session of the credential does not end");
    }
    List<String> its = groups.ofUser(userName);
    if (!removeBare(removal, its)) {
      // To take over what it owns one must have its rights.
      sql.execute(removal.take());
      remove(userName, owned, removal, its);
    }
  }

  /** A user that is easily removed: what stands written on it, and its groups. */
  private record Bare(String comment, List<String> groups) {}

  /**
   * Removes those of {@code names} that are there, own nothing and have no session: all of them by
   * two transactions. When it fails they are shut or as they were, and none is dropped.
   *
   * @return whom it removed; every other one is to be removed by itself
   */
  Set<String> together(List<String> names) throws SQLException, TargetException {
    // Before that version each has grants of its own.
    if (!groups.areUsed()) {
      return Set.of();
    }
    SortedMap<String, Bare> found = new TreeMap<>();
    for (List<String> row : sql.rowsAmong(BARE, 3, names)) {
      List<String> its = row.get(2).isEmpty() ? List.of() : List.of(row.get(2).split(" "));
      if (users.isChangeable(row.get(1))) {
        found.put(row.getFirst(), new Bare(row.get(1), its));
      }
    }
    if (found.isEmpty()) {
      return Set.of();
    }
    sql.atOnce(
        () -> {
          sql.execute(BRIEFLY);
          users.shut(several(found));
        });
    sql.rowsAmong(IN_SESSION, 1, List.copyOf(found.keySet()))
        .forEach(row -> found.remove(row.getFirst()));
    drop(found);
    return Set.copyOf(found.keySet());
  }

  /**
   * In the order of names: so two who work on the same ones wait, and do not lock each other out.
   */
  private Several several(SortedMap<String, Bare> found) throws SQLException {
    List<String> byFunctions = new ArrayList<>();
    List<String> byRoot = new ArrayList<>();
    for (var user : found.entrySet()) {
      boolean called = users.isCalledFor(user.getValue().comment());
      (called ? byFunctions : byRoot).add(user.getKey());
    }
    return new Several(byFunctions, byRoot);
  }

  private void drop(SortedMap<String, Bare> found) throws SQLException, TargetException {
    if (found.isEmpty()) {
      return;
    }
    Several several = several(found);
    Set<String> left = new TreeSet<>();
    found.values().forEach(user -> left.addAll(user.groups()));
    sql.alone(
        () -> {
          users.drop(several);
          for (String group : left) {
            groups.removeUnused(group);
          }
        });
  }

  /** Waits for each to end, for a bounded time; whether there was one. */
  private boolean terminateSessions(String userName, Statements removal) throws SQLException {
    if (sessions(userName) == 0) {
      return false;
    }
    sql.execute(removal.take());
    sql.count(
        "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where usename = ?",
        userName);
    return true;
  }

  private int sessions(String userName) throws SQLException {
    return sql.count("select count(*) from pg_stat_activity where usename = ?", userName);
  }

  /** Removes a user that owns nothing and has no grants of its own; whether it was one. */
  private boolean removeBare(Statements removal, List<String> its)
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

  private void remove(String userName, OwnedObjects owned, Statements removal, List<String> its)
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
      throw PostgreSqlSession.refused("its role " + KEPT + " may do more than own things");
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
      if (PostgreSqlSession.EXISTS.contains(e.getSQLState())) {
        return true;
      }
      throw e;
    }
  }

  private boolean isThere(String userName) throws SQLException {
    return sql.count("select count(*) from pg_roles where rolname = ?", userName) > 0;
  }
}
