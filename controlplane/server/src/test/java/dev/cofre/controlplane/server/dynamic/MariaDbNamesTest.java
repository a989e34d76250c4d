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
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that would be something else, on servers whose modes read text differently. */
class MariaDbNamesTest {
  private static final List<String> HOSTILE =
      List.of(
          "x`; drop table sales.orders; -- x",
          "`",
          "``",
          "'; select sleep(9); -- x",
          "a\\`b",
          "a\\'b\"c",
          "\\",
          "x\\_y%",
          "/*! drop user vault_root */",
          "sales`.`orders",
          "? {fn now()} :name",
          "%x \u00e9\u20ac");

  /** A driver may send others as the server's own default has them. */
  private static final List<String> USERS =
      HOSTILE.stream().filter(name -> name.chars().allMatch(one -> one < 128)).toList();

  private static final List<String> MODES =
      List.of("", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI,NO_BACKSLASH_ESCAPES", "ORACLE");

  @TempDir static Path directory;
  private static MariaDbServer server;

  @BeforeAll
  static void start() throws Exception {
    server = MariaDbServer.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Session session() throws TargetException {
    return new MariaDbEngine(KernelRandom.INSTANCE)
        .open(server.target(), TestTarget.ROOT_PASSWORD.toCharArray());
  }

  private static boolean may(String user, char[] password, String sql) throws SQLException {
    try (Connection connection = server.login(user, new String(password));
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      assertEquals("42000", e.getSQLState(), e.getMessage());
      return false;
    }
  }

  private static NewUser reader(String name, String database, String... tables) {
    return new NewUser(
        name,
        Instant.now().plusSeconds(600),
        List.of(
            new TargetGrant(Kind.TABLES, database, List.of(tables), List.of(Privilege.SELECT))));
  }

  @Test
  void hostileNamesStayNames() throws Exception {
    for (String hostile : HOSTILE) {
      String quoted = MariaDbText.identifier(hostile);
      server.administer(
          "create database " + quoted,
          "create table " + quoted + '.' + quoted + " (id int)",
          "create table " + quoted + ".other (id int)",
          "grant select on "
              + MariaDbText.exactly(hostile)
              + ".* to vault_root@'%' with grant option");
    }
    for (String mode : MODES) {
      server.administer("set global sql_mode = '" + mode + "'");
      for (String hostile : HOSTILE) {
        aGrantIsOnThatAlone(hostile);
      }
    }
    server.administer("set global sql_mode = ''");
    assertEquals(List.of("lamp"), server.texts("select item from sales.orders where id = 1"));
    assertTrue(server.takes(TestTarget.ROOT, TestTarget.ROOT_PASSWORD));
  }

  private void aGrantIsOnThatAlone(String hostile) throws Exception {
    String table = MariaDbText.identifier(hostile);
    String one = DynamicEngineContract.fresh();
    String whole = DynamicEngineContract.fresh();
    char[] password = DynamicEngineContract.password();
    try (Session session = session()) {
      session.create(reader(one, hostile, hostile), password);
      assertTrue(may(one, password, "select * from " + table + '.' + table), hostile);
      assertFalse(may(one, password, "select * from " + table + ".other"), hostile);
      session.create(reader(whole, hostile), password);
      assertTrue(may(whole, password, "select * from " + table + ".other"), hostile);
      assertFalse(may(whole, password, "select * from sales.orders"), hostile);
      session.revoke(one, OwnedObjects.DROP);
      session.revoke(whole, OwnedObjects.DROP);
      // One that is not there is an error of the server, and no statement of somebody's.
      TargetException refused =
          assertThrows(
              TargetException.class,
              () -> session.create(reader(one, "no" + hostile, "x"), password));
      assertEquals(TargetException.Kind.REFUSED, refused.kind(), refused.getMessage());
      assertFalse(refused.getMessage().contains(hostile));
    }
    assertEquals(List.of(), server.users());
  }

  /** In a grant on a whole database, and there alone, {@code _} and {@code %} are wildcards. */
  @Test
  void wildcardsInNamesMatchNothingElse() throws Exception {
    server.administer(
        "create database a_b",
        "create database axb",
        "create database `a%`",
        "create table a_b.t (id int)",
        "create table axb.t (id int)",
        "create table `a%`.t (id int)",
        "grant select on `a%`.* to vault_root@'%' with grant option");
    char[] password = DynamicEngineContract.password();
    for (String tables : List.of("", "t")) {
      String[] names = tables.isEmpty() ? new String[0] : new String[] {tables};
      String under = DynamicEngineContract.fresh();
      String percent = DynamicEngineContract.fresh();
      try (Session session = session()) {
        session.create(reader(under, "a_b", names), password);
        session.create(reader(percent, "a%", names), password);
        assertTrue(may(under, password, "select * from a_b.t"));
        assertFalse(may(under, password, "select * from axb.t"));
        assertFalse(may(under, password, "select * from `a%`.t"));
        assertTrue(may(percent, password, "select * from `a%`.t"));
        assertFalse(may(percent, password, "select * from axb.t"));
        assertFalse(may(percent, password, "select * from a_b.t"));
        session.revoke(under, OwnedObjects.REASSIGN);
        session.revoke(percent, OwnedObjects.REASSIGN);
      }
    }
    server.administer("drop database a_b", "drop database axb", "drop database `a%`");
  }

  @Test
  void hostileNamesOfUsersStayNames() throws Exception {
    UUID secret = UUID.randomUUID();
    for (String mode : MODES) {
      server.administer("set global sql_mode = '" + mode + "'");
      for (String hostile : USERS) {
        StaticUser user = new StaticUser(hostile, secret, true, List.of());
        char[] password = DynamicEngineContract.password();
        try (Session session = session()) {
          session.setPassword(user, password, () -> {});
        }
        assertTrue(server.takes(hostile, new String(password)), hostile);
      }
    }
    server.administer("set global sql_mode = ''");
    assertTrue(server.texts("select User from mysql.global_priv").containsAll(USERS));
    assertTrue(server.takes(TestTarget.ROOT, TestTarget.ROOT_PASSWORD));
    assertEquals(List.of("lamp"), server.texts("select item from sales.orders where id = 1"));
  }

  @Test
  void namesThatTheServerWouldReadOtherwiseAreRefused() {
    for (String name : List.of("", "x".repeat(65), "a\0b", "x ", "\ud83d\ude00")) {
      assertThrows(TargetException.class, () -> MariaDbText.identifier(name));
      assertThrows(TargetException.class, () -> MariaDbText.exactly(name));
    }
    assertThrows(TargetException.class, () -> MariaDbText.userName("x".repeat(81)));
    for (String hash : List.of("", "*", "*0123' or", "*" + "a".repeat(40), "x".repeat(41))) {
      assertThrows(TargetException.class, () -> MariaDbText.identifiedBy(hash));
    }
  }
}
