package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.server.TestCertificates;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.StaticUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Redis as it is set up: which ones are refused, and what restarts and lost files do. */
class RedisTargetTest {
  private static final String ROOT = "user vault_root on >known-to-a-person resetchannels -@all ";
  private static final String RIGHTS =
      "+acl|setuser +acl|getuser +acl|deluser +acl|save +acl|dryrun\n";
  private static final String CLOSED = "user default off resetchannels -@all\n";
  private static final String ADMIN = "user admin on >of-the-tests ~* &* +@all\n";

  @TempDir Path directory;

  private static Session open(RedisServer server) throws TargetException {
    return open(server.target());
  }

  private static Session open(Target target) throws TargetException {
    return new RedisEngine(KernelRandom.INSTANCE)
        .open(target, RedisServer.ROOT_PASSWORD.toCharArray());
  }

  private static NewUser user(String name) {
    return new NewUser(
        name,
        Instant.now().plusSeconds(600),
        List.of(
            new TargetGrant(
                TargetGrant.Kind.KEYS,
                "",
                List.of("orders:*"),
                List.of(TargetGrant.Privilege.WRITE))));
  }

  private static String fresh() {
    return UserNames.fresh("reader", KernelRandom.INSTANCE);
  }

  private static char[] password() {
    return UserNames.password(KernelRandom.INSTANCE);
  }

