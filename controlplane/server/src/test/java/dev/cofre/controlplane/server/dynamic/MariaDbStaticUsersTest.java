package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is MariaDB's own about users that stay: powers, other ways to log in, locks, kills. */
class MariaDbStaticUsersTest {
  private static final UUID SECRET = UUID.nameUUIDFromBytes(new byte[1]);
  private static final TargetGrant ORDERS =
      new TargetGrant(Kind.TABLES, "sales", List.of("orders"), List.of(Privilege.SELECT));
  private static final String WAITING =
      "select id from information_schema.processlist where state = 'User lock'";

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

  private static char[] password() {
    return UserNames.password(KernelRandom.INSTANCE);
  }

  private static StaticUser user(String name, boolean create, TargetGrant... grants) {
    return new StaticUser(name, SECRET, create, List.of(grants));
  }

  private static String refused(StaticUser user) throws Exception {
    try (Session session = session()) {
      TargetException refused =
          assertThrows(
              TargetException.class, () -> session.setPassword(user, password(), () -> {}));
      assertEquals(TargetException.Kind.REFUSED, refused.kind(), refused.getMessage());
      return refused.getMessage();
    }
  }

  private static List<String> names() throws Exception {
    return server.texts("select User from mysql.global_priv");
  }

  @Test
  void aUserIsMadeWithAllItsGrantsOrNotAtAll() throws Exception {
    TargetGrant none =
        new TargetGrant(Kind.TABLES, "sales", List.of("absent"), List.of(Privilege.SELECT));
    char[] password = password();
    try (Session session = session()) {
      session.setPassword(user("whole", true, ORDERS), password, () -> {});
    }
    try (Connection connection = server.login("whole", new String(password));
        Statement statement = connection.createStatement()) {
      assertTrue(statement.execute("select item from sales.orders"));
    }
    refused(user("half", true, ORDERS, none));
    assertFalse(names().contains("half"));
    assertFalse(names().contains(MariaDbStaticUsers.mark(user("half", true))));
  }

  /** A kill between any two statements of the making leaves one of these. */
  @Test
  void whatAKillLeftHalfMadeLetsNobodyInAndIsMadeWhole() throws Exception {
    StaticUser user = user("killed", true, ORDERS);
    String role = '`' + MariaDbStaticUsers.mark(user) + '`';
    String unknown =
        "identified via mysql_native_password using '*"
            + "0".repeat(40)
            + "' account lock password expire";
    try (Connection root = server.login(TestTarget.ROOT, TestTarget.ROOT_PASSWORD);
        Statement statement = root.createStatement()) {
      for (List<String> before :
          List.of(
              List.of("create role " + role),
              List.of("create role " + role, "create user killed " + unknown),
              List.of(
                  "create role " + role,
                  "create user killed " + unknown,
                  "grant select on sales.orders to killed"),
              List.of(
                  "create role " + role,
                  "create user killed " + unknown,
                  "grant select on sales.orders to killed",
                  "grant " + role + " to killed"))) {
        for (String sql : before) {
          statement.execute(sql);
        }
        char[] password = password();
        try (Session session = session()) {
          session.requireRotatable(user);
          session.setPassword(user, password, () -> {});
        }
        try (Connection as = server.login("killed", new String(password));
            Statement reading = as.createStatement()) {
          assertTrue(reading.execute("select item from sales.orders"));
        }
        statement.execute("drop user killed");
        statement.execute("drop role " + role);
      }
    }
    // The same user, where no role says that the vault began to make it.
    server.administer("create user killed " + unknown);
    assertTrue(refused(user).contains("belongs to somebody else"));
    server.administer("drop user killed");
  }

  /** The role that says so outlives the user that the vault made. */
  @Test
  void anAccountThatTookTheNameOfAUserOfOursIsNotOurs() throws Exception {
    StaticUser user = user("outlived", true, ORDERS);
    try (Session session = session()) {
      session.setPassword(user, password(), () -> {});
    }
    server.administer("drop user outlived", "create user outlived identified by 'theirs'");
    assertTrue(refused(user).contains("belongs to somebody else"));
    assertTrue(server.takes("outlived", "theirs"));
    server.administer(
        "drop user outlived",
        "create user outlived identified by 'theirs' account lock password expire",
        "grant super on *.* to outlived");
    assertTrue(refused(user).contains("administers"));
  }

