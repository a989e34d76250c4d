package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All that holds of credentials in PostgreSQL, where a superuser's functions make them. */
class PostgreSqlUserFunctionsTest extends PostgreSqlEngineTest {
  private static final String VERIFIER = "SCRAM-SHA-256$4096:c2FsdA==$YQ==:YQ==";

  @BeforeAll
  static void install() throws Exception {
    server.installUserFunctions();
  }

  private static int administratorsOf(String user) throws SQLException {
    return server
        .texts(
            "select 1 from pg_auth_members m join pg_roles r on r.oid = m.roleid where r.rolname = '"
                + user
                + "'")
        .size();
  }

  private static SQLException refused(String user, String password, String sql)
      throws SQLException {
    try (Connection connection = server.login(user, password);
        Statement statement = connection.createStatement()) {
      return assertThrows(SQLException.class, () -> statement.execute(sql), sql);
    }
  }

  private static SQLException refusedToRoot(String sql) throws SQLException {
    return refused(TargetServer.ROOT, TargetServer.ROOT_PASSWORD, sql);
  }

  @Test
  void theRootUserIsAdministratorOfNoCredential() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(user(name), password);
      assertTrue(works(name, password));
      assertEquals(0, administratorsOf(name));
      session.renew(name, Instant.now().plusSeconds(5_000));
      assertTrue(works(name, password));
      session.revoke(name, OwnedObjects.REASSIGN);
      assertFalse(knows(name));
    }
  }

  @Test
  void aCredentialFromBeforeTheFunctionsIsChangedAndRemoved() throws Exception {
    String name = fresh();
    try (Connection root = server.login(TargetServer.ROOT, TargetServer.ROOT_PASSWORD);
        Statement statement = root.createStatement()) {
      statement.execute("create role \"" + name + "\" login");
    }
    assertEquals(1, administratorsOf(name));
    try (Session session = session()) {
      session.renew(name, Instant.now().plusSeconds(600));
      session.revoke(name, OwnedObjects.DROP);
    }
    assertFalse(knows(name));
  }

  @Test
  void theFunctionsTouchNobodyWhomTheirCallerDidNotMake() throws Exception {
    String other = fresh();
    String administrator = fresh();
    server.administer(
        "create role \"" + other + "\" login",
        "comment on role \"" + other + "\" is 'cofre user of somebody_else'",
        "create role \"" + administrator + "\" login createrole",
        "comment on role \"" + administrator + "\" is 'cofre user of vault_root'");
    for (String name : List.of("postgres", TargetServer.ROOT, other, administrator)) {
      for (String call :
          List.of("renew('%s', 'infinity')", "shut('%s')", "take('%s')", "remove('%s')")) {
        String sql = "select cofre_users." + call.formatted(name);
        assertEquals("42501", refusedToRoot(sql).getSQLState(), sql);
      }
    }
    for (String name :
        List.of("plain", "cofre_x", other + "\n", "x\"; drop table sales.orders; --")) {
      String sql = "select cofre_users.make('" + name + "', 'infinity', '" + VERIFIER + "')";
      assertEquals("42501", refusedToRoot(sql).getSQLState(), sql);
    }
    // A password as it is would stand in the server's log.
    assertEquals(
        "42501",
        refusedToRoot("select cofre_users.make('" + fresh() + "', 'infinity', 'a password')")
            .getSQLState());
    assertTrue(knows(other));
    server.administer("drop role \"" + other + '"', "drop role \"" + administrator + '"');
  }

  @Test
  void aCredentialCannotCallThem() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(user(name), password);
      String sql = "select cofre_users.remove('" + name + "')";
      assertEquals("42501", refused(name, new String(password), sql).getSQLState());
      session.revoke(name, OwnedObjects.DROP);
    }
  }

  /** They would run with the root user's rights, whoever wrote them. */
  @Test
  void functionsThatSomebodyElseCouldChangeAreNotCalled() throws Exception {
    server.administer("create role stranger nologin");
    for (List<String> change :
        List.of(
            List.of(
                "alter function cofre_users.shut(text) owner to stranger",
                "alter function cofre_users.shut(text) owner to postgres"),
            List.of(
                "alter schema cofre_users owner to stranger",
                "alter schema cofre_users owner to postgres"),
            List.of(
                "alter function cofre_users.make(text, text, text) security invoker",
                "alter function cofre_users.make(text, text, text) security definer"),
            List.of(
                "alter function cofre_users.is_own(text) set search_path = pg_catalog",
                "alter function cofre_users.is_own(text) set search_path = pg_catalog, pg_temp"),
            List.of(
                "alter function cofre_users.is_own(text) reset search_path",
                "alter function cofre_users.is_own(text) set search_path = pg_catalog, pg_temp"),
            List.of(
                "revoke execute on function cofre_users.take(text) from vault_root",
                "grant execute on function cofre_users.take(text) to vault_root"))) {
      server.administer(change.getFirst());
      String name = fresh();
      try (Session session = session()) {
        session.create(user(name), UserNames.password(KernelRandom.INSTANCE));
        assertEquals(1, administratorsOf(name), change.getFirst());
        session.revoke(name, OwnedObjects.DROP);
      } finally {
        server.administer(change.getLast());
      }
    }
    server.administer("drop role stranger");
  }

  private static boolean isSuperuser() throws SQLException {
    return !server
        .texts("select 1 from pg_roles where rolname = 'vault_root' and rolsuper")
        .isEmpty();
  }

  /** PostgreSQL looks for tables in the caller's temporary schema first, unless it is named. */
  @Test
  void theFunctionsRunNothingThatTheirCallerPutIntoItsTemporarySchema() throws Exception {
    String other = fresh();
    String own = fresh();
    server.administer("create role \"" + other + "\" login");
    String columns =
        " 10::oid oid, '%s'::name rolname, false rolsuper, false rolcreaterole,"
            + " false rolcreatedb, false rolreplication, false rolbypassrls";
    try (Connection root = server.login(TargetServer.ROOT, TargetServer.ROOT_PASSWORD);
        Statement statement = root.createStatement()) {
      statement.execute("create temp table t()");
      statement.execute(
          "create function pg_temp.evil() returns boolean language plpgsql as $$begin"
              + " execute 'alter role vault_root superuser'; return false; end$$");
      statement.execute(
          "create temp view pg_authid as select"
              + columns.formatted("x")
              + " where pg_temp.evil()");
      statement.execute("select cofre_users.remove('x')");
      assertFalse(isSuperuser());
      statement.execute("drop view pg_temp.pg_authid");
      // A user of its own under another one's name.
      String make = "select cofre_users.make('" + own + "', 'infinity', '" + VERIFIER + "')";
      statement.execute(make);
      statement.execute("create temp table pg_authid as select" + columns.formatted(other));
      statement.execute(
          "update pg_temp.pg_authid set oid = (select oid from pg_roles where rolname = '"
              + own
              + "')");
      assertEquals(
          "42501",
          assertThrows(
                  SQLException.class,
                  () -> statement.execute("select cofre_users.remove('" + other + "')"))
              .getSQLState());
    }
    assertFalse(isSuperuser());
    assertTrue(knows(other));
    server.administer("drop role \"" + other + '"', "drop role \"" + own + '"');
  }

  @Test
  void aCredentialOfFunctionsThatAreGoneIsReportedWithThatReason() throws Exception {
    String name = fresh();
    try (Session session = session()) {
      session.create(user(name), password());
    }
    server.administer("revoke execute on function cofre_users.take(text) from vault_root");
    try (Session session = session()) {
      TargetException refused =
          assertThrows(TargetException.class, () -> session.revoke(name, OwnedObjects.DROP));
      assertEquals(TargetException.Kind.REFUSED, refused.kind());
      assertTrue(refused.getMessage().contains("postgresql-users.sql"), refused.getMessage());
    } finally {
      server.administer("grant execute on function cofre_users.take(text) to vault_root");
    }
    try (Session session = session()) {
      session.revoke(name, OwnedObjects.DROP);
    }
    assertFalse(knows(name));
  }
}
