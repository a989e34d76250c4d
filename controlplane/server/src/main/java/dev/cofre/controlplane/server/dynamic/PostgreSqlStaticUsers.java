package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.literal;

import dev.cofre.controlplane.server.dynamic.DynamicEngine.Fence;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Users of a PostgreSQL that stay, and whose passwords are changed. Not thread-safe.
 *
 * <p>Who they belong to: a role that the vault made has a comment with the secret's id; any other
 * one must have been given to the root user WITH ADMIN OPTION, by name. So a name that was
 * mistyped, or chosen to take somebody's account, is refused.
 */
final class PostgreSqlStaticUsers {
  private static final String MARK = "cofre rotation of secret ";

  private static final String ADMINISTERS =
      "select count(*) from pg_roles where rolname = ? and (rolsuper or rolcreaterole"
          + " or rolreplication or rolbypassrls)";
  private static final String NO_LOGIN =
      "select count(*) from pg_roles where rolname = ? and not rolcanlogin";
  private static final String GIVEN =
      "select count(*) from pg_roles r join pg_auth_members m on m.roleid = r.oid"
          + " join pg_roles u on u.oid = m.member"
          + " where r.rolname = ? and u.rolname = current_user and m.admin_option";
  private static final String COMMENT =
      "select coalesce(shobj_description(oid, 'pg_authid'), '') from pg_roles where rolname = ?";

  private final PostgreSqlStatements sql;
  private final Target target;

  PostgreSqlStaticUsers(PostgreSqlStatements sql, Target target) {
    this.sql = sql;
    this.target = target;
  }

  /** Whether it is there; else it is to be made. */
  boolean require(StaticUser user) throws SQLException, TargetException {
    String name = user.name();
    if (name.equals(target.user())
        || name.equals(PostgreSqlRemovals.KEPT)
        || name.startsWith(PostgreSqlGroups.PREFIX)
        || name.startsWith("pg_")
        || UserNames.isOurs(name)) {
      throw refused(name, "is the vault's or the system's own");
    }
    List<String> comments = sql.texts(COMMENT, name);
    if (comments.isEmpty() && !user.create()) {
      throw refused(name, "is not there");
    }
    if (comments.isEmpty()) {
      return false;
    }
    boolean own = comments.getFirst().equals(MARK + user.of());
    if (!own && (user.create() || comments.getFirst().startsWith(MARK))) {
      throw refused(name, "is there already and belongs to somebody else: name another one");
    }
    if (!own) {
      requireGiven(name);
    }
    return true;
  }

  private void requireGiven(String name) throws SQLException, TargetException {
    if (sql.count(ADMINISTERS, name) > 0) {
      throw refused(name, "administers the system (SUPERUSER, CREATEROLE, REPLICATION, BYPASSRLS)");
    }
    if (sql.count(NO_LOGIN, name) > 0) {
      throw refused(name, "may not log in");
    }
    if (sql.count(GIVEN, name) == 0) {
      throw refused(
          name,
          "is not given to the root user: who owns it runs GRANT "
              + identifier(name)
              + " TO "
              + identifier(target.user())
              + " WITH ADMIN OPTION");
    }
  }

  /** See {@link DynamicEngine.Session#setPassword}; {@code verifier} is made when it is needed. */
  void setPassword(StaticUser user, Supplier<String> verifier, Fence fence)
      throws SQLException, TargetException {
    sql.alone(
        () -> {
          boolean isThere = require(user);
          String role = identifier(user.name());
          if (isThere) {
            sql.execute("alter role " + role + " password " + literal(verifier.get()));
          } else {
            sql.all(made(user, role, verifier.get()), true);
          }
          // The role's row, or its name, is locked by that to the commit, whoever has which lock:
          // who comes later waits, and who has lost the claim meanwhile takes all of it back.
          fence.requireHeld();
        });
  }

  private List<String> made(StaticUser user, String role, String verifier) throws TargetException {
    List<String> statements = new ArrayList<>();
    statements.add(
        "create role "
            + role
            + " login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password "
            + literal(verifier));
    statements.add("comment on role " + role + " is " + literal(MARK + user.of()));
    statements.addAll(PostgreSqlText.grants(user.name(), target.database(), user.grants()));
    return statements;
  }

  private static TargetException refused(String name, String why) {
    return new TargetException(TargetException.Kind.REFUSED, "the user " + name + " " + why);
  }
}
