package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RabbitMqEngineTest extends DynamicEngineContract {
  private static final String SECRET = "secret";

  /** Names of queues that would be more than names in an expression, a path or JSON. */
  private static final List<String> HOSTILE =
      List.of(
          ".*",
          "secret|x",
          "x|secret",
          "^",
          "$",
          "\\",
          "\\E.*\\Q",
          "[a-z]*",
          "(?i)SECRET",
          "(?:secret)?",
          ")|secret|(",
          "s.cret",
          "secret{0,9}",
          "a\\z|\\Asecret",
          "\\x73ecret",
          "%2f",
          "..",
          "/",
          "a/../b",
          "\"}, \"read\": \".*",
          "#x",
          " ",
          "a b",
          "ключ",
          "\uD83D\uDD11",
          "x".repeat(255));

  /** Names of virtual hosts that would be more than names in a path. */
  private static final List<String> HOSTILE_VHOSTS =
      List.of(
          "%2f",
          "%252f",
          "a/b",
          "/../shop",
          "shop/../other",
          "a.*",
          "shop|x",
          "a b",
          "a?b=c#d",
          "a;b",
          "...",
          "{vhost}",
          "\"",
          "\\",
          "мир");

  /** What is no name of a virtual host at all. */
  private static final List<String> NO_VHOSTS =
      List.of(
          "", ".", "..", "a\n", "a\r\nDELETE /api/users/admin", "a\0", "x".repeat(256), "\uD83D");

  @TempDir static Path directory;
  static RabbitMqServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RabbitMqServer.start(directory);
    server.queue(RabbitMqServer.VHOST, SECRET);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  DynamicEngine engine() {
    return new RabbitMqEngine(KernelRandom.INSTANCE);
  }

  @Override
  Target target() {
    return server.target();
  }

  @Override
  char[] rootPassword() {
    return RabbitMqServer.ROOT_PASSWORD.toCharArray();
  }

  @Override
  List<TargetGrant> grants() {
    return List.of(named(RabbitMqServer.QUEUE, Privilege.READ));
  }

  private static TargetGrant named(String name, Privilege... privileges) {
    return grant(Kind.RESOURCES, RabbitMqServer.VHOST, List.of(name), privileges);
  }

  private static TargetGrant grant(
      Kind on, String vhost, List<String> names, Privilege... privileges) {
    return new TargetGrant(on, vhost, names, List.of(privileges));
  }

  @Override
  boolean works(String user, char[] password) {
    return new Credential(user, password).reads(RabbitMqServer.QUEUE);
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
    server.user("given_user", "before", "cofre-given-to-vault_root", "team-orders");
    return "given_user";
  }

  @Override
  String foreignUser() throws Exception {
    server.user("foreign_user", "its-own");
    return "foreign_user";
  }

  @Override
  String log() throws Exception {
    return server.log();
  }

  /** A credential as it is used. */
  private record Credential(String name, char[] password) {
    boolean may(String vhost, RabbitMqServer.Use use) {
      return server.may(name, new String(password), vhost, use);
    }

    boolean reads(String queue) {
      return may(RabbitMqServer.VHOST, channel -> channel.basicGet(queue, true));
    }

    boolean writes(String exchange) {
      return may(
          RabbitMqServer.VHOST,
          channel -> {
            channel.confirmSelect();
            channel.basicPublish(exchange, "key", null, new byte[] {1});
            channel.waitForConfirmsOrDie(30_000);
          });
    }

    boolean makes(String queue) {
      return may(
          RabbitMqServer.VHOST,
          channel -> {
            channel.queueDeclare(queue, false, false, false, Map.of());
            channel.queueDelete(queue);
          });
    }

    Connection connect() throws Exception {
      return server.connect(name, new String(password), RabbitMqServer.VHOST);
    }
  }

  private Credential made(Session session, TargetGrant... grants) throws TargetException {
    Credential made = new Credential(fresh(), password());
    session.create(
        new NewUser(made.name, Instant.now().plusSeconds(600), List.of(grants)), made.password);
    return made;
  }

  private static void revoke(Session session, Credential... all) throws TargetException {
    for (Credential one : all) {
      session.revoke(one.name, OwnedObjects.REASSIGN);
    }
  }

  @Test
  void givesWhatTheGrantsSayAndNothingElse() throws Exception {
    exchange("orders-in");
    exchange("orders-out");
    try (Session session = session()) {
      Credential reads = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
      assertTrue(reads.reads(RabbitMqServer.QUEUE));
      assertFalse(reads.reads(SECRET));
      assertFalse(reads.writes("orders-in"));
      assertFalse(reads.writes(""), "the exchange that leads to every queue");
      assertFalse(reads.makes(RabbitMqServer.QUEUE));
      assertFalse(reads.may("/", channel -> channel.getChannelNumber()), "in no other vhost");
      Credential writes = made(session, named("orders-in", Privilege.WRITE));
      assertTrue(writes.writes("orders-in"));
      assertFalse(writes.writes("orders-out") || writes.writes(""));
      assertFalse(writes.reads(RabbitMqServer.QUEUE));
      Credential makes =
          made(
              session,
              grant(Kind.PREFIXES, RabbitMqServer.VHOST, List.of("tmp."), Privilege.CONFIGURE));
      assertTrue(makes.makes("tmp.a") && makes.makes("tmp."));
      assertFalse(makes.makes("tmp") || makes.makes("tmpxa") || makes.makes("a.tmp."));
      Credential none = made(session);
      assertFalse(none.may(RabbitMqServer.VHOST, channel -> channel.getChannelNumber()));
      for (Credential one : List.of(reads, writes, makes, none)) {
        assertTrue(server.see(one.name).getJsonArray("tags").isEmpty());
        TargetException closed =
            assertThrows(
                TargetException.class,
                () -> engine().open(target().as(one.name), one.password),
                "it administers nothing");
        assertEquals(TargetException.Kind.REFUSED, closed.kind());
      }
      revoke(session, reads, writes, makes, none);
    }
  }

  private static void exchange(String name) throws Exception {
    try (Connection connection =
            server.connect(RabbitMqServer.ADMIN, "of-the-tests", RabbitMqServer.VHOST);
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare(name, BuiltinExchangeType.FANOUT);
    }
  }

  /** One expression for all grants in a virtual host, in which each keeps its privileges. */
  @Test
  void whatOneGrantGivesIsNotGivenOnTheNamesOfAnother() throws Exception {
    exchange("news");
    server.vhost("other");
    server.queue("other", RabbitMqServer.QUEUE);
    try (Session session = session()) {
      Credential mixed =
          made(
              session,
              named(RabbitMqServer.QUEUE, Privilege.READ),
              named("news", Privilege.WRITE),
              grant(Kind.PREFIXES, RabbitMqServer.VHOST, List.of("own."), Privilege.CONFIGURE),
              grant(Kind.RESOURCES, "other", List.of("another"), Privilege.READ));
      assertTrue(mixed.reads(RabbitMqServer.QUEUE));
      assertTrue(mixed.writes("news"));
      assertTrue(mixed.makes("own.queue"));
      assertFalse(mixed.makes(RabbitMqServer.QUEUE) || mixed.makes("news"));
      assertTrue(mixed.may("other", channel -> channel.getChannelNumber()));
      assertFalse(mixed.may("other", channel -> channel.basicGet(RabbitMqServer.QUEUE, true)));
      revoke(session, mixed);
    }
  }

  @Test
  void aNameIsMatchedFromItsFirstByteToItsLast() throws Exception {
    for (String near : List.of("orders\n", "orders2", "xorders", "ORDERS", "orders\0")) {
      server.queue(RabbitMqServer.VHOST, near);
    }
    try (Session session = session()) {
      Credential reads = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
      assertTrue(reads.reads(RabbitMqServer.QUEUE));
      for (String near : List.of("orders\n", "orders2", "xorders", "ORDERS", "orders\0")) {
        assertFalse(reads.reads(near), near);
      }
      revoke(session, reads);
    }
  }

  @Test
  void hostileNamesStayNames() throws Exception {
    for (String hostile : HOSTILE) {
      server.queue(RabbitMqServer.VHOST, hostile);
    }
    try (Session session = session()) {
      Credential all =
          made(session, grant(Kind.RESOURCES, RabbitMqServer.VHOST, HOSTILE, Privilege.READ));
      for (String hostile : HOSTILE) {
        assertTrue(all.reads(hostile), hostile);
      }
      assertFalse(all.reads(SECRET) || all.reads(RabbitMqServer.QUEUE));
      assertFalse(all.writes("") || all.makes("a"));
      Credential beginnings =
          made(session, grant(Kind.PREFIXES, RabbitMqServer.VHOST, HOSTILE, Privilege.CONFIGURE));
      for (String hostile : HOSTILE) {
        if (hostile.length() < 200) {
          assertTrue(beginnings.makes(hostile + "-own"), hostile);
        }
      }
      assertFalse(beginnings.makes("secret-own") || beginnings.makes("own"));
      assertFalse(beginnings.reads(SECRET) || beginnings.reads(".*"));
      revoke(session, all, beginnings);
    }
  }

  /** An expression may have 64 KiB in the broker's own form of it. */
  @Test
  void asManyNamesAsARoleMayHaveAreTaken() throws Exception {
    List<TargetGrant> shortOnes = new ArrayList<>();
    for (int i = 0; i < TargetGrant.GRANTS_MAX; i++) {
      List<String> names = new ArrayList<>();
      for (int j = 0; j < 100; j++) {
        names.add(Integer.toString(i * 100 + j, 36));
      }
      shortOnes.add(grant(Kind.RESOURCES, RabbitMqServer.VHOST, names, Privilege.READ));
    }
    List<String> longOnes = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      longOnes.add("-".repeat(253) + "%02x".formatted(i));
    }
    server.queue(RabbitMqServer.VHOST, longOnes.getLast());
    server.queue(RabbitMqServer.VHOST, "3uv");
    try (Session session = session()) {
      Credential many = made(session, shortOnes.toArray(TargetGrant[]::new));
      assertTrue(many.reads("3uv"));
      Credential lengthy =
          made(session, grant(Kind.RESOURCES, RabbitMqServer.VHOST, longOnes, Privilege.READ));
      assertTrue(lengthy.reads(longOnes.getLast()));
      assertFalse(many.reads(SECRET) || lengthy.reads(SECRET));
      revoke(session, many, lengthy);
    }
  }

  @Test
  void hostileVirtualHostsStayInTheirPlace() throws Exception {
    for (String vhost : HOSTILE_VHOSTS) {
      server.vhost(vhost);
      server.queue(vhost, RabbitMqServer.QUEUE);
    }
    List<String> all = new ArrayList<>(HOSTILE_VHOSTS);
    all.addAll(List.of("/", RabbitMqServer.VHOST));
    try (Session session = session()) {
      for (String vhost : HOSTILE_VHOSTS) {
        Credential one =
            made(
                session,
                grant(Kind.RESOURCES, vhost, List.of(RabbitMqServer.QUEUE), Privilege.READ));
        for (String other : all) {
          assertEquals(
              other.equals(vhost),
              one.may(other, channel -> channel.basicGet(RabbitMqServer.QUEUE, true)),
              vhost + " and " + other);
        }
        revoke(session, one);
      }
    }
  }

  @Test
  void whatIsNoNameIsRefusedAndNothingIsMade() throws Exception {
    List<String> before = server.allUsers();
    String permissions = server.administer("GET", null, "permissions").text();
    try (Session session = session()) {
      List<TargetGrant> wrong = new ArrayList<>();
      for (String vhost : NO_VHOSTS) {
        wrong.add(grant(Kind.RESOURCES, vhost, List.of("a"), Privilege.READ));
      }
      for (String name : List.of("", "a\n", "\0", "a\u0085", "x".repeat(256), "\uDD11")) {
        wrong.add(named(name, Privilege.READ));
        wrong.add(grant(Kind.PREFIXES, RabbitMqServer.VHOST, List.of("a", name), Privilege.READ));
      }
      wrong.add(grant(Kind.RESOURCES, RabbitMqServer.VHOST, List.of(), Privilege.READ));
      wrong.add(named("a", Privilege.SELECT));
      wrong.add(grant(Kind.KEYS, "", List.of("a"), Privilege.READ));
      wrong.add(grant(Kind.TABLES, RabbitMqServer.VHOST, List.of("a"), Privilege.READ));
      wrong.add(grant(Kind.RESOURCES, "no-such-vhost", List.of("a"), Privilege.READ));
      for (TargetGrant grant : wrong) {
        TargetException refused =
            assertThrows(
                TargetException.class,
                () -> made(session, named("a", Privilege.READ), grant),
                grant::toString);
        assertEquals(TargetException.Kind.REFUSED, refused.kind(), grant::toString);
        StaticUser user = new StaticUser("hostile-made", UUID.randomUUID(), true, List.of(grant));
        assertEquals(
            TargetException.Kind.REFUSED,
            assertThrows(
                    TargetException.class, () -> session.setPassword(user, password(), () -> {}))
                .kind());
      }
    }
    assertEquals(before, server.allUsers());
    assertEquals(permissions, server.administer("GET", null, "permissions").text());
  }

  @Test
  void hostileNamesOfUsersAreRefused() throws Exception {
    List<String> before = server.allUsers();
    try (Session session = session()) {
      for (String name :
          List.of(
              "a/b",
              "..",
              ".",
              "a%2fb",
              "%2e%2e",
              "a b",
              "a\n",
              "a\0",
              "",
              "a:b",
              "a?b",
              "a#b",
              "x".repeat(64),
              "é",
              "-a",
              "admin/../guest")) {
        TargetException refused =
            assertThrows(
                TargetException.class,
                () ->
                    session.setPassword(
                        new StaticUser(name, UUID.randomUUID(), true, List.of()),
                        password(),
                        () -> {}));
        assertEquals(TargetException.Kind.REFUSED, refused.kind(), name);
      }
    }
    assertEquals(before, server.allUsers());
  }

  @Test
  void connectionsEndWithTheirUser() throws Exception {
    try (Session session = session()) {
      Credential kept = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
      Connection other = kept.connect();
      for (boolean together : new boolean[] {false, true}) {
        Credential one = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
        Credential two = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
        List<Connection> open = new ArrayList<>();
        for (Credential credential : List.of(one, two)) {
          open.add(credential.connect());
          open.add(credential.connect());
          Channel consuming = open.getLast().createChannel();
          consuming.basicConsume(RabbitMqServer.QUEUE, true, (tag, message) -> {}, tag -> {});
          Await.until("it is seen", () -> server.connected(credential.name).size() == 2);
        }
        if (together) {
          assertEquals(
              Set.of(one.name, two.name), session.revokeTogether(List.of(one.name, two.name)));
        } else {
          revoke(session, one, two);
        }
        assertEquals(List.of(), server.connected(one.name));
        assertEquals(List.of(), server.connected(two.name));
        for (Connection connection : open) {
          Await.until("its client is told", () -> !connection.isOpen());
        }
      }
      assertTrue(other.isOpen(), "nobody else's is ended");
      assertEquals(1, server.connected(kept.name).size());
      other.close();
      revoke(session, kept);
    }
  }

  /** The broker counts it as ended at once, and cuts it off when it does not say so itself. */
  @Test
  void aClientThatDoesNotAnswerHoldsNothingUpAndIsCutOff() throws Exception {
    try (Session session = session()) {
      Credential stubborn = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
      Credential other = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
      try (SilentAmqpClient silent =
          server.connectSilently(
              stubborn.name, new String(stubborn.password), RabbitMqServer.VHOST)) {
        Await.until("it is seen", () -> server.connected(stubborn.name).size() == 1);
        assertEquals(
            Set.of(stubborn.name, other.name),
            session.revokeTogether(List.of(stubborn.name, other.name)));
        assertEquals(List.of(), server.connected(stubborn.name));
        silent.awaitEnd();
      }
    }
  }

  /** The broker removes none after it: then each goes by itself. */
  @Test
  void oneThatIsGoneAlreadyHoldsNoOtherUp() throws Exception {
    try (Session session = session()) {
      List<String> names = several(session, 3, password());
      server.forget(names.get(1));
      List<Removals.Removal> wanted =
          names.stream().map(name -> new Removals.Removal(name, OwnedObjects.REASSIGN)).toList();
      assertEquals(
          Set.copyOf(names), Removals.remove(session, wanted, () -> true, told -> {}).gone());
    }
    assertEquals(List.of(), server.users());
  }

  @Test
  void manyAreMadeAndRemovedAtOnce() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try (Session session = session()) {
                  for (int i = 0; i < 5; i++) {
                    Credential one = made(session, named(RabbitMqServer.QUEUE, Privilege.READ));
                    assertTrue(one.reads(RabbitMqServer.QUEUE));
                    revoke(session, one);
                    assertFalse(knows(one.name));
                  }
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              Thread::startVirtualThread));
    }
    for (CompletableFuture<Void> one : all) {
      one.get(180, TimeUnit.SECONDS);
    }
  }
}
