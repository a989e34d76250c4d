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
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisEngineTest extends DynamicEngineContract {
  /** What would be more than a pattern in a rule, a list of rules, a file or the protocol. */
  private static final List<String> HOSTILE =
      List.of(
          "orders:* ~*",
          "orders:*\t+@all",
          "orders:*\n user mallory on nopass ~* +@all",
          "orders:*\r\n$3\r\nfoo",
          "orders:*\0~*",
          "x) on nopass ~* +@all (",
          "x)",
          "(~*",
          "\"orders:* ~*\"",
          "'x' +@all",
          "a\\ b",
          "~*",
          "&*",
          "+@all",
          ">password",
          "#",
          "<x",
          "!x",
          "%RW~*",
          "a@b",
          "ключ",
          "",
          "x".repeat(129));

  /** Words that mean something in a rule, and nothing behind the sign of a pattern. */
  private static final List<String> WORDS =
      List.of("allkeys", "nopass", "reset", "resetkeys", "allcommands", "on", "-", "--", "{}", "?");

  @TempDir static Path directory;
  static RedisServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start(directory);
    server.monitor();
    server.administer("SET", "orders:1", "lamp");
    server.administer("SET", "secret:1", "hidden");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  DynamicEngine engine() {
    return new RedisEngine(KernelRandom.INSTANCE);
  }

  @Override
  Target target() {
    return server.target();
  }

  @Override
  char[] rootPassword() {
    return RedisServer.ROOT_PASSWORD.toCharArray();
  }

  @Override
  List<TargetGrant> grants() {
    return List.of(keys(List.of("orders:*"), Privilege.READ));
  }

  private static TargetGrant keys(List<String> patterns, Privilege... privileges) {
    return new TargetGrant(Kind.KEYS, "", patterns, List.of(privileges));
  }

  private static TargetGrant channels(List<String> patterns, Privilege... privileges) {
    return new TargetGrant(Kind.CHANNELS, "", patterns, List.of(privileges));
  }

  @Override
  boolean works(String user, char[] password) {
    return server.may(user, new String(password), "GET", "orders:1");
  }

  @Override
  boolean knows(String user) throws Exception {
    return server.allUsers().contains(user);
  }

  @Override
  List<String> made() throws Exception {
    return server.users();
  }

  @Override
  String givenUser() throws Exception {
    server.administer("ACL", "DELUSER", "given_user");
    server.administer(
        "ACL",
        "SETUSER",
        "given_user",
        "on",
        ">before",
        "~orders:*",
        "+get",
        "(resetchannels &cofre-given-to-vault_root)");
    return "given_user";
  }

  @Override
  String foreignUser() throws Exception {
    server.administer("ACL", "SETUSER", "foreign_user", "on", ">its-own", "~*", "+get");
    return "foreign_user";
  }

  @Override
  String log() throws Exception {
    return server.log();
  }

  private static NewUser user(String name, TargetGrant... grants) {
    return new NewUser(name, Instant.now().plusSeconds(600), List.of(grants));
  }

  /** A credential with {@code grants}, as it is used. */
  private record Credential(String name, char[] password) {
    boolean may(String... command) {
      return server.may(name, new String(password), command);
    }
  }

  private Credential made(Session session, TargetGrant... grants) throws TargetException {
    Credential made = new Credential(fresh(), password());
    session.create(user(made.name, grants), made.password);
    return made;
  }

  @Test
  void givesWhatTheGrantsSayAndNothingElse() throws Exception {
    try (Session session = session()) {
      Credential reads = made(session, keys(List.of("orders:*"), Privilege.READ));
      assertTrue(reads.may("GET", "orders:1") && reads.may("TTL", "orders:1"));
      assertTrue(reads.may("PING") && reads.may("CLIENT", "SETNAME", "app"));
      assertFalse(reads.may("SET", "orders:1", "pen"));
      assertFalse(reads.may("DEL", "orders:1"));
      assertFalse(reads.may("GET", "secret:1"));
      assertFalse(reads.may("MGET", "orders:1", "secret:1"));
      assertFalse(reads.may("PUBLISH", "orders", "x"));
      assertFalse(reads.may("SELECT", "1"), "rights are those of database 0");
      Credential writes = made(session, keys(List.of("orders:*"), Privilege.WRITE));
      assertTrue(writes.may("SET", "orders:2", "pen") && writes.may("DEL", "orders:2"));
      assertFalse(writes.may("GET", "orders:1"));
      assertFalse(writes.may("SET", "orders:1", "pen", "GET"), "that reads, too");
      assertFalse(writes.may("SET", "secret:1", "pen"));
      Credential both = made(session, keys(List.of("orders:*"), Privilege.READ, Privilege.WRITE));
      assertTrue(
          both.may("HSET", "orders:h", "a", "b") && both.may("RENAME", "orders:h", "orders:g"));
      assertTrue(both.may("UNLINK", "orders:g"));
      assertFalse(both.may("RENAME", "orders:1", "secret:1"));
      Credential hashes =
          made(session, keys(List.of("orders:*"), Privilege.READ, Privilege.WRITE, Privilege.HASH));
      assertTrue(hashes.may("HSET", "orders:x", "a", "b") && hashes.may("DEL", "orders:x"));
      assertFalse(hashes.may("GET", "orders:1"));
      for (Credential one : List.of(reads, writes, both, hashes)) {
        session.revoke(one.name, OwnedObjects.REASSIGN);
      }
    }
  }

  /** Selectors, each with its own keys and commands: their product would be more than was given. */
  @Test
  void whatOneGrantGivesIsNotGivenOnTheKeysOfAnother() throws Exception {
    try (Session session = session()) {
      Credential mixed =
          made(
              session,
              keys(List.of("orders:*"), Privilege.READ),
              keys(List.of("cart:*"), Privilege.WRITE),
              channels(List.of("news.*"), Privilege.SUBSCRIBE),
              channels(List.of("*"), Privilege.PUBLISH));
      assertTrue(mixed.may("GET", "orders:1") && mixed.may("SET", "cart:1", "x"));
      assertFalse(mixed.may("SET", "orders:1", "x") || mixed.may("GET", "cart:1"));
      assertTrue(mixed.may("SUBSCRIBE", "news.today") && mixed.may("PUBLISH", "any", "x"));
      assertFalse(mixed.may("SUBSCRIBE", "any") || mixed.may("PSUBSCRIBE", "*"));
      session.revoke(mixed.name, OwnedObjects.REASSIGN);
    }
  }

  /** All commands of the server, with no key of its own: it may connect and transact alone. */
  @Test
  void nothingThatActsOnTheServerIsGiven() throws Exception {
    try (Session session = session()) {
      Credential all =
          made(
              session,
              keys(List.of("orders:*"), Privilege.READ, Privilege.WRITE),
              channels(List.of("orders.*"), Privilege.SUBSCRIBE, Privilege.PUBLISH));
      Set<String> done = new TreeSet<>();
      for (Object command : (List<?>) server.administer("COMMAND", "LIST")) {
        if (doesWithoutKey(all, String.valueOf(command))) {
          done.add(String.valueOf(command));
        }
      }
      assertEquals(
          new TreeSet<>(
              Set.of(
                  "client|getname",
                  "client|id",
                  "client|setname",
                  "hello",
                  "multi",
                  "ping",
                  "punsubscribe",
                  "quit",
                  "reset",
                  "sunsubscribe",
                  "unsubscribe",
                  "unwatch",
                  "xgroup|help",
                  "xinfo|help")),
          done);
      session.revoke(all.name, OwnedObjects.REASSIGN);
    }
  }

  /**
   * With arguments that are keys and channels outside of what was given, as many as it takes. Rules
   * do not see the keys of some calls that are wrong; so what they let pass is tried, too.
   */
  private static boolean doesWithoutKey(Credential user, String command) throws IOException {
    for (int arguments = 0; arguments <= 8; arguments++) {
      List<String> words = new ArrayList<>(List.of(command.split("\\|", -1)));
      for (int i = 0; i < arguments; i++) {
        words.add("1");
      }
      List<String> asked = new ArrayList<>(List.of("ACL", "DRYRUN", user.name));
      asked.addAll(words);
      try {
        if ("OK".equals(server.administer(asked.toArray(String[]::new)))
            && user.may(words.toArray(String[]::new))) {
          return true;
        }
      } catch (RedisException e) {
        // A number of arguments that the command does not have.
        assertEquals("ERR", e.code());
      }
    }
    return false;
  }

  @Test
  void hostilePatternsAreRefusedAndNothingIsMade() throws Exception {
    List<String> before = server.allUsers();
    Object rules = server.administer("ACL", "LIST");
    try (Session session = session()) {
      for (String hostile : HOSTILE) {
        for (TargetGrant grant :
            List.of(
                keys(List.of("orders:*", hostile), Privilege.READ),
                channels(List.of(hostile), Privilege.SUBSCRIBE))) {
          TargetException refused =
              assertThrows(
                  TargetException.class, () -> session.create(user(fresh(), grant), password()));
          assertEquals(TargetException.Kind.REFUSED, refused.kind(), hostile);
          StaticUser made = new StaticUser("hostile-made", UUID.randomUUID(), true, List.of(grant));
          assertThrows(
              TargetException.class, () -> session.setPassword(made, password(), () -> {}));
        }
      }
    }
    assertEquals(before, server.allUsers());
    assertEquals(rules, server.administer("ACL", "LIST"));
  }

  @Test
  void wordsOfRulesStayPatterns() throws Exception {
    try (Session session = session()) {
      Credential named =
          made(session, keys(WORDS, Privilege.READ), keys(List.of("*:own"), Privilege.READ));
      for (String word : List.of("allkeys", "nopass", "reset", "on", "-", "{}", "x", "a:own")) {
        assertTrue(named.may("GET", word), word);
      }
      assertFalse(named.may("GET", "orders:1"));
      assertFalse(named.may("SET", "allkeys", "x"));
      assertFalse(server.may(named.name, "another", "PING"), "its password is asked for still");
      session.revoke(named.name, OwnedObjects.REASSIGN);
    }
  }

  @Test
  void hostileNamesOfUsersAreRefused() throws Exception {
    List<String> before = server.allUsers();
    try (Session session = session()) {
      for (String name :
          List.of("a b", "a\nuser x on nopass", "a\0", "", "default", "x".repeat(64), "(a", "é")) {
        TargetException refused =
            assertThrows(
                TargetException.class,
                () ->
                    session.setPassword(
                        new StaticUser(name, UUID.randomUUID(), true, List.of()),
                        password(),
                        () -> {}));
        assertEquals(TargetException.Kind.REFUSED, refused.kind());
      }
    }
    assertEquals(before, server.allUsers());
  }

  @Test
  void endsConnectionsWhateverTheyWaitFor() throws Exception {
    try (Session session = session()) {
      Credential one =
          made(
              session,
              keys(List.of("orders:*"), Privilege.READ, Privilege.WRITE),
              channels(List.of("orders.*"), Privilege.SUBSCRIBE));
      String password = new String(one.password);
      try (RedisConnection idle = server.login(one.name, password);
          RedisConnection transacting = server.login(one.name, password);
          RedisConnection subscribed = server.login(one.name, password);
          RedisConnection waiting = server.login(one.name, password)) {
        transacting.call("MULTI");
        transacting.call("SET", "orders:never", "x");
        subscribed.call("SUBSCRIBE", "orders.x");
        CompletableFuture<String> blocked = new CompletableFuture<>();
        Thread.startVirtualThread(() -> blocked.complete(waited(waiting)));
        Await.until("it waits", () -> clients().contains("cmd=blpop"));
        session.revoke(one.name, OwnedObjects.REASSIGN);
        assertEquals("ended", blocked.get(30, TimeUnit.SECONDS));
        assertThrows(IOException.class, () -> idle.call("GET", "orders:1"));
        assertThrows(IOException.class, () -> transacting.call("EXEC"));
        assertThrows(IOException.class, () -> subscribed.call("PING"));
        assertFalse(clients().contains("user=" + one.name));
      }
      assertEquals(0L, server.administer("EXISTS", "orders:never"));
    }
  }

  private static String clients() throws Exception {
    return String.valueOf(server.administer("CLIENT", "LIST"));
  }

  private static String waited(RedisConnection connection) {
    try {
      return String.valueOf(connection.call("BLPOP", "orders:none", "0"));
    } catch (IOException e) {
      return "ended";
    } catch (RedisException e) {
      return e.code();
    }
  }

  @Test
  void manyAreMadeAndRemovedAtOnce() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try (Session session = session()) {
                  for (int i = 0; i < 10; i++) {
                    Credential one = made(session, keys(List.of("orders:*"), Privilege.READ));
                    assertTrue(one.may("GET", "orders:1"));
                    session.revoke(one.name, OwnedObjects.REASSIGN);
                    assertFalse(knows(one.name));
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
  void aGrantOfAnotherSystemIsRefused() throws Exception {
    try (Session session = session()) {
      TargetGrant tables =
          new TargetGrant(Kind.TABLES, "sales", List.of(), List.of(Privilege.SELECT));
      assertThrows(TargetException.class, () -> made(session, tables));
    }
    assertEquals(List.of(), server.users());
  }
}
