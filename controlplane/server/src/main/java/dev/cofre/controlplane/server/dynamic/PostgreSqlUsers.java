package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.literal;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * The statements about a credential's user: by the root user itself, or by functions of a superuser
 * ({@code docs/sql/postgresql-users.sql}), which leave the root user no administrator of each. Not
 * thread-safe.
 *
 * <p>A user that was made by the functions is changed and removed by them, every other one by the
 * root user; so they may come at any time.
 */
final class PostgreSqlUsers {
  private static final int VERSION_MEMBER_OPTIONS = 16;

  private static final String COMMENT =
      "select coalesce(pg_catalog.shobj_description(oid, 'pg_authid'), '')"
          + " from pg_catalog.pg_roles where rolname = ?";

  /** What the functions write on a user, before the name of who called them. */
  private static final String MARK = "cofre user of ";

  /**
   * All of them are there, and nobody but superusers could have put them there or can change them:
   * they are called with the root user's rights. Each finds nothing of its caller's, who could have
   * them run it with a superuser's rights.
   */
  private static final String FUNCTIONS =
      "select count(*) from pg_catalog.pg_namespace n"
          + " join pg_catalog.pg_roles s on s.oid = n.nspowner"
          + " where n.nspname = 'cofre_users' and s.rolsuper"
          + " and pg_catalog.has_schema_privilege(n.oid, 'usage')"
          + " and not exists (select from pg_catalog.pg_proc p"
          + " join pg_catalog.pg_roles o on o.oid = p.proowner"
          + " where p.pronamespace = n.oid and not (o.rolsuper and p.prosecdef"
          + " and coalesce(p.proconfig = '{\"search_path=pg_catalog, pg_temp\"}', false)))"
          + " and 5 = (select count(*) from pg_catalog.pg_proc p where p.pronamespace = n.oid"
          + " and p.proname in ('make', 'renew', 'shut', 'take', 'remove')"
          + " and pg_catalog.has_function_privilege(p.oid, 'execute'))";

  /** Whether the root user needs no function to change whom it did not make. */
  private static final String IS_SUPERUSER =
      "select count(*) from pg_catalog.pg_roles where rolname = current_user and rolsuper";

  private final PostgreSqlStatements sql;
  private final Target target;
  private Boolean functions;

  PostgreSqlUsers(PostgreSqlStatements sql, Target target) {
    this.sql = sql;
    this.target = target;
  }

  /** Whether users are made by functions, as asked once of a login. */
  private boolean areFunctionsThere() throws SQLException {
    if (functions == null) {
      functions = sql.version() >= VERSION_MEMBER_OPTIONS && sql.count(FUNCTIONS) > 0;
    }
    return functions;
  }

  /**
   * Whether {@code user} is to be changed by functions.
   *
   * @throws TargetException when it is, and they cannot be called
   */
  private boolean isOfFunctions(String user) throws SQLException, TargetException {
    if (!sql.texts(COMMENT, user).equals(List.of(MARK + target.user()))) {
      return false;
    }
    if (!areFunctionsThere() && sql.count(IS_SUPERUSER) == 0) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "functions in the target made the user, and are not there any more or not as"
              + " docs/sql/postgresql-users.sql makes them: have a superuser run it again");
    }
    return areFunctionsThere();
  }

  /** Makes {@code user}, which may log in until {@code end} by what {@code verifier} verifies. */
  void make(String user, Instant end, String verifier) throws SQLException, TargetException {
    sql.execute(
        areFunctionsThere()
            ? call("make", user, end.toString(), verifier)
            : "create role "
                + identifier(user)
                + " login nosuperuser nocreatedb nocreaterole noreplication nobypassrls valid until "
                + literal(end.toString())
                + " password "
                + literal(verifier));
  }

  /** Lets {@code user} log in until {@code end}. */
  void renew(String user, Instant end) throws SQLException, TargetException {
    sql.execute(
        isOfFunctions(user)
            ? call("renew", user, end.toString())
            : "alter role " + identifier(user) + " valid until " + literal(end.toString()));
  }

  /** The statements that remove {@code user}, which is there. */
  Removal removal(String user) throws SQLException, TargetException {
    if (isOfFunctions(user)) {
      return new Removal(call("shut", user), call("take", user), call("remove", user));
    }
    String role = identifier(user);
    return new Removal(
        "alter role " + role + " nologin password null valid until '-infinity'",
        membership(role),
        "drop role if exists " + role);
  }

  /**
   * Statements about one user.
   *
   * @param shut lets it log in no more
   * @param take gives the root user its rights
   * @param drop removes it, unless it owns something or has grants of its own
   */
  record Removal(String shut, String take, String drop) {}

  /** What gives the root user the rights of {@code role}, an identifier that it administers. */
  String membership(String role) throws SQLException {
    return "grant "
        + role
        + " to current_user"
        + (sql.version() >= VERSION_MEMBER_OPTIONS ? " with inherit true, set true" : "");
  }

  private static String call(String function, String... arguments) throws TargetException {
    StringBuilder call = new StringBuilder("select cofre_users.").append(function).append('(');
    for (int i = 0; i < arguments.length; i++) {
      call.append(i == 0 ? "" : ", ").append(literal(arguments[i]));
    }
    return call.append(')').toString();
  }
}
