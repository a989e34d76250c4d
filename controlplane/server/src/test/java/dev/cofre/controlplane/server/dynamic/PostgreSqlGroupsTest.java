package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The roles of a real PostgreSQL that hold what credentials may do. */
class PostgreSqlGroupsTest {
  /** A row that says who may use a table fits a page of 8 KiB, with 16 bytes for each. */
  private static final int MORE_THAN_A_ROW_HOLDS = 520;

  private static final List<TargetGrant> ORDERS =
      List.of(tables(List.of("orders"), Privilege.SELECT));
  private static final String READ = "select item from sales.orders";

  @TempDir static Path directory;
  private static TargetServer server;
  private final char[] password = UserNames.password(KernelRandom.INSTANCE);
  private final List<String> names = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    server = TargetServer.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try (Session session = session()) {
      for (String name : names) {
        session.revoke(name, OwnedObjects.DROP);
      }
    }
    assertEquals(List.of(), groups());
    assertEquals(List.of(), server.users());
  }

  private static TargetGrant tables(List<String> tables, Privilege... privileges) {
    return new TargetGrant(Kind.TABLES, "sales", tables, List.of(privileges));
  }

  private static Session session() throws TargetException {
    return new PostgreSqlEngine(KernelRandom.INSTANCE)
        .open(server.target(), TargetServer.ROOT_PASSWORD.toCharArray());
  }

  private String make(Session session, List<TargetGrant> grants) throws TargetException {
    String name = UserNames.fresh("reader", KernelRandom.INSTANCE);
    names.add(name);
    session.create(new NewUser(name, Instant.now().plusSeconds(600), grants), password);
    return name;
  }

  private static List<String> groups() throws SQLException {
    return server.texts("select rolname from pg_roles where rolname like 'cofre-grants-%'");
  }

  private boolean may(String user, String sql) {
    try (Connection connection = server.login(user, new String(password));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  void moreCredentialsHaveATableThanItsRowHasRoomFor() throws Exception {
    try (Session session = session()) {
      for (int i = 0; i < MORE_THAN_A_ROW_HOLDS; i++) {
        make(session, ORDERS);
      }
    }
    assertEquals(1, groups().size());
    assertTrue(may(names.getFirst(), READ));
    assertTrue(may(names.getLast(), READ));
  }

  /** Members are put there by hand: all that counts is how many there are. */
  @Test
  void aFullGroupIsFollowedByAnotherOne() throws Exception {
    List<String> fill = new ArrayList<>();
    try (Session session = session()) {
      make(session, ORDERS);
      String first = groups().getFirst();
      fill(first, 999, fill);
      String second = make(session, ORDERS);
      assertEquals(2, groups().size());
      assertTrue(may(second, READ));
      String next =
          groups().stream().filter(group -> !group.equals(first)).findFirst().orElseThrow();
      fill(next, 999, fill);
      make(session, ORDERS);
      String last = make(session, ORDERS);
      assertEquals(3, groups().size());
      assertTrue(may(last, READ));
      // The first one has room again, and is filled before a fourth one is made.
      server.administer("drop role \"" + fill.removeFirst() + '"');
      make(session, ORDERS);
      assertEquals(3, groups().size());
      assertEquals(
          List.of("1000"),
          server.texts(
              "select count(*) from pg_auth_members m join pg_roles g on g.oid = m.roleid"
                  + " join pg_roles u on u.oid = m.member where g.rolname = '"
                  + first
                  + "' and u.rolname ~ '^cofre_'"));
    } finally {
      for (int i = 0; i < fill.size(); i += 100) {
        server.administer(
            "drop role \""
                + String.join("\", \"", fill.subList(i, Math.min(fill.size(), i + 100)))
                + '"');
      }
    }
  }

  private static void fill(String group, int count, List<String> made) throws Exception {
    List<String> statements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = UserNames.fresh("filler", KernelRandom.INSTANCE);
      made.add(name);
      statements.add("create role \"" + name + "\" nologin");
      statements.add(PostgreSqlGroups.membership(group, name));
    }
    server.administer(statements.toArray(String[]::new));
  }

  @Test
  void otherGrantsAreAnotherGroupAndChangeNoneThatIsThere() throws Exception {
    try (Session session = session()) {
      String before = make(session, ORDERS);
      String after = make(session, List.of(tables(List.of("orders"), Privilege.INSERT)));
      assertEquals(2, groups().size());
      assertTrue(may(before, READ));
      assertFalse(may(before, "insert into sales.orders (id, item) values (-1, 'x')"));
      assertTrue(may(after, "insert into sales.orders (id, item) values (-1, 'x')"));
      assertFalse(may(after, READ));
    }
  }

  @Test
  void aTableMoreInASchemaIsForCredentialsMadeAfterIt() throws Exception {
    List<TargetGrant> all = List.of(tables(List.of(), Privilege.SELECT));
    try (Session session = session()) {
      String before = make(session, all);
      server.administer("set role vault_root", "create table sales.later (id int)");
      String after = make(session, all);
      assertFalse(may(before, "select id from sales.later"));
      assertTrue(may(before, READ));
      assertTrue(may(after, "select id from sales.later"));
      // One in its place is another table.
      server.administer(
          "set role vault_root", "drop table sales.later", "create table sales.later (id int)");
      assertFalse(may(after, "select id from sales.later"));
      assertTrue(may(make(session, all), "select id from sales.later"));
    } finally {
      server.administer("drop table sales.later");
    }
  }

  @Test
  void whatWasTakenFromAGroupByHandIsGivenAgain() throws Exception {
    try (Session session = session()) {
      make(session, ORDERS);
      for (String taken :
          List.of("select on sales.orders", "usage on schema sales", "connect on database shop")) {
        server.administer(
            "set role vault_root", "revoke " + taken + " from \"" + groups().getFirst() + '"');
        assertTrue(may(make(session, ORDERS), READ), taken);
      }
      assertEquals(1, groups().size());
    }
  }

  @Test
  void aMemberCannotActAsItsGroupNorGiveItOn() throws Exception {
    try (Session session = session()) {
      String name = make(session, ORDERS);
      String group = '"' + groups().getFirst() + '"';
      assertFalse(may(name, "set role " + group));
      assertFalse(may(name, "grant " + group + " to public"));
      assertFalse(may(name, "grant " + group + " to " + TargetServer.ROOT));
      assertTrue(may(name, READ));
    }
  }

  @Test
  void aGroupThatMayMoreIsNotUsed() throws Exception {
    try (Session session = session()) {
      String live = make(session, ORDERS);
      String group = '"' + groups().getFirst() + '"';
      server.administer("create role other nologin");
      for (List<String> change :
          List.of(
              List.of(
                  "alter role " + group + " createrole", "alter role " + group + " nocreaterole"),
              List.of("alter role " + group + " login", "alter role " + group + " nologin"),
              List.of("grant other to " + group, "revoke other from " + group))) {
        server.administer(change.getFirst());
        TargetException refused =
            assertThrows(TargetException.class, () -> make(session, ORDERS), change.getFirst());
        assertEquals(TargetException.Kind.REFUSED, refused.kind());
        server.administer(change.getLast());
      }
      assertTrue(may(live, READ));
      // The name was taken, by somebody who could give more by it.
      session.revoke(live, OwnedObjects.DROP);
      assertEquals(List.of(), groups());
      server.administer("create role " + group + " nologin");
      assertThrows(TargetException.class, () -> make(session, ORDERS));
      server.administer("drop role " + group, "drop role other");
    }
  }

  private String groupToBe(Session session) throws Exception {
    String first = make(session, ORDERS);
    String group = groups().getFirst();
    session.revoke(first, OwnedObjects.DROP);
    assertEquals(List.of(), groups());
    return '"' + group + '"';
  }

  /** Who made a role can give it on, so what the vault gives to it would be theirs. */
  @Test
  void aGroupThatSomebodyElseMadeAndGaveToTheRootUserIsNotUsed() throws Exception {
    server.administer("create role stranger nologin createrole");
    try (Session session = session()) {
      String group = groupToBe(session);
      for (boolean superuser : List.of(false, true)) {
        server.administer(
            "alter role vault_root " + (superuser ? "superuser" : "nosuperuser"),
            "set role stranger",
            "create role " + group + " nologin",
            "grant " + group + " to vault_root with admin option");
        TargetException refused =
            assertThrows(TargetException.class, () -> make(session, ORDERS), () -> "" + superuser);
        assertEquals(TargetException.Kind.REFUSED, refused.kind());
        server.administer("drop role " + group);
        make(session, ORDERS);
        make(session, ORDERS);
        for (String name : names) {
          session.revoke(name, OwnedObjects.DROP);
        }
        assertEquals(List.of(), groups());
      }
    } finally {
      server.administer("alter role vault_root nosuperuser", "drop role stranger");
    }
  }

  @Test
  void aGroupWithAForeignMemberOrAnObjectOfItsOwnIsNotUsed() throws Exception {
    server.administer("create role stranger nologin");
    try (Session session = session()) {
      make(session, ORDERS);
      String group = '"' + groups().getFirst() + '"';
      for (List<String> change :
          List.of(
              List.of(
                  "grant " + group + " to stranger with set false",
                  "revoke " + group + " from stranger"),
              List.of(
                  "grant " + group + " to " + names.getFirst() + " with set true",
                  "revoke " + group + " from " + names.getFirst() + " granted by postgres"),
              List.of("create schema trap authorization " + group, "drop schema trap"))) {
        server.administer(change.getFirst());
        assertThrows(TargetException.class, () -> make(session, ORDERS), change.getFirst());
        server.administer(change.getLast());
        assertTrue(may(make(session, ORDERS), READ));
      }
    } finally {
      server.administer("drop role stranger");
    }
  }

  @Test
  void aMemberCannotKeepItsGroupThereByDefaultPrivileges() throws Exception {
    try (Session session = session()) {
      String name = make(session, ORDERS);
      String group = '"' + groups().getFirst() + '"';
      assertTrue(
          may(
              name,
              "alter default privileges for role " + group + " grant select on tables to public"));
      assertTrue(may(make(session, ORDERS), READ));
      for (String one : names) {
        session.revoke(one, OwnedObjects.DROP);
      }
      assertEquals(List.of(), groups());
    }
  }

  private static void awaitWaiting() throws Exception {
    long beganNs = System.nanoTime();
    while (server
        .texts(
            "select 1 from pg_stat_activity where usename = 'vault_root'"
                + " and wait_event_type = 'Lock' and query like 'grant %'")
        .isEmpty()) {
      assertTrue(System.nanoTime() - beganNs < 120_000_000_000L, "nobody waits");
      Thread.onSpinWait();
    }
  }

  private static Connection root() throws SQLException {
    Connection connection = server.login(TargetServer.ROOT, TargetServer.ROOT_PASSWORD);
    connection.setAutoCommit(false);
    return connection;
  }

  /** By somebody who is not held off by the lock of such work. */
  @Test
  void aGroupThatGetsAMemberWhileItsLastOneGoesStays() throws Exception {
    String next = UserNames.fresh("reader", KernelRandom.INSTANCE);
    try (Session session = session();
        Connection root = root();
        Statement statement = root.createStatement()) {
      String last = make(session, ORDERS);
      names.add(next);
      String group = groups().getFirst();
      statement.execute(
          "create role \"" + next + "\" login password '" + new String(password) + "'");
      statement.execute(PostgreSqlGroups.membership(group, next));
      CompletableFuture<Void> removal =
          CompletableFuture.runAsync(
              () -> {
                try {
                  session.revoke(last, OwnedObjects.DROP);
                } catch (TargetException e) {
                  throw new AssertionError(e);
                }
              },
              Thread::startVirtualThread);
      awaitWaiting();
      root.commit();
      removal.get(150, TimeUnit.SECONDS);
      assertEquals(List.of(group), groups());
      assertTrue(may(next, READ));
    }
  }

  @Test
  void aGroupThatGoesWhileItGetsAMemberIsNoRefusal() throws Exception {
    try (Session session = session();
        Connection root = root();
        Statement statement = root.createStatement()) {
      make(session, ORDERS);
      String group = '"' + groups().getFirst() + '"';
      statement.execute("grant " + group + " to current_user with inherit true, set true");
      statement.execute("drop owned by " + group);
      statement.execute("drop role " + group);
      CompletableFuture<TargetException> making =
          CompletableFuture.supplyAsync(
              () -> assertThrows(TargetException.class, () -> make(session, ORDERS)),
              Thread::startVirtualThread);
      awaitWaiting();
      root.commit();
      assertEquals(TargetException.Kind.AWAY, making.get(150, TimeUnit.SECONDS).kind());
      assertTrue(may(make(session, ORDERS), READ));
    }
  }

  /** Before there were groups each credential had grants of its own. */
  @Test
  void aCredentialWithGrantsOfItsOwnIsRemoved() throws Exception {
    String name = UserNames.fresh("before", KernelRandom.INSTANCE);
    String user = '"' + name + '"';
    try (Connection root =
            DriverManager.getConnection(
                "jdbc:postgresql://localhost:" + server.port() + "/shop",
                TargetServer.ROOT,
                TargetServer.ROOT_PASSWORD);
        Statement statement = root.createStatement()) {
      statement.execute("create role " + user + " login password '" + new String(password) + "'");
      for (String grant :
          PostgreSqlText.grants(name, "shop", List.of(tables(List.of(), Privilege.SELECT)))) {
        statement.execute(grant);
      }
    }
    assertTrue(may(name, READ));
    try (Session session = session()) {
      session.renew(name, Instant.now().plusSeconds(60));
      session.revoke(name, OwnedObjects.REASSIGN);
    }
    assertFalse(may(name, READ));
  }

  @Test
  void aGroupThatCannotBeRemovedHoldsNoCredentialUp() throws Exception {
    try (Session session = session()) {
      String name = make(session, ORDERS);
      String group = '"' + groups().getFirst() + '"';
      server.administer(
          "create table sales.odd (id int)", "alter table sales.odd owner to " + group);
      session.revoke(name, OwnedObjects.DROP);
      assertEquals(List.of(), server.users());
      assertEquals(1, groups().size());
      server.administer("drop table sales.odd");
      // The next one of the kind takes it along.
      make(session, ORDERS);
    }
  }

  @Test
  void noPasswordOfAGroupIsChanged() throws Exception {
    try (Session session = session()) {
      make(session, ORDERS);
      String group = groups().getFirst();
      server.administer("grant \"" + group + "\" to " + TargetServer.ROOT + " with admin option");
      for (boolean create : List.of(true, false)) {
        assertThrows(
            TargetException.class,
            () ->
                session.requireRotatable(
                    new StaticUser(group, UUID.randomUUID(), create, List.of())));
      }
      assertNotEquals(List.of(), groups());
    }
  }
}