  @Test
  void anAccountThatSomebodyMakesMeanwhileIsNotDropped() throws Exception {
    try (Session session = session()) {
      TargetException told =
          assertThrows(
              TargetException.class,
              () ->
                  session.setPassword(
                      user("raced", true, ORDERS),
                      password(),
                      () -> administer("create user raced identified by 'theirs'")));
      assertEquals(TargetException.Kind.REFUSED, told.kind(), told.getMessage());
    }
    assertTrue(server.takes("raced", "theirs"));
  }

  private static void administer(String sql) {
    try {
      server.administer(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aUserWithAnAtInItsNameIsShownToLogIn() throws Exception {
    server.administer("create user `svc@corp` identified by 'corp'");
    new MariaDbEngine(KernelRandom.INSTANCE)
        .rehearse(server.target().as("svc@corp"), "corp".toCharArray());
  }

  @Test
  void refusesAdministratorsAndThoseWhoDoNotLogInByAPassword() throws Exception {
    String give = "grant proxy on has_it to " + TestTarget.ROOT;
    for (String power :
        List.of(
            "grant super on *.* to has_it",
            "grant process on *.* to has_it",
            "grant select on mysql.* to has_it",
            "grant update on mysql.global_priv to has_it",
            "grant strong to has_it",
            "grant indirect to has_it")) {
      server.administer(
          "create or replace role strong",
          "create or replace role indirect",
          "grant create user on *.* to strong",
          "grant strong to indirect",
          "create or replace user has_it identified by 'it'",
          give,
          power);
      assertTrue(refused(user("has_it", false)).contains("administers"), power);
    }
    server.administer("drop role indirect", "drop role strong");
    server.administer("create or replace user has_it identified by 'it' account lock", give);
    assertTrue(refused(user("has_it", false)).contains("may not log in"));
    for (String way :
        List.of(
            "via unix_socket",
            "via mysql_native_password using '*" + "0".repeat(40) + "' or unix_socket")) {
      server.administer("create or replace user has_it identified " + way, give);
      assertTrue(refused(user("has_it", false)).contains("another way"), way);
    }
    server.administer(
        "create or replace user has_it identified by 'it'",
        "create or replace user has_it@'10.%' identified by 'it'",
        give);
    assertTrue(refused(user("has_it", false)).contains("several accounts"));
    server.administer("drop user has_it@'10.%'", "revoke proxy on has_it from " + TestTarget.ROOT);
    String told = refused(user("has_it", false));
    assertTrue(told.contains("GRANT PROXY ON `has_it`@`%` TO `vault_root`"), told);
    for (String system : List.of("root", "mariadb.sys", "PUBLIC", "cofre-user-x")) {
      assertTrue(refused(user(system, true)).contains("system's own"), system);
    }
  }

  @Test
  void nobodyElseChangesAPasswordBetweenTheFenceAndTheChange() throws Exception {
    char[] last = password();
    AtomicBoolean asked = new AtomicBoolean();
    CompletableFuture<Void> other = new CompletableFuture<>();
    try (Session first = session();
        Session second = session()) {
      first.setPassword(
          user("contended", true),
          password(),
          () -> {
            Thread.ofPlatform().start(() -> run(other, second, last, asked));
            awaitWaiting();
            assertFalse(asked.get());
          });
      other.get(60, TimeUnit.SECONDS);
    }
    assertTrue(asked.get());
    assertTrue(server.takes("contended", new String(last)));
  }

  private static void run(
      CompletableFuture<Void> end, Session session, char[] password, AtomicBoolean asked) {
    try {
      session.setPassword(user("contended", true), password, () -> asked.set(true));
      end.complete(null);
    } catch (TargetException e) {
      end.completeExceptionally(e);
    }
  }

  private static void awaitWaiting() {
    try {
      Await.until("the other one waits", () -> !server.texts(WAITING).isEmpty());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** As a control plane that stands still between the look at its claim and the change. */
  @Test
  void whoStandsStillAfterTheFenceChangesNothingAnyMore() throws Exception {
    StaticUser user = user("stalled", true);
    char[] published = password();
    char[] late = password();
    try (Session session = session()) {
      session.setPassword(user, password(), () -> {});
    }
    // One within the other, so that both stand still at the same time; as the root user does, too.
    TargetException lost =
        assertThrows(
            TargetException.class,
            () -> {
              try (Session root = session()) {
                root.changePassword(late, () -> stall(user, late, published));
              }
            });
    assertEquals(TargetException.Kind.AWAY, lost.kind(), lost.getMessage());
    assertTrue(server.takes("stalled", new String(published)));
    assertFalse(server.takes("stalled", new String(late)));
    assertTrue(server.takes(TestTarget.ROOT, TestTarget.ROOT_PASSWORD));
  }

  private static void stall(StaticUser user, char[] late, char[] published) {
    TargetException lost =
        assertThrows(
            TargetException.class,
            () -> {
              try (Session stalled = session()) {
                stalled.setPassword(user, late, () -> takeOver(user, published));
              }
            });
    assertEquals(TargetException.Kind.AWAY, lost.kind(), lost.getMessage());
    awaitFree(TestTarget.ROOT);
  }

  /** The server lets go of the lock when its holder has been idle for 20 s. */
  private static void takeOver(StaticUser user, char[] password) {
    awaitFree("stalled");
    try (Session other = session()) {
      other.setPassword(user, password, () -> {});
    } catch (TargetException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitFree(String name) {
    String isFree = "select is_used_lock('" + MariaDbStatements.lockOf(name) + "') is null";
    try {
      Await.until("the lock is free", () -> server.texts(isFree).equals(List.of("1")));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatWasChangedIsThereAfterAKillOfTheServer() throws Exception {
    StaticUser user = user("survivor", true, ORDERS);
    char[] last = password();
    char[] root = password();
    try (Session session = session()) {
      session.setPassword(user, password(), () -> {});
      session.setPassword(user, last, () -> {});
      session.changePassword(root, () -> {});
      server.kill();
    }
    server.start();
    assertTrue(server.takes("survivor", new String(last)));
    assertFalse(server.takes(TestTarget.ROOT, TestTarget.ROOT_PASSWORD));
    try (Session session = new MariaDbEngine(KernelRandom.INSTANCE).open(server.target(), root)) {
      session.requireRotatable(user);
      session.changePassword(TestTarget.ROOT_PASSWORD.toCharArray(), () -> {});
    }
  }

  @Test
  void aLockThatAnotherLoginKeepsIsTakenFromIt() throws Exception {
    server.administer("create or replace user hostile identified by 'hostile'");
    try (Connection holder = server.login("hostile", "hostile");
        Statement statement = holder.createStatement();
        Session session = session()) {
      statement.execute("do get_lock('" + MariaDbStatements.lockOf("wanted") + "', 0)");
      char[] password = password();
      session.setPassword(user("wanted", true), password, () -> {});
      assertTrue(server.takes("wanted", new String(password)));
      assertThrows(SQLException.class, () -> statement.execute("select 1"));
    }
  }

  @Test
  void whoseWorkIsKeptUpByOurOwnComesBackSoon() throws Exception {
    try (Connection holder = server.login(TestTarget.ROOT, TestTarget.ROOT_PASSWORD);
        Statement statement = holder.createStatement();
        Session session = session()) {
      statement.execute("do get_lock('" + MariaDbStatements.lockOf("kept-up") + "', 0)");
      TargetException told =
          assertThrows(
              TargetException.class,
              () -> session.setPassword(user("kept-up", true), password(), () -> {}));
      assertEquals(TargetException.Kind.BUSY, told.kind());
      assertTrue(statement.execute("select 1"), "it is let alone");
    }
    assertFalse(names().contains("kept-up"));
  }

  @Test
  void aUserWithoutAConnectionLeftIsRefusedByName() throws Exception {
    server.administer(
        "create or replace user full identified by 'full' with max_user_connections 1");
    MariaDbEngine engine = new MariaDbEngine(KernelRandom.INSTANCE);
    try (Connection one = server.login("full", "full")) {
      assertTrue(one.isValid(30));
      TargetException told =
          assertThrows(
              TargetException.class,
              () -> engine.rehearse(server.target().as("full"), "full".toCharArray()));
      assertEquals(TargetException.Kind.REFUSED, told.kind());
      assertTrue(told.getMessage().contains("no connection left for full"), told::getMessage);
    }
  }
}
