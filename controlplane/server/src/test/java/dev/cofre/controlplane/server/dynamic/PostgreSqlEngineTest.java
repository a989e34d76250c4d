package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.Removals.Outcome;
import dev.cofre.controlplane.server.dynamic.Removals.Removal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgreSqlEngineTest extends DynamicEngineContract {
  private static final List<String> HOSTILE =
      List.of(
          "x\"; drop table sales.orders; --",
          "\"",
          "';select pg_sleep(9);--",
          "a\\\"b",
          "$$; drop role vault_root; $$",
          "sales\".\"orders",
          "? {fn now()} :name");

  @TempDir static Path directory;
  static TargetServer server;

  @BeforeAll
  static void start() throws Exception {
    server = TargetServer.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  DynamicEngine engine() {
    return new PostgreSqlEngine(KernelRandom.INSTANCE);
  }

  @Override
  Target target() {
    return server.target();
  }

  @Override
  char[] rootPassword() {
    return TargetServer.ROOT_PASSWORD.toCharArray();
  }

  @Override
  List<TargetGrant> grants() {
    return List.of(on(Kind.TABLES, "sales", List.of("orders"), Privilege.SELECT));
  }

  private static TargetGrant on(
      Kind kind, String schema, List<String> names, Privilege... privileges) {
    return new TargetGrant(kind, schema, names, List.of(privileges));
  }

  @Override
  boolean works(String user, char[] password) {
    return may(user, password, "select item from sales.orders");
  }

  private static boolean may(String user, char[] password, String sql) {
    try (Connection connection = server.login(user, new String(password));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  boolean knows(String user) throws Exception {
    return server.texts("select rolname from pg_roles").contains(user);
  }

  @Override
  List<String> made() throws Exception {
    return server.texts("select rolname from pg_roles where rolname ~ '^cofre[_-]' order by 1");
  }

  @Override
  String givenUser() throws Exception {
    server.administer(
        "drop role if exists given_user",
        "create role given_user login",
        "grant given_user to " + TargetServer.ROOT + " with admin option");
    return "given_user";
  }

  @Override
  String foreignUser() throws Exception {
    server.administer("drop role if exists foreign_user", "create role foreign_user login");
    return "foreign_user";
  }

  @Override
  String log() throws Exception {
    return server.statementLog();
  }

  @Test
  void givesWhatTheGrantsSayAndNothingElse() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    List<TargetGrant> grants =
        List.of(
            on(Kind.TABLES, "sales", List.of("orders"), Privilege.SELECT, Privilege.INSERT),
            on(Kind.SEQUENCES, "sales", List.of(), Privilege.USAGE),
            on(Kind.SCHEMA, "sales", List.of(), Privilege.CREATE));
    try (Session session = session()) {
      session.create(new NewUser(name, Instant.now().plusSeconds(600), grants), password);
      assertTrue(may(name, password, "insert into sales.orders (item) values ('pen')"));
      assertTrue(may(name, password, "create table sales.own_x (id int)"));
      assertFalse(may(name, password, "delete from sales.orders"));
      assertFalse(may(name, password, "select * from sales.secret"));
      assertFalse(may(name, password, "create role more"));
      session.revoke(name, OwnedObjects.DROP);
      assertFalse(knows(name));
      assertEquals(List.of(), tables("own_x"));
    }
  }

  private static String groupOf(String user) throws SQLException {
    List<String> groups =
        server.texts(
            "select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid"
                + " join pg_roles u on u.oid = m.member where u.rolname = '"
                + user
                + "'");
    assertEquals(1, groups.size(), user);
    assertTrue(groups.getFirst().startsWith(PostgreSqlGroups.PREFIX), groups::toString);
    return groups.getFirst();
  }

  private static List<String> tables(String name) throws SQLException {
    return server.texts("select tableowner from pg_tables where tablename = '" + name + "'");
  }

  @Test
  void whatACredentialMadeIsKeptByARoleThatMayNothing() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    try (Session session = session()) {
      session.create(makers(name), password);
      assertTrue(may(name, password, "create table sales.kept (id int)"));
      session.revoke(name, OwnedObjects.REASSIGN);
      assertEquals(List.of(PostgreSqlRemovals.KEPT), tables("kept"));
      // What others build on is kept, and holds up nothing.
      String second = fresh();
      session.create(makers(second), password);
      assertTrue(may(second, password, "create table sales.base (id int)"));
      server.administer("create view sales.of_another as select id from sales.base");
      session.revoke(second, OwnedObjects.DROP);
      assertFalse(knows(second));
      assertEquals(List.of(PostgreSqlRemovals.KEPT), tables("base"));
    }
  }

  /** A function runs with its owner's rights: left behind, it must not have the root user's. */
  @Test
  void whatACredentialLeavesBehindGainsNothing() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    String trap =
        "create function sales.trap(q text) returns void language plpgsql security definer"
            + " as $$begin execute q; end$$";
    try (Session session = session()) {
      session.create(makers(name), password);
      assertTrue(may(name, password, trap));
      session.revoke(name, OwnedObjects.REASSIGN);
      String second = fresh();
      session.create(makers(second), password);
      assertTrue(may(second, password, "select sales.trap('select 1')"));
      for (String wish :
          List.of(
              "select * from sales.secret",
              "create role more",
              "alter role vault_root password null",
              "create table sales.more (id int)",
              "set role vault_root")) {
        assertFalse(may(second, password, "select sales.trap('" + wish + "')"), wish);
      }
      session.revoke(second, OwnedObjects.DROP);
    }
    server.administer("alter role \"" + PostgreSqlRemovals.KEPT + "\" createrole");
    try (Session session = session()) {
      String third = fresh();
      session.create(makers(third), password);
      assertTrue(may(third, password, "create table sales.third (id int)"));
      TargetException refused =
          assertThrows(TargetException.class, () -> session.revoke(third, OwnedObjects.REASSIGN));
      assertTrue(refused.getMessage().contains(PostgreSqlRemovals.KEPT), refused.getMessage());
      assertFalse(may(third, password, "select 1"), "its login has ended all the same");
      server.administer("alter role \"" + PostgreSqlRemovals.KEPT + "\" nocreaterole");
      session.revoke(third, OwnedObjects.REASSIGN);
      assertFalse(knows(third));
    }
  }

  /** Each grant writes the rows of the same database, schema and table. */
  @Test
  void manyAreMadeAndRemovedAtOnce() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                char[] password = UserNames.password(KernelRandom.INSTANCE);
                try (Session session = session()) {
                  for (int i = 0; i < 10; i++) {
                    String name = fresh();
                    session.create(user(name), password);
                    session.revoke(name, OwnedObjects.REASSIGN);
                    assertFalse(knows(name));
                  }
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              Thread::startVirtualThread));
    }
    for (CompletableFuture<Void> one : all) {
      one.get(120, TimeUnit.SECONDS);
    }
  }

  @Test
  void aRoleThatCannotBeGivenIsRefused() throws Exception {
    server.administer(
        "create table sales.lent (id int)",
        "alter table sales.lent owner to postgres",
        "grant select on sales.lent to vault_root");
    String name = fresh();
    try (Session session = session()) {
      TargetException refused =
          assertThrows(
              TargetException.class,
              () ->
                  session.create(
                      new NewUser(
                          name,
                          Instant.now().plusSeconds(600),
                          List.of(on(Kind.TABLES, "sales", List.of("lent"), Privilege.SELECT))),
                      UserNames.password(KernelRandom.INSTANCE)));
      assertTrue(refused.getMessage().contains("grant option"), refused.getMessage());
      assertFalse(knows(name));
    }
  }

  private static NewUser makers(String name) {
    return new NewUser(
        name,
        Instant.now().plusSeconds(600),
        List.of(on(Kind.SCHEMA, "sales", List.of(), Privilege.USAGE, Privilege.CREATE)));
  }

  @Test
  void endsOpenSessionsEvenInATransaction() throws Exception {
    String name = fresh();
    char[] password = UserNames.password(KernelRandom.INSTANCE);
    try (Session session = session()) {
      session.create(user(name), password);
      try (Connection open = server.login(name, new String(password));
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("select item from sales.orders");
        session.revoke(name, OwnedObjects.REASSIGN);
        assertThrows(SQLException.class, () -> statement.execute("select 1"));
      }
      assertFalse(knows(name));
    }
  }

  private static List<Removal> removals(List<String> names) {
    return names.stream().map(name -> new Removal(name, OwnedObjects.REASSIGN)).toList();
  }

  @Test
  void whoHasSomethingOrASessionIsRemovedByItself() throws Exception {
    char[] password = password();
    try (Session session = session()) {
      List<String> bare = several(session, 3, password);
      String owner = fresh();
      session.create(makers(owner), password);
      assertTrue(may(owner, password, "create table sales.of_many (id int)"));
      String reader = fresh();
      session.create(user(reader), password);
      List<String> all = new ArrayList<>(List.of(owner, reader, fresh()));
      all.addAll(1, bare);
      try (Connection open = server.login(reader, new String(password));
          Statement statement = open.createStatement()) {
        statement.execute("select item from sales.orders");
        assertEquals(Set.copyOf(bare), session.revokeTogether(all));
        assertTrue(knows(owner));
        assertTrue(knows(reader));
        assertEquals(
            Set.of(owner, reader),
            Removals.remove(session, removals(List.of(owner, reader)), () -> true, told -> {})
                .gone());
        assertThrows(SQLException.class, () -> statement.execute("select 1"));
      }
      assertEquals(List.of(PostgreSqlRemovals.KEPT), tables("of_many"));
    }
    server.administer("drop table sales.of_many");
  }

  /** What is known is told before what may take long. */
  @Test
  void thoseThatWentTogetherAreToldBeforeTheOthersAreTried() throws Exception {
    char[] password = password();
    List<Set<String>> told = new ArrayList<>();
    try (Session session = session()) {
      List<String> bare = several(session, 3, password);
      String reader = fresh();
      session.create(user(reader), password);
      List<String> all = new ArrayList<>(bare);
      all.addFirst(reader);
      try (Connection open = server.login(reader, new String(password))) {
        assertTrue(open.isValid(5));
        Outcome outcome = Removals.remove(session, removals(all), () -> true, told::add);
        assertEquals(3, outcome.together());
        assertEquals(Set.copyOf(all), outcome.gone());
      }
      assertEquals(List.of(Set.copyOf(bare), Set.of(reader)), told);
    }
  }

  /** Who changes itself keeps its own row. */
  @Test
  void oneThatKeepsItsOwnRowIsRemovedAndHoldsNoOtherUp() throws Exception {
    char[] password = password();
    try (Session session = session()) {
      List<String> names = several(session, 4, password);
      try (Connection open = server.login(names.getFirst(), new String(password));
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("alter role current_user password 'x'");
        Outcome outcome = Removals.remove(session, removals(names), () -> true, told -> {});
        assertEquals(Set.of(), outcome.failed().keySet());
        assertEquals(Set.copyOf(names), outcome.gone());
        assertEquals(3, outcome.together());
      }
      for (String name : names) {
        assertFalse(knows(name));
      }
    }
  }

  /** The row is another's for as long as it likes, who is no session of the credential. */
  @Test
  void oneWhoseRowAnotherKeepsHoldsNoOtherUp() throws Exception {
    char[] password = password();
    try (Session session = session()) {
      List<String> names = several(session, 4, password);
      String kept = names.getFirst();
      try (Connection open = server.superuser();
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("alter role \"" + kept + "\" connection limit 5");
        Outcome outcome = Removals.remove(session, removals(names), () -> true, told -> {});
        assertEquals(Set.of(kept), outcome.failed().keySet());
        assertEquals(TargetException.Kind.BUSY, outcome.failed().get(kept).kind());
        assertEquals(Set.copyOf(names.subList(1, 4)), outcome.gone());
        open.rollback();
      }
      session.revoke(kept, OwnedObjects.REASSIGN);
      assertFalse(knows(kept));
    }
  }

  /** The server refuses a step that is for all of them. */
  @Test
  void oneThatIsRefusedAmongManyHoldsNoOtherUp() throws Exception {
    char[] password = password();
    try (Session session = session()) {
      List<String> names = several(session, 5, password);
      String refused = names.get(2);
      server.administer("alter role \"" + refused + "\" superuser");
      assertThrows(TargetException.class, () -> session.revokeTogether(names));
      Outcome outcome = Removals.remove(session, removals(names), () -> true, told -> {});
      assertEquals(Set.of(refused), outcome.failed().keySet());
      assertEquals(TargetException.Kind.REFUSED, outcome.failed().get(refused).kind());
      assertEquals(4, outcome.gone().size());
      for (String name : names) {
        assertEquals(name.equals(refused), knows(name));
      }
      server.administer("alter role \"" + refused + "\" nosuperuser");
      session.revoke(refused, OwnedObjects.REASSIGN);
      assertFalse(knows(refused));
    }
  }

  /** All are shut and none is dropped when the connection is lost. */
  @Test
  void whatIsCutOffBetweenTheStepsOfManyIsDoneAgain() throws Exception {
    char[] password = password();
    List<String> names;
    try (Connection holder = server.login(TargetServer.ROOT, TargetServer.ROOT_PASSWORD);
        Statement lock = holder.createStatement();
        Session session = session()) {
      names = several(session, 5, password);
      lock.execute("select pg_advisory_lock(7166171012300118117)");
      CompletableFuture<Outcome> removing =
          CompletableFuture.supplyAsync(
              () -> Removals.remove(session, removals(names), () -> true, told -> {}),
              Thread::startVirtualThread);
      Await.until("all are shut", () -> canLogIn(names) == 0);
      server.administer(
          "select pg_terminate_backend(pid) from pg_stat_activity"
              + " where application_name = 'cofre' and usename = 'vault_root'");
      Outcome outcome = removing.get(60, TimeUnit.SECONDS);
      assertEquals(Set.of(), outcome.gone());
      assertEquals(1, outcome.failed().size());
      assertEquals(TargetException.Kind.AWAY, outcome.failed().values().iterator().next().kind());
    }
    for (String name : names) {
      assertTrue(knows(name));
      assertFalse(works(name, password));
    }
    try (Session session = session()) {
      assertEquals(Set.copyOf(names), session.revokeTogether(names));
    }
    for (String name : names) {
      assertFalse(knows(name));
    }
  }

  private static int canLogIn(List<String> names) throws SQLException {
    return (int)
        server.texts("select rolname from pg_roles where rolcanlogin").stream()
            .filter(names::contains)
            .count();
  }

  @Test
  void hostileNamesStayNames() throws Exception {
    for (String hostile : HOSTILE) {
      String quoted = PostgreSqlText.identifier(hostile);
      server.administer(
          "create schema " + quoted + " authorization vault_root",
          "set role vault_root",
          "create table " + quoted + "." + quoted + " (id int)");
      String name = fresh();
      char[] password = UserNames.password(KernelRandom.INSTANCE);
      try (Session session = session()) {
        session.create(
            new NewUser(
                name,
                Instant.now().plusSeconds(600),
                List.of(on(Kind.TABLES, hostile, List.of(hostile), Privilege.SELECT))),
            password);
        assertEquals(
            List.of(hostile),
            server.texts(
                "select table_name from information_schema.role_table_grants"
                    + " where grantee = '"
                    + groupOf(name)
                    + "'"));
        session.revoke(name, OwnedObjects.REASSIGN);
        assertFalse(knows(name));
        // One that is not there is an error of the server, and no statement of somebody's.
        TargetException refused =
            assertThrows(
                TargetException.class,
                () ->
                    session.create(
                        new NewUser(
                            name,
                            Instant.now().plusSeconds(600),
                            List.of(on(Kind.TABLES, "no" + hostile, List.of(), Privilege.SELECT))),
                        password));
        assertEquals(TargetException.Kind.REFUSED, refused.kind());
        assertFalse(refused.getMessage().contains(hostile));
        assertFalse(knows(name), "nothing half made is left");
      }
    }
    assertEquals(List.of("lamp"), server.texts("select item from sales.orders where id = 1"));
    assertTrue(knows(TargetServer.ROOT));
  }

  @Test
  void namesThatPostgresWouldCutAreRefused() {
    for (String name : List.of("", "x".repeat(64), "é".repeat(32), "a\0b")) {
      assertThrows(TargetException.class, () -> PostgreSqlText.identifier(name));
    }
    assertThrows(TargetException.class, () -> PostgreSqlText.literal("a\\' or"));
  }
}
