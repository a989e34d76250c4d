package dev.cofre.controlplane.server.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.TestCertificates;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real RabbitMQ whose management API speaks TLS alone. */
class RabbitMqTlsTest {
  @TempDir Path directory;

  private static Session open(Target target) throws TargetException {
    return new RabbitMqEngine(KernelRandom.INSTANCE)
        .open(target, RabbitMqServer.ROOT_PASSWORD.toCharArray());
  }

  private static Target of(Target target, String host, boolean tls, Optional<Path> ca) {
    return new Target(target.kind(), host, target.port(), "", target.user(), tls, ca);
  }

  @Test
  void theServerProvesItsName() throws Exception {
    TestCertificates certificates = new TestCertificates();
    Path ca = certificates.writeAuthority(directory.resolve("ca.pem"));
    TestCertificates.Identity identity = certificates.identity("rabbit", "localhost");
    TestCertificates.write(directory.resolve("server.pem"), identity.certificate());
    TestCertificates.write(directory.resolve("server.key"), identity.key());
    try (RabbitMqServer server = RabbitMqServer.withTls(directory, "localhost", ca)) {
      Target right = server.target();
      try (Session session = open(right)) {
        session.requireRights();
      }
      Path others = new TestCertificates().writeAuthority(directory.resolve("other.pem"));
      for (Target wrong :
          List.of(
              of(right, "127.0.0.1", true, right.ca()),
              of(right, right.host(), true, Optional.of(others)),
              of(right, right.host(), true, Optional.empty()))) {
        TargetException unproven = assertThrows(TargetException.class, () -> open(wrong));
        assertEquals(TargetException.Kind.AWAY, unproven.kind());
        assertTrue(unproven.getMessage().contains("TLS"), unproven.getMessage());
      }
      assertThrows(TargetException.class, () -> open(of(right, right.host(), false, right.ca())));
    }
  }
}
