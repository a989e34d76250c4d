package dev.cofre.controlplane.server.dynamic;

import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.identifier;
import static dev.cofre.controlplane.server.dynamic.PostgreSqlText.literal;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
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
    List<String> comments = sql.texts(COMMENT, user);
    if (!comments.isEmpty() && !isChangeable(comments.getFirst())) {
      throw new TargetException(
          TargetException.Kind.REFUSED,
          "functions in the target made the user, and are not there any more or not as"
              + " docs/sql/postgresql-users.sql makes them: have a superuser run it again");
    }
    return !comments.isEmpty() && isCalledFor(comments.getFirst());
  }

  /** Whether functions are called for the user on which {@code comment} stands written. */
  boolean isCalledFor(String comment) throws SQLException {
    return comment.equals(MARK + target.user()) && areFunctionsThere();
  }

  /** Whether that user can be changed: functions that made it are there, or are not needed. */
  boolean isChangeable(String comment) throws SQLException {
    return !comment.equals(MARK + target.user())
        || areFunctionsThere()
        || sql.count(IS_SUPERUSER) > 0;
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
  Statements removal(String user) throws SQLException, TargetException {
    return isOfFunctions(user)
        ? new Statements(call("shut", user), call("take", user), call("remove", user))
        : new Statements(shutting(user), membership(identifier(user)), dropping(user));
  }

  private static String shutting(String user) throws TargetException {
    return "alter role " + identifier(user) + " nologin password null valid until '-infinity'";
  }

  private static String dropping(String user) throws TargetException {
    return "drop role if exists " + identifier(user);
  }

  /**
   * Several users that are there, and who changes them.
   *
   * @param byFunctions by the functions
   * @param byRoot by the root user
   */
  record Several(List<String> byFunctions, List<String> byRoot) {}

  /** Lets none of {@code users} log in any more. */
  void shut(Several users) throws SQLException, TargetException {
    each(users, "shut", PostgreSqlUsers::shutting);
  }

  /** Removes {@code users}, which fails when one owns something or has grants of its own. */
  void drop(Several users) throws SQLException, TargetException {
    each(users, "remove", PostgreSqlUsers::dropping);
  }

  /** A statement about a user. */
  @FunctionalInterface
  private interface About {
    String user(String name) throws TargetException;
  }

  /** By one statement, and by as many as there are users, sent together. */
  private void each(Several users, String function, About about)
      throws SQLException, TargetException {
    if (!users.byFunctions().isEmpty()) {
      sql.rowsAmong(
          "select cofre_users." + function + "(n)::text from unnest(?) n", 1, users.byFunctions());
    }
    List<String> statements = new ArrayList<>();
    for (String name : users.byRoot()) {
      statements.add(about.user(name));
    }
    sql.together(statements);
  }

  /**
   * Statements about one user.
   *
   * @param shut lets it log in no more
   * @param take gives the root user its rights
   * @param drop removes it, unless it owns something or has grants of its own
   */
  record Statements(String shut, String take, String drop) {}

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
