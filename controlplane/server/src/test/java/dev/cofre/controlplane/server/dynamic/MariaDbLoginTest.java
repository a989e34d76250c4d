package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.TargetGrant.Kind;
import dev.cofre.controlplane.domain.TargetGrant.Privilege;
import dev.cofre.controlplane.server.TestCertificates;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the vault logs in at a MariaDB: whom it trusts, and to whom it proves what. */
class MariaDbLoginTest {
  private static final MariaDbEngine ENGINE = new MariaDbEngine(KernelRandom.INSTANCE);

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

  private static char[] rootPassword() {
    return TestTarget.ROOT_PASSWORD.toCharArray();
  }

  private static TargetException refused(Target target) {
    TargetException refused =
        assertThrows(TargetException.class, () -> ENGINE.open(target, rootPassword()));
    assertEquals(TargetException.Kind.REFUSED, refused.kind(), refused.getMessage());
    return refused;
  }

  @Test
  void theServersNameIsVerified() throws Exception {
    try (Session session = ENGINE.open(server.encrypted("localhost"), rootPassword())) {
      session.requireRights();
    }
    // The same server, whose certificate says nothing of this address.
    assertTrue(refused(server.encrypted("127.0.0.1")).getMessage().contains("certificate"));
  }

  @Test
  void whoIsVouchedForByNobodyThatIsTrustedIsRefused() throws Exception {
    Target here = server.encrypted("localhost");
    Path other = new TestCertificates().writeAuthority(directory.resolve("other-ca.pem"));
    for (Optional<Path> ca : List.of(Optional.of(other), Optional.<Path>empty())) {
      refused(
          new Target(
              here.kind(), here.host(), here.port(), here.database(), here.user(), true, ca));
    }
  }

  @Test
  void credentialsOfAnEncryptedEngineLogInByTlsAlone() throws Exception {
    String name = DynamicEngineContract.fresh();
    char[] password = DynamicEngineContract.password();
    TargetGrant orders =
        new TargetGrant(Kind.TABLES, "sales", List.of("orders"), List.of(Privilege.SELECT));
    try (Session session = ENGINE.open(server.encrypted("localhost"), rootPassword())) {
      session.create(new NewUser(name, Instant.now().plusSeconds(600), List.of(orders)), password);
      assertFalse(server.takes(name, new String(password)));
      try (Connection connection = server.loginEncrypted(name, new String(password));
          Statement statement = connection.createStatement()) {
        assertTrue(statement.execute("select item from sales.orders"));
      }
      session.revoke(name, OwnedObjects.DROP);
    }
  }

  /** A server that asks for the password in the clear, at once or when it has our answer. */
  @Test
  void whoAsksForThePasswordItselfDoesNotGetIt() throws Exception {
    for (String first : List.of("mysql_clear_password", "mysql_native_password")) {
      for (String then : List.of("mysql_clear_password", "dialog", "client_ed25519")) {
        try (AskingServer asking = AskingServer.start(first, then)) {
          Target at =
              new Target(
                  EngineKind.MARIADB,
                  "127.0.0.1",
                  asking.port(),
                  "shop",
                  "x",
                  false,
                  Optional.empty());
          TargetException told =
              assertThrows(TargetException.class, () -> ENGINE.open(at, rootPassword()));
          assertEquals(TargetException.Kind.REFUSED, told.kind(), told.getMessage());
          assertTrue(told.getMessage().contains(MariaDbPassword.METHOD), told.getMessage());
          assertFalse(asking.received().contains(TestTarget.ROOT_PASSWORD));
          assertTrue(asking.received().contains("mysql_native_password"));
        }
      }
    }
  }

  @Test
  void aServerThatLooksAtNoPasswordsShowsNothing() throws Exception {
    try (MariaDbServer open = MariaDbServer.start(directory.resolve("open"))) {
      open.stop();
      open.startOpen();
      TargetException told =
          assertThrows(
              TargetException.class,
              () -> ENGINE.rehearse(open.target(), DynamicEngineContract.password()));
      assertEquals(TargetException.Kind.REFUSED, told.kind());
      assertTrue(told.getMessage().contains("skip-grant-tables"), told.getMessage());
    }
  }
}
