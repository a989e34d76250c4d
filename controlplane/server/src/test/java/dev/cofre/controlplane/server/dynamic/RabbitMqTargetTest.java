package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RabbitMQ as it is set up: which ones are refused, whose users are changed, what a kill leaves.
 */
class RabbitMqTargetTest {
  private static final TargetGrant READS =
      new TargetGrant(
          TargetGrant.Kind.RESOURCES,
          RabbitMqServer.VHOST,
          List.of(RabbitMqServer.QUEUE),
          List.of(TargetGrant.Privilege.READ));

  @TempDir static Path directory;
  private static RabbitMqServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RabbitMqServer.start(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  /** As a person does. */
  @AfterEach
  void resetRoot() throws Exception {
    server.user(RabbitMqServer.ROOT, RabbitMqServer.ROOT_PASSWORD, "administrator");
  }

  private static Session open(Target target) throws TargetException {
    return new RabbitMqEngine(KernelRandom.INSTANCE)
        .open(target, RabbitMqServer.ROOT_PASSWORD.toCharArray());
  }

  private static Session open() throws TargetException {
    return open(server.target());
  }

  private static char[] password() {
    return UserNames.password(KernelRandom.INSTANCE);
  }

  private static StaticUser own(String name) {
    return new StaticUser(name, UUID.randomUUID(), true, List.of(READS));
  }

  private static boolean reads(String user, char[] password) {
    return server.may(
        user,
        new String(password),
        RabbitMqServer.VHOST,
        channel -> channel.basicGet(RabbitMqServer.QUEUE, true));
  }

  private static Target at(int port) {
    Target target = server.target();
    return new Target(target.kind(), target.host(), port, "", target.user(), false, target.ca());
  }

  @Test
  void refusesARootUserThatIsNoAdministratorAndAnOpenDoor() throws Exception {
    for (String tag : List.of("management", "monitoring", "policymaker", "")) {
      server.user(
          RabbitMqServer.ROOT,
          RabbitMqServer.ROOT_PASSWORD,
          tag.isEmpty() ? new String[0] : new String[] {tag});
      TargetException refused = assertThrows(TargetException.class, RabbitMqTargetTest::open);
      assertEquals(TargetException.Kind.REFUSED, refused.kind(), tag);
      assertTrue(refused.getMessage().contains("set_user_tags"), refused.getMessage());
    }
    resetRoot();
    try (Session session = open()) {
      session.requireRights();
      server.user("guest", "guest", "administrator");
      TargetException open = assertThrows(TargetException.class, session::requireRights);
      assertEquals(TargetException.Kind.REFUSED, open.kind());
      assertTrue(open.getMessage().contains("guest"), open.getMessage());
      server.user("guest", "guest");
      assertThrows(TargetException.class, session::requireRights, "by AMQP it is let in");
      server.user("guest", "another");
      session.requireRights();
    } finally {
      server.forget("guest");
    }
  }

  @Test
  void refusesUsersWithRightsOfTheirOwnAndThoseOfOthers() throws Exception {
    String given = "cofre-given-to-vault_root";
    try (Session session = open()) {
      for (String tag :
          List.of("administrator", "monitoring", "policymaker", "management", "impersonator")) {
        server.user("powerful", "x", given, tag);
        TargetException refused =
            assertThrows(
                TargetException.class,
                () ->
                    session.requireRotatable(
                        new StaticUser("powerful", UUID.randomUUID(), false, List.of())));
        assertTrue(refused.getMessage().contains("by its tags"), refused.getMessage());
      }
      // Said again as a list or a text, it could become another one.
      server.user("powerful", "x", given, "a,administrator");
      server.user("lent", "x", "cofre-given-to-another");
      for (String name : List.of("powerful", "lent")) {
        assertThrows(
            TargetException.class,
            () ->
                session.requireRotatable(
                    new StaticUser(name, UUID.randomUUID(), false, List.of())));
      }
    }
  }

  @Test
  void whatAUserIsStaysWhenItsPasswordChanges() throws Exception {
    server.user("kept", "before", "cofre-given-to-vault_root", "team");
    char[] next = password();
    try (Session session = open()) {
      session.setPassword(
          new StaticUser("kept", UUID.randomUUID(), false, List.of()), next, () -> {});
      session.changePassword(next, () -> {});
      // It goes on by the next one.
      session.requireRights();
    }
    assertEquals(
        List.of("cofre-given-to-vault_root", "team"),
        server.see("kept").getJsonArray("tags").stream().sorted().toList());
    assertEquals(
        List.of("administrator"),
        server.see(RabbitMqServer.ROOT).getJsonArray("tags").stream().toList());
    assertTrue(server.takes("kept", new String(next)));
    assertFalse(server.takes(RabbitMqServer.ROOT, RabbitMqServer.ROOT_PASSWORD));
  }

  /** RabbitMQ has no lock for a user; the user by which a change is made stands in for it. */
  @Test
  void whoComesBetweenTheFenceAndTheChangeHasItComeToNothing() throws Exception {
    StaticUser user = own("contended");
    try (Session late = open();
        Session other = open()) {
      for (String which : List.of("made", "changed")) {
        char[] others = password();
        char[] lost = password();
        TargetException refused =
            assertThrows(
                TargetException.class,
                () -> late.setPassword(user, lost, () -> other.setPassword(user, others, () -> {})),
                which);
        assertEquals(TargetException.Kind.AWAY, refused.kind());
        assertTrue(reads("contended", others), which);
        assertFalse(server.takes("contended", new String(lost)), which);
      }
      char[] root = password();
      TargetException refused =
          assertThrows(
              TargetException.class,
              () -> late.changePassword(password(), () -> other.changePassword(root, () -> {})));
      assertEquals(TargetException.Kind.AWAY, refused.kind());
      assertTrue(server.takes(RabbitMqServer.ROOT, new String(root)));
    }
    assertEquals(List.of(), server.users(), "what changes were made by has gone");
  }

  /** One that the network held back, while somebody else went on. */
  @Test
  void aRequestThatArrivesLateChangesNothing() throws Exception {
    StaticUser user = own("delayed");
    char[] others = password();
    char[] lost = password();
    try (Session other = open()) {
      other.setPassword(user, password(), () -> {});
      AtomicInteger met = new AtomicInteger();
      try (RequestWatch between =
              new RequestWatch(
                  server.port(),
                  "PUT /api/users/delayed ",
                  () -> {
                    met.incrementAndGet();
                    other.setPassword(user, others, () -> {});
                  });
          Session late = open(at(between.port()))) {
        TargetException refused =
            assertThrows(TargetException.class, () -> late.setPassword(user, lost, () -> {}));
        assertEquals(TargetException.Kind.AWAY, refused.kind());
      }
      assertEquals(1, met.get());
    }
    assertTrue(reads("delayed", others));
    assertFalse(server.takes("delayed", new String(lost)));
  }

  /** As a kill does: the user is there, lets nobody in, and may do less than it should. */
  @Test
  void whatAKillLeftOfAUserIsMadeWhole() throws Exception {
    StaticUser user = own("cut-off");
    String ticket = RabbitMqTicket.nameFor("cut-off");
    char[] password = password();
    try (Session session = open()) {
      AtomicInteger asked = new AtomicInteger();
      TargetException cut =
          assertThrows(
              TargetException.class,
              () ->
                  session.setPassword(
                      user,
                      password(),
                      () -> {
                        if (asked.incrementAndGet() == 2) {
                          throw new TargetException(TargetException.Kind.AWAY, "cut off");
                        }
                      }));
      assertEquals("cut off", cut.getMessage());
      assertEquals("", server.see("cut-off").getString("password_hash"));
      for (String nothing : List.of("", " ", "cut-off")) {
        assertFalse(server.takes("cut-off", nothing));
      }
      server.administer("DELETE", null, "permissions", RabbitMqServer.VHOST, "cut-off");
      server.user(ticket, "left", "administrator");
      session.requireRotatable(user);
      session.setPassword(user, password, () -> {});
      assertTrue(reads("cut-off", password));
      assertEquals(List.of(), server.users());
      assertFalse(server.takes(ticket, "left"));
    }
  }

  @Test
  void aKillOfTheServerChangesNothing() throws Exception {
    String kept = UserNames.fresh("reader", KernelRandom.INSTANCE);
    String gone = UserNames.fresh("reader", KernelRandom.INSTANCE);
    char[] password = password();
    StaticUser stays = own("stays");
    try (Session session = open()) {
      for (String name : List.of(kept, gone)) {
        session.create(new NewUser(name, Instant.now().plusSeconds(600), List.of(READS)), password);
      }
      session.setPassword(stays, password, () -> {});
      session.revoke(gone, OwnedObjects.REASSIGN);
      session.changePassword(password, () -> {});
    }
    server.kill();
    TargetException away = assertThrows(TargetException.class, RabbitMqTargetTest::open);
    assertEquals(TargetException.Kind.AWAY, away.kind());
    server.start();
    assertTrue(reads(kept, password) && reads("stays", password));
    assertFalse(server.takes(gone, new String(password)));
    try (Session session =
        new RabbitMqEngine(KernelRandom.INSTANCE).open(server.target(), password)) {
      session.requireRotatable(stays);
      session.renew(kept, Instant.now().plusSeconds(60));
      session.revoke(kept, OwnedObjects.REASSIGN);
    }
    assertFalse(server.takes(kept, new String(password)));
  }
}