  private void assertRefused(String why, String users, String... lines) throws Exception {
    Path own = Files.createTempDirectory(directory, "refused");
    String[] all = Arrays.copyOf(lines, lines.length + 1);
    all[lines.length] = "aclfile " + own.resolve("redis/acl/users.acl");
    try (RedisServer server = RedisServer.start(own, users, all);
        Session session = open(server)) {
      TargetException refused = assertThrows(TargetException.class, session::requireRights);
      assertEquals(TargetException.Kind.REFUSED, refused.kind());
      assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
  }

  @Test
  void refusesWhatItCannotKeepUsersIn() throws Exception {
    assertRefused("default lets everybody in", "user default on nopass +ping\n" + ROOT + RIGHTS);
    assertRefused(
        "default lets everybody in",
        "user default on nopass resetchannels -@all (~* +@all)\n" + ROOT + RIGHTS);
    assertRefused("is a replica", CLOSED + ROOT + RIGHTS, "replicaof 127.0.0.1 1");
    assertRefused("is a cluster", CLOSED + ROOT + RIGHTS, "cluster-enabled yes");
    for (String right : RIGHTS.strip().split(" ", -1)) {
      assertRefused(
          "root user may not do", CLOSED + ROOT + RIGHTS.replace(right, "") + '\n' + ADMIN);
    }
  }

  @Test
  void refusesWhatKeepsNoFileOfItsUsers() throws Exception {
    String root = (ROOT + RIGHTS).strip();
    String admin = ADMIN.strip();
    try (RedisServer server = RedisServer.start(directory, "", CLOSED.strip(), root, admin);
        Session session = open(server)) {
      TargetException refused = assertThrows(TargetException.class, session::requireRights);
      assertTrue(refused.getMessage().contains("aclfile"), refused.getMessage());
      TargetException made =
          assertThrows(TargetException.class, () -> session.create(user(fresh()), password()));
      assertEquals(TargetException.Kind.REFUSED, made.kind());
      assertEquals(List.of(), server.users(), "what is not saved is not left there either");
    }
  }

  @Test
  void whatCannotBeSavedDoesNotCount() throws Exception {
    try (RedisServer server = RedisServer.start(directory)) {
      String name = fresh();
      char[] password = password();
      try (Session session = open(server)) {
        session.create(user(name), password);
        server.blockSaving();
        assertEquals(
            TargetException.Kind.REFUSED,
            assertThrows(TargetException.class, () -> session.create(user(fresh()), password()))
                .kind());
        assertEquals(List.of(name), server.users());
        for (int i = 0; i < 2; i++) {
          TargetException kept =
              assertThrows(
                  TargetException.class, () -> session.revoke(name, OwnedObjects.REASSIGN));
          assertEquals(TargetException.Kind.REFUSED, kept.kind());
        }
        assertFalse(server.takes(name, new String(password)), "its login has ended all the same");
      }
      server.kill();
      server.allowSaving();
      server.start();
      assertTrue(server.takes(name, new String(password)), "the file had it still");
      try (Session session = open(server)) {
        session.revoke(name, OwnedObjects.REASSIGN);
      }
      server.kill();
      server.start();
      assertFalse(server.takes(name, new String(password)));
    }
  }

  @Test
  void aKillOfTheServerChangesNothing() throws Exception {
    try (RedisServer server = RedisServer.start(directory)) {
      String kept = fresh();
      String gone = fresh();
      char[] password = password();
      StaticUser stays = new StaticUser("stays", UUID.randomUUID(), true, List.of());
      try (Session session = open(server)) {
        session.create(user(kept), password);
        session.create(user(gone), password);
        session.setPassword(stays, password, () -> {});
        session.revoke(gone, OwnedObjects.REASSIGN);
      }
      server.kill();
      server.start();
      assertTrue(server.may(kept, new String(password), "SET", "orders:1", "x"));
      assertFalse(server.may(kept, new String(password), "SET", "other", "x"));
      assertFalse(server.takes(gone, new String(password)));
      assertTrue(server.takes("stays", new String(password)));
      try (Session session = open(server)) {
        session.requireRotatable(stays);
        session.renew(kept, Instant.now().plusSeconds(60));
      }
    }
  }

  private static TargetGrant keys(List<String> patterns, Set<TargetGrant.Privilege> privileges) {
    return new TargetGrant(TargetGrant.Kind.KEYS, "", patterns, List.copyOf(privileges));
  }

  /**
   * Of keys Redis takes rules that it does not take from its file again: so what was made is loaded
   * by a start, with each set of privileges, and with the pattern that stands for all among others.
   */
  @Test
  void itStartsWithWhateverWasMade() throws Exception {
    List<TargetGrant.Privilege> types = TargetGrant.Privilege.VALUE_TYPES;
    List<TargetGrant> grants = new ArrayList<>();
    List<Set<TargetGrant.Privilege>> accesses =
        List.of(
            EnumSet.of(TargetGrant.Privilege.READ),
            EnumSet.of(TargetGrant.Privilege.WRITE),
            EnumSet.of(TargetGrant.Privilege.READ, TargetGrant.Privilege.WRITE));
    for (Set<TargetGrant.Privilege> access : accesses) {
      grants.add(keys(List.of("*", "orders:*"), access));
      grants.add(keys(List.of("orders:*", "*", "*"), access));
      for (int bits = 0; bits < 1 << types.size(); bits++) {
        Set<TargetGrant.Privilege> privileges = EnumSet.copyOf(access);
        for (int i = 0; i < types.size(); i++) {
          if ((bits >> i & 1) == 1) {
            privileges.add(types.get(i));
          }
        }
        grants.add(keys(List.of("orders:*"), privileges));
      }
    }
    for (List<String> names : List.of(List.of("*", "news"), List.of("news", "*"))) {
      grants.add(
          new TargetGrant(
              TargetGrant.Kind.CHANNELS, "", names, List.of(TargetGrant.Privilege.PUBLISH)));
    }
    try (RedisServer server = RedisServer.start(directory)) {
      String all = fresh();
      char[] password = password();
      try (Session session = open(server)) {
        for (int i = 0; i < grants.size(); i += TargetGrant.GRANTS_MAX) {
          List<TargetGrant> some =
              grants.subList(i, Math.min(grants.size(), i + TargetGrant.GRANTS_MAX));
          session.create(new NewUser(fresh(), Instant.now(), some), password());
        }
        session.create(
            new NewUser(
                all, Instant.now(), List.of(keys(List.of("*", "orders:*"), accesses.get(2)))),
            password);
      }
      List<String> before = rules(server);
      server.kill();
      server.start();
      List<String> after = rules(server);
      // Not told whole when they differ: a MiB.
      for (int i = 0; i < before.size(); i++) {
        assertEquals(before.get(i), after.get(i));
      }
      assertEquals(before.size(), after.size());
      assertTrue(server.may(all, new String(password), "SET", "other", "x"));
    }
  }

  /** Of each user and each selector of it; the order of words within is the server's whim. */
  private static List<String> rules(RedisServer server) throws Exception {
    List<String> rules = new ArrayList<>();
    for (Object user : (List<?>) server.administer("ACL", "LIST")) {
      for (String part : user.toString().split("[()]", -1)) {
        String[] words = part.split(" ", -1);
        Arrays.sort(words);
        rules.add(String.join(" ", words));
      }
    }
    return rules;
  }

  /** It would go here, and live on at the master that took its place. */
  @Test
  void nothingIsChangedAtOneThatBecameAReplica() throws Exception {
    try (RedisServer server = RedisServer.start(directory)) {
      String name = fresh();
      char[] password = password();
      StaticUser user = new StaticUser("turns", UUID.randomUUID(), true, List.of());
      try (Session session = open(server)) {
        session.create(user(name), password);
        server.administer("REPLICAOF", "127.0.0.1", "1");
        List<String> before = server.allUsers();
        for (Executable call :
            List.<Executable>of(
                () -> session.revoke(name, OwnedObjects.REASSIGN),
                () -> session.create(user(fresh()), password()),
                () -> session.renew(name, Instant.now().plusSeconds(60)),
                () -> session.setPassword(user, password(), () -> {}),
                () -> session.changePassword(password(), () -> {}))) {
          TargetException away = assertThrows(TargetException.class, call);
          assertEquals(TargetException.Kind.AWAY, away.kind());
          assertTrue(away.getMessage().contains("replica"), away.getMessage());
        }
        assertEquals(before, server.allUsers());
        assertTrue(server.takes(RedisServer.ROOT, RedisServer.ROOT_PASSWORD));
        server.administer("REPLICAOF", "NO", "ONE");
        session.revoke(name, OwnedObjects.REASSIGN);
        assertFalse(server.takes(name, new String(password)));
      }
    }
  }

  /** As later versions do whose administrator has the file loaded that has the user still. */
  @Test
  void aUserThatIsBroughtBackIsNotTakenForRemoved() throws Exception {
    try (RedisServer server = RedisServer.start(directory)) {
      String name = fresh();
      try (Session session = open(server)) {
        session.create(user(name), password());
      }
      Target target = server.target();
      try (RequestWatch between =
              new RequestWatch(
                  target.port(),
                  "SAVE",
                  () -> server.administer("ACL", "SETUSER", name, "on", ">again"));
          Session session = open(at(target, between.port()))) {
        TargetException back =
            assertThrows(TargetException.class, () -> session.revoke(name, OwnedObjects.REASSIGN));
        assertEquals(TargetException.Kind.AWAY, back.kind());
        assertTrue(back.getMessage().contains("others are at work"), back.getMessage());
        assertTrue(server.takes(name, "again"));
      }
      try (Session session = open(server)) {
        session.revoke(name, OwnedObjects.REASSIGN);
      }
      assertFalse(server.takes(name, "again"));
    }
  }

  private static Target at(Target target, int port) {
    return new Target(
        target.kind(), target.host(), port, "", target.user(), target.tls(), target.ca());
  }

  /** One that is told again, after a cut, what is in force already: others may have gone on. */
  @Test
  void whoRepeatsAChangeDoesNotBringItsPasswordBack() throws Exception {
    try (RedisServer server = RedisServer.start(directory);
        Session late = open(server);
        Session other = open(server)) {
      StaticUser user = new StaticUser("repeated", UUID.randomUUID(), true, List.of());
      char[] first = password();
      char[] second = password();
      late.setPassword(user, first, () -> {});
      late.setPassword(user, first, () -> {});
      assertTrue(server.takes("repeated", new String(first)));
      TargetException refused =
          assertThrows(
              TargetException.class,
              () -> late.setPassword(user, first, () -> other.setPassword(user, second, () -> {})));
      assertEquals(TargetException.Kind.AWAY, refused.kind());
      assertTrue(server.takes("repeated", new String(second)));
      assertFalse(server.takes("repeated", new String(first)));
      server.administer(
          "ACL", "SETUSER", "bare", "on", "(resetchannels &cofre-given-to-vault_root)");
      StaticUser bare = new StaticUser("bare", UUID.randomUUID(), false, List.of());
      assertThrows(
          TargetException.class,
          () -> late.setPassword(bare, first, () -> other.setPassword(bare, second, () -> {})));
      assertFalse(server.takes("bare", new String(first)), "it had none, so none was named");
      assertTrue(server.takes("bare", new String(second)));
    }
  }

  /** Redis has no lock for a user; the digests that a change takes away stand in for it. */
  @Test
  void whoComesBetweenTheFenceAndTheChangeHasItComeToNothing() throws Exception {
    try (RedisServer server = RedisServer.start(directory);
        Session late = open(server);
        Session other = open(server)) {
      StaticUser user = new StaticUser("contended", UUID.randomUUID(), true, List.of());
      for (String which : List.of("made", "changed")) {
        char[] others = password();
        char[] lost = password();
        TargetException refused =
            assertThrows(
                TargetException.class,
                () -> late.setPassword(user, lost, () -> other.setPassword(user, others, () -> {})),
                which);
        assertEquals(TargetException.Kind.AWAY, refused.kind());
        assertTrue(server.takes("contended", new String(others)), which);
        assertFalse(server.takes("contended", new String(lost)), which);
      }
      char[] root = password();
      assertThrows(
          TargetException.class,
          () -> late.changePassword(password(), () -> other.changePassword(root, () -> {})));
      assertTrue(server.takes(RedisServer.ROOT, new String(root)));
    }
  }

  /** All passwords of the root user end, also those that others gave it. */
  @Test
  void theRootUserHasOnePasswordAfterwards() throws Exception {
    try (RedisServer server = RedisServer.start(directory);
        Session session = open(server)) {
      server.administer("ACL", "SETUSER", RedisServer.ROOT, ">another");
      char[] next = password();
      session.changePassword(next, () -> {});
      session.changePassword(next, () -> {});
      assertTrue(server.takes(RedisServer.ROOT, new String(next)));
      assertFalse(server.takes(RedisServer.ROOT, "another"));
      assertFalse(server.takes(RedisServer.ROOT, RedisServer.ROOT_PASSWORD));
    }
  }

  @Test
  void refusesAdministratorsAndUsersThatAskForNoPassword() throws Exception {
    try (RedisServer server = RedisServer.start(directory);
        Session session = open(server)) {
      String mark = "(resetchannels &cofre-given-to-vault_root)";
      for (String power :
          List.of(
              "+@all",
              "+acl|setuser",
              "+config|set",
              "+module|load",
              "+module|loadex",
              "+replicaof",
              "+slaveof",
              "+@admin")) {
        server.administer("ACL", "SETUSER", "powerful", "reset", "on", ">x", power, mark);
        TargetException refused =
            assertThrows(
                TargetException.class,
                () ->
                    session.requireRotatable(
                        new StaticUser("powerful", UUID.randomUUID(), false, List.of())));
        assertTrue(refused.getMessage().contains("administers"), refused.getMessage());
      }
      server.administer("ACL", "SETUSER", "shut", "off", ">x", mark);
      server.administer("ACL", "SETUSER", "lent", "on", ">x", "~*", "+get");
      for (String name : List.of("shut", "lent")) {
        TargetException refused =
            assertThrows(
                TargetException.class,
                () ->
                    session.requireRotatable(
                        new StaticUser(name, UUID.randomUUID(), false, List.of())));
        assertEquals(TargetException.Kind.REFUSED, refused.kind());
      }
      server.administer("ACL", "SETUSER", "open", "on", "nopass");
      TargetException open =
          assertThrows(
              TargetException.class,
              () ->
                  new RedisEngine(KernelRandom.INSTANCE)
                      .rehearse(server.target().as("open"), password()));
      assertEquals(TargetException.Kind.REFUSED, open.kind());
    }
  }

  @Test
  void theServerProvesItsName() throws Exception {
    TestCertificates certificates = new TestCertificates();
    Path ca = certificates.writeAuthority(directory.resolve("ca.pem"));
    TestCertificates.Identity identity = certificates.identity("redis", "localhost");
    TestCertificates.write(directory.resolve("server.pem"), identity.certificate());
    TestCertificates.write(directory.resolve("server.key"), identity.key());
    try (RedisServer server = RedisServer.withTls(directory, "localhost", ca)) {
      Target right = server.target();
      try (Session session = open(right)) {
        session.requireRights();
      }
      Target otherName = of(right, "127.0.0.1", right.ca());
      Target otherAuthority =
          of(
              right,
              right.host(),
              Optional.of(new TestCertificates().writeAuthority(directory.resolve("other.pem"))));
      Target theJdks = of(right, right.host(), Optional.empty());
      for (Target wrong : List.of(otherName, otherAuthority, theJdks)) {
        TargetException unproven = assertThrows(TargetException.class, () -> open(wrong));
        assertEquals(TargetException.Kind.AWAY, unproven.kind());
        assertTrue(unproven.getMessage().contains("TLS"), unproven.getMessage());
      }
      Target plain =
          new Target(right.kind(), right.host(), right.port(), "", right.user(), false, right.ca());
      assertThrows(TargetException.class, () -> open(plain));
    }
  }

  private static Target of(Target target, String host, Optional<Path> ca) {
    return new Target(target.kind(), host, target.port(), "", target.user(), true, ca);
  }
}
