package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is PostgreSQL's own about users that stay: hostile names, powers, locks. */
class PostgreSqlStaticUsersTest {
  private static final List<String> HOSTILE =
      List.of(
          "x\"; drop table sales.orders; --",
          "\"",
          "';select pg_sleep(9);--",
          "a\\\"b",
          "$$; drop role vault_root; $$",
          "? {fn now()} :name");
  private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(120);
  private static final String TAKE_LOCK = "select pg_advisory_lock(7166171012300118117)";

  @TempDir static Path directory;
  private static TargetServer server;

  @BeforeAll
  static void start() throws Exception {
    server = TargetServer.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Session session() throws TargetException {
    return new PostgreSqlEngine(KernelRandom.INSTANCE)
        .open(server.target(), TargetServer.ROOT_PASSWORD.toCharArray());
  }

  private static char[] password() {
    return UserNames.password(KernelRandom.INSTANCE);
  }

  private static StaticUser user(String name, boolean create, TargetGrant... grants) {
    return new StaticUser(name, UUID.nameUUIDFromBytes(new byte[1]), create, List.of(grants));
  }

  private static TargetException refused(Session session, StaticUser user) {
    TargetException refused =
        assertThrows(TargetException.class, () -> session.setPassword(user, password(), () -> {}));
    assertEquals(TargetException.Kind.REFUSED, refused.kind());
    return refused;
  }

  @Test
  void hostileNamesStayNames() throws Exception {
    try (Session session = session()) {
      for (String name : HOSTILE) {
        char[] password = password();
        session.setPassword(user(name, true), password, () -> {});
        session.setPassword(user(name, true), password, () -> {});
        assertTrue(server.takes(name, new String(password)), name);
      }
      refused(session, user("zero\0", true));
      refused(session, user("x".repeat(64), true));
    }
    List<String> roles = server.texts("select rolname from pg_roles");
    assertTrue(roles.containsAll(HOSTILE));
    assertTrue(roles.contains(TargetServer.ROOT));
    assertEquals(List.of("lamp"), server.texts("select item from sales.orders"));
  }

  @Test
  void aUserIsMadeWithAllItsGrantsOrNotAtAll() throws Exception {
    TargetGrant orders =
        new TargetGrant(Kind.TABLES, "sales", List.of("orders"), List.of(Privilege.SELECT));
    TargetGrant none =
        new TargetGrant(Kind.TABLES, "sales", List.of("absent"), List.of(Privilege.SELECT));
    char[] password = password();
    try (Session session = session()) {
      session.setPassword(user("whole", true, orders), password, () -> {});
      refused(session, user("half", true, orders, none));
    }
    try (var connection = server.login("whole", new String(password));
        var statement = connection.createStatement()) {
      assertTrue(statement.execute("select item from sales.orders"));
    }
    assertFalse(server.texts("select rolname from pg_roles").contains("half"));
  }

  @Test
  void refusesAdministratorsAndThoseThatMayNotLogIn() throws Exception {
    for (String power : List.of("superuser", "createrole", "replication", "bypassrls", "nologin")) {
      String name = "has_" + power;
      String login = power.equals("nologin") ? "" : "login ";
      server.administer(
          "create role " + name + " " + login + power,
          "grant " + name + " to " + TargetServer.ROOT + " with admin option");
      try (Session session = session()) {
        refused(session, user(name, false));
      }
    }
    server.administer(
        "create role lent login", "grant lent to " + TargetServer.ROOT + " granted by postgres");
    try (Session session = session()) {
      String told = refused(session, user("lent", false)).getMessage();
      assertTrue(told.contains("GRANT \"lent\" TO \"vault_root\" WITH ADMIN OPTION"), told);
      refused(session, user("pg_monitor", false));
      refused(session, user(PostgreSqlRemovals.KEPT, true));
    }
  }

  @Test
  void nobodyElseChangesAPasswordBetweenTheFenceAndTheChange() throws Exception {
    char[] last = password();
    AtomicBoolean asked = new AtomicBoolean();
    try (Session first = session();
        Session second = session()) {
      CompletableFuture<Void> other = new CompletableFuture<>();
      first.setPassword(
          user("contended", true),
          password(),
          () -> {
            Thread.ofPlatform().start(() -> run(other, second, last, asked));
            awaitWaiting("locktype = 'advisory'");
            assertFalse(asked.get());
          });
      other.get(120, TimeUnit.SECONDS);
    }
    assertTrue(asked.get());
    assertTrue(server.takes("contended", new String(last)));
  }

  @Test
  void aLockThatAnotherLoginKeepsHoldsUpNothingAndIsNotWhatGuards() throws Exception {
    server.administer("create role hostile login password 'hostile'");
    char[] changed = password();
    AtomicBoolean asked = new AtomicBoolean();
    CompletableFuture<Void> other = new CompletableFuture<>();
    try (var holder = server.login("hostile", "hostile");
        var statement = holder.createStatement();
        Session first = session();
        Session second = session()) {
      second.setPassword(user("contended", true), password(), () -> {});
      statement.execute(TAKE_LOCK);
      first.changePassword(TargetServer.ROOT_PASSWORD.toCharArray(), () -> {});
      first.setPassword(
          user("contended", true),
          changed,
          () -> {
            Thread.ofPlatform().start(() -> run(other, second, password(), asked));
            awaitWaiting("locktype = 'transactionid'");
            assertFalse(asked.get());
          });
      ExecutionException late =
          assertThrows(ExecutionException.class, () -> other.get(120, TimeUnit.SECONDS));
      TargetException told = assertInstanceOf(TargetException.class, late.getCause());
      assertEquals(TargetException.Kind.AWAY, told.kind(), told::getMessage);
    }
    assertFalse(asked.get());
    assertTrue(server.takes("contended", new String(changed)));
  }

  @Test
  void aUserWithoutAConnectionLeftIsRefusedByName() throws Exception {
    server.administer("create role full login password 'full' connection limit 0");
    TargetException told =
        assertThrows(
            TargetException.class,
            () ->
                new PostgreSqlEngine(KernelRandom.INSTANCE)
                    .rehearse(server.target().as("full"), "full".toCharArray()));
    assertEquals(TargetException.Kind.REFUSED, told.kind());
    assertTrue(told.getMessage().contains("no connection left for full"), told::getMessage);
  }

  @Test
  void whoseWorkIsKeptUpByOurOwnComesBackSoon() throws Exception {
    try (var holder = server.login(TargetServer.ROOT, TargetServer.ROOT_PASSWORD);
        var statement = holder.createStatement();
        Session session = session()) {
      statement.execute(TAKE_LOCK);
      TargetException told =
          assertThrows(
              TargetException.class,
              () -> session.setPassword(user("kept-up", true), password(), () -> {}));
      assertEquals(TargetException.Kind.AWAY, told.kind());
      assertTrue(told.getMessage().contains("55P03"), told::getMessage);
    }
    assertFalse(server.texts("select rolname from pg_roles").contains("kept-up"));
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

  private static void awaitWaiting(String which) {
    long endNs = System.nanoTime() + LIMIT_NS;
    while (System.nanoTime() < endNs) {
      if (isWaiting(which)) {
        return;
      }
      LockSupport.parkNanos(5_000_000);
    }
    throw new AssertionError("the other one does not wait");
  }

  private static boolean isWaiting(String which) {
    try {
      return !server.texts("select pid from pg_locks where not granted and " + which).isEmpty();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
