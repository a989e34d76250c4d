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
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MariaDbEngineTest extends DynamicEngineContract {
  @TempDir static Path directory;
  static MariaDbServer server;

  @BeforeAll
  static void start() throws Exception {
    server = MariaDbServer.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  DynamicEngine engine() {
    return new MariaDbEngine(KernelRandom.INSTANCE);
  }

  @Override
  Target target() {
    return server.target();
  }

  @Override
  char[] rootPassword() {
    return TestTarget.ROOT_PASSWORD.toCharArray();
  }

  @Override
  List<TargetGrant> grants() {
    return List.of(on(Kind.TABLES, "sales", List.of("orders"), Privilege.SELECT));
  }

  private static TargetGrant on(
      Kind kind, String database, List<String> names, Privilege... privileges) {
    return new TargetGrant(kind, database, names, List.of(privileges));
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
    return server.texts("select User from mysql.global_priv").contains(user);
  }

  @Override
  List<String> made() throws Exception {
    return server.texts(
        "select concat('user ', User) from mysql.global_priv where User like 'cofre\\_%'"
            + " union select concat('right ', User) from mysql.tables_priv where User like 'cofre%'"
            + " union select concat('right ', User) from mysql.db where User like 'cofre%'"
            + " union select concat('event ', name) from mysql.event order by 1");
  }

  @Override
  String givenUser() throws Exception {
    server.administer(
        "drop user if exists given_user@'%'",
        "create user given_user@'%' identified by 'given'",
        "grant proxy on given_user@'%' to " + TestTarget.ROOT + "@'%'");
    return "given_user";
  }

  @Override
  String foreignUser() throws Exception {
    server.administer(
        "drop user if exists foreign_user@'%'",
        "create user foreign_user@'%' identified by 'foreign'");
    return "foreign_user";
  }

  @Override
  String log() throws Exception {
    return server.statementLog();
  }

  private static NewUser until(Instant end, String name, TargetGrant... grants) {
    return new NewUser(name, end, List.of(grants));
  }

  private static NewUser with(String name, TargetGrant... grants) {
    return until(Instant.now().plusSeconds(600), name, grants);
  }

  @Test
  void givesWhatTheGrantsSayAndNothingElse() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(
          with(
              name,
              on(Kind.TABLES, "sales", List.of("orders"), Privilege.SELECT, Privilege.INSERT),
              on(Kind.SCHEMA, "shop", List.of(), Privilege.CREATE)),
          password);
      assertTrue(may(name, password, "insert into sales.orders (item) values ('pen')"));
      assertTrue(may(name, password, "create table shop.own_x (id int)"));
      assertFalse(may(name, password, "delete from sales.orders"));
      assertFalse(may(name, password, "select * from sales.secret"));
      assertFalse(may(name, password, "select * from mysql.global_priv"));
      assertFalse(may(name, password, "create user more"));
      assertFalse(may(name, password, "drop table shop.own_x"));
      session.revoke(name, OwnedObjects.DROP);
      assertFalse(knows(name));
    }
    // A table has no owner there.
    server.administer("drop table shop.own_x", "delete from sales.orders where item = 'pen'");
  }

  @Test
  void theServersOwnClockLocksACredential() throws Exception {
    String name = fresh();
    char[] password = password();
    TargetGrant grant = grants().getFirst();
    try (Session session = session()) {
      assertTrue(session.endsCredentials());
      session.create(until(Instant.now().plusSeconds(4), name, grant), password);
      assertEquals(List.of(name), server.texts("select name from mysql.event"));
    }
    // Nobody of the vault's is at work any more.
    Await.until("the server locked it", () -> !works(name, password));
    assertTrue(knows(name));
    try (Session session = session()) {
      session.renew(name, Instant.now().plusSeconds(600));
      assertTrue(works(name, password));
      assertLockedByAPersonStaysSo(session, name, password);
      session.revoke(name, OwnedObjects.REASSIGN);
      assertEquals(List.of(), server.texts("select name from mysql.event"));
      TargetException gone =
          assertThrows(
              TargetException.class, () -> session.renew(name, Instant.now().plusSeconds(9)));
      assertEquals(TargetException.Kind.REFUSED, gone.kind());
    }
  }

  /** It is not let in again by its owner's renewal. */
  private void assertLockedByAPersonStaysSo(Session session, String name, char[] password)
      throws Exception {
    server.administer("alter user " + name + " account lock");
    TargetException told =
        assertThrows(
            TargetException.class, () -> session.renew(name, Instant.now().plusSeconds(900)));
    assertEquals(TargetException.Kind.REFUSED, told.kind(), told.getMessage());
    assertFalse(works(name, password));
  }

  @Test
  void withoutEventsTheVaultAloneEndsCredentials() throws Exception {
    String name = fresh();
    char[] password = password();
    server.administer("set global event_scheduler = off");
    try (Session session = session()) {
      assertFalse(session.endsCredentials());
      session.create(with(name, grants().getFirst()), password);
      assertTrue(works(name, password));
      assertEquals(List.of(), server.texts("select name from mysql.event"));
      session.renew(name, Instant.now().plusSeconds(900));
      assertTrue(works(name, password));
      assertLockedByAPersonStaysSo(session, name, password);
      session.revoke(name, OwnedObjects.REASSIGN);
      assertFalse(knows(name));
    } finally {
      server.administer("set global event_scheduler = on");
    }
  }

  private static final int IN_LINE = 4;

  /** One keeps the lock, the others wait for it. */
  private static void queue(String user, String password, String lock) throws Exception {
    String waiting =
        "select count(*) from information_schema.processlist where user = '"
            + user
            + "' and (state = 'User lock' or id = is_used_lock('"
            + lock
            + "'))";
    for (int i = 0; i < IN_LINE; i++) {
      Connection connection = server.login(user, password);
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try (connection;
                    Statement statement = connection.createStatement()) {
                  statement.execute("do get_lock('" + lock + "', 1000)");
                  statement.execute("do sleep(1000)");
                } catch (SQLException e) {
                  // Its session was ended, or the server stopped.
                }
              });
    }
    Await.until(
        "all are in line", () -> server.texts(waiting).equals(List.of(Integer.toString(IN_LINE))));
  }

  @Test
  void whoKeepsTheLockOfACredentialDoesNotHoldOffItsRemoval() throws Exception {
    String name = fresh();
    char[] password = password();
    String lock = MariaDbStatements.lockOf(name);
    server.administer("create or replace user keeper identified by 'keeper'");
    try (Session session = session()) {
      session.create(with(name, grants().getFirst()), password);
      queue("keeper", "keeper", lock);
      session.revoke(name, OwnedObjects.REASSIGN);
      assertFalse(knows(name));
      String again = fresh();
      session.create(with(again, grants().getFirst()), password);
      queue(again, new String(password), MariaDbStatements.lockOf(again));
      session.revoke(again, OwnedObjects.REASSIGN);
      assertFalse(knows(again));
    }
  }

  @Test
  void whoKeepsTheLockOfTheRootUserDoesNotHoldOffItsRotation() throws Exception {
    server.administer("create or replace user keeper identified by 'keeper'");
    queue("keeper", "keeper", MariaDbStatements.lockOf(TestTarget.ROOT));
    try (Session session = session()) {
      session.changePassword(rootPassword(), () -> {});
      session.requireRights();
    }
  }

  /** As by another control plane that stands still: what can be done without the lock is done. */
  @Test
  void aCredentialIsShutBeforeItsLockIsHad() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Connection holder = server.login(TestTarget.ROOT, TestTarget.ROOT_PASSWORD);
        Statement statement = holder.createStatement();
        Session session = session()) {
      session.create(with(name, grants().getFirst()), password);
      statement.execute("do get_lock('" + MariaDbStatements.lockOf(name) + "', 0)");
      TargetException busy =
          assertThrows(TargetException.class, () -> session.revoke(name, OwnedObjects.REASSIGN));
      assertEquals(TargetException.Kind.BUSY, busy.kind(), busy.getMessage());
      assertFalse(works(name, password));
      statement.execute("do release_lock('" + MariaDbStatements.lockOf(name) + "')");
      session.revoke(name, OwnedObjects.REASSIGN);
      assertFalse(knows(name));
    }
  }

  @Test
  void anAnswerOfTooManyRowsIsNotTaken() throws Exception {
    try (Connection connection = server.login(TestTarget.ROOT, TestTarget.ROOT_PASSWORD)) {
      MariaDbStatements sql = new MariaDbStatements(connection);
      assertThrows(
          SQLException.class,
          () ->
              sql.texts(
                  "select 1 from information_schema.collations a"
                      + " join information_schema.collations b"));
      assertEquals(List.of("1"), sql.texts("select 1"));
    }
  }

  @Test
  void endsOpenSessionsEvenInATransaction() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(
          with(
              name,
              on(Kind.TABLES, "sales", List.of("orders"), Privilege.SELECT, Privilege.UPDATE)),
          password);
      try (Connection open = server.login(name, new String(password));
          Connection idle = server.login(name, new String(password));
          Statement statement = open.createStatement();
          Statement other = idle.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("update sales.orders set item = 'taken' where id = 1");
        session.revoke(name, OwnedObjects.REASSIGN);
        assertThrows(SQLException.class, () -> statement.execute("select 1"));
        assertThrows(SQLException.class, () -> other.execute("select 1"));
      }
      assertFalse(knows(name));
    }
    assertEquals(List.of("lamp"), server.texts("select item from sales.orders where id = 1"));
  }

  private static NewUser makers(String name) {
    return with(
        name,
        on(
            Kind.SCHEMA,
            "shop",
            List.of(),
            Privilege.CREATE,
            Privilege.CREATE_VIEW,
            Privilege.CREATE_ROUTINE,
            Privilege.EXECUTE),
        on(Kind.TABLES, "shop", List.of(), Privilege.SELECT));
  }

  private static final String DEFINED =
      "select concat(type, ' ', name) from mysql.proc where db = 'shop' and definer like 'cofre%'"
          + " union select concat('VIEW ', table_name) from information_schema.views"
          + " where table_schema = 'shop' and definer like 'cofre%' order by 1";

  @Test
  void whatACredentialDefinedGoesWhereTheRoleSaysSo() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(makers(name), password);
      assertTrue(may(name, password, "create view shop.`v``x` as select 1 as one"));
      assertTrue(may(name, password, "create procedure shop.`p``x`() select 1"));
      assertTrue(may(name, password, "create function shop.f_x() returns int return 1"));
      assertEquals(List.of("FUNCTION f_x", "PROCEDURE p`x", "VIEW v`x"), server.texts(DEFINED));
      session.revoke(name, OwnedObjects.DROP);
      assertFalse(knows(name));
      assertEquals(List.of(), server.texts(DEFINED));
    }
  }

  @Test
  void whatItDefinedByARightThatAllHaveGoesToo() throws Exception {
    String name = fresh();
    char[] password = password();
    server.administer("grant create view, select on shop.* to public");
    try (Session session = session()) {
      session.create(with(name, grants().getFirst()), password);
      assertTrue(may(name, password, "create view shop.everybodys as select 1 as one"));
      session.revoke(name, OwnedObjects.DROP);
      assertEquals(List.of(), server.texts(DEFINED));
    } finally {
      server.administer("revoke create view, select on shop.* from public");
    }
  }

  @Test
  void whatACredentialLeavesBehindGainsNothing() throws Exception {
    String name = fresh();
    char[] password = password();
    try (Session session = session()) {
      session.create(makers(name), password);
      assertTrue(
          may(
              name,
              password,
              "create procedure shop.trap(q text) sql security definer execute immediate q"));
      String second = fresh();
      session.create(makers(second), password);
      assertTrue(may(second, password, "call shop.trap('select 1')"));
      session.revoke(name, OwnedObjects.REASSIGN);
      assertEquals(List.of("PROCEDURE trap"), server.texts(DEFINED));
      for (String wish : List.of("select 1", "select * from sales.secret", "create user more")) {
        assertFalse(may(second, password, "call shop.trap('" + wish + "')"), wish);
        assertFalse(
            may(MariaDbServer.ADMINISTRATOR, new char[0], "call shop.trap('" + wish + "')"), wish);
      }
      session.revoke(second, OwnedObjects.REASSIGN);
    }
    server.administer("drop procedure shop.trap");
  }

  /** Left without its definer a trigger would break others' statements. */
  @Test
  void aTriggerOfACredentialIsNotLeftWithoutItsDefiner() throws Exception {
    String name = fresh();
    char[] password = password();
    server.administer("create table shop.watched (id int)");
    try (Session session = session()) {
      session.create(makers(name), password);
      server.administer(
          "create definer = "
              + name
              + " trigger shop.watch before insert on shop.watched for each row set @x = 1");
      TargetException held =
          assertThrows(TargetException.class, () -> session.revoke(name, OwnedObjects.REASSIGN));
      assertEquals(TargetException.Kind.REFUSED, held.kind());
      assertTrue(held.getMessage().contains("trigger"), held.getMessage());
      assertFalse(may(name, password, "select 1"), "its login has ended all the same");
      server.administer("drop trigger shop.watch");
      session.revoke(name, OwnedObjects.REASSIGN);
      assertFalse(knows(name));
    }
    server.administer("drop table shop.watched");
  }

  @Test
  void manyAreMadeAndRemovedAtOnce() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                char[] password = password();
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

  private TargetException refused(NewUser user) throws Exception {
    try (Session session = session()) {
      TargetException refused =
          assertThrows(TargetException.class, () -> session.create(user, password()));
      assertEquals(TargetException.Kind.REFUSED, refused.kind(), refused.getMessage());
      assertFalse(knows(user.userName()), "nothing half made is left");
      return refused;
    }
  }

  @Test
  void whatTheRootUserMayNotGiveIsRefused() throws Exception {
    server.administer("create database lent", "create table lent.things (id int)");
    server.administer("grant select on lent.* to " + TestTarget.ROOT + "@'%'");
    TargetException denied =
        refused(
            with(
                fresh(),
                on(Kind.TABLES, "sales", List.of("orders"), Privilege.SELECT),
                on(Kind.TABLES, "lent", List.of("things"), Privilege.SELECT)));
    assertTrue(denied.getMessage().contains("grant option"), denied.getMessage());
    refused(with(fresh(), on(Kind.TABLES, "lent", List.of(), Privilege.SELECT)));
    refused(with(fresh(), on(Kind.TABLES, "absent", List.of(), Privilege.SELECT)));
    refused(with(fresh(), on(Kind.TABLES, "sales", List.of("absent"), Privilege.SELECT)));
    for (String system : List.of("mysql", "MySQL", "sys", "information_schema")) {
      refused(with(fresh(), on(Kind.TABLES, system, List.of(), Privilege.SELECT)));
      refused(with(fresh(), on(Kind.TABLES, system, List.of("user"), Privilege.SELECT)));
    }
    server.administer("drop database lent");
  }

  @Test
  void tellsWhatTheRootUserLacks() throws Exception {
    for (String right : List.of("create user", "process", "connection admin")) {
      server.administer("revoke " + right + " on *.* from " + TestTarget.ROOT + "@'%'");
      assertTrue(lacks().contains(right.toUpperCase(java.util.Locale.ROOT)), right);
      server.administer("grant " + right + " on *.* to " + TestTarget.ROOT + "@'%'");
    }
    server.administer("revoke select on mysql.* from " + TestTarget.ROOT + "@'%'");
    assertTrue(lacks().contains("mysql.*"));
    server.administer("grant select on mysql.* to " + TestTarget.ROOT + "@'%'");
    server.administer("create user " + TestTarget.ROOT + "@'10.%' identified by 'other'");
    assertTrue(lacks().contains("several accounts"));
    server.administer("drop user " + TestTarget.ROOT + "@'10.%'");
    try (Session session = session()) {
      session.requireRights();
    }
  }

  private String lacks() throws Exception {
    try (Session session = session()) {
      TargetException refused = assertThrows(TargetException.class, session::requireRights);
      assertEquals(TargetException.Kind.REFUSED, refused.kind());
      return refused.getMessage();
    }
  }
}
