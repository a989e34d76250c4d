package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What cannot start says in one line what to do, and exits with a code that is not 0. */
@ExtendWith(SystemExtension.class)
class RefusedStartTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final List<String> PLANES = List.of(Cofre.CONTROL_PLANE, Cofre.DATA_PLANE);
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private Deployment deployment;

  @BeforeEach
  void deploy(Workspace workspace) throws Exception {
    deployment = Deployment.create(workspace, "planes");
    Files.createDirectory(deployment.folder().resolve("tokens"));
    Files.writeString(deployment.folder().resolve("tokens/node.token"), "cofre_" + "x".repeat(43));
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    byte[] key = generator.generateKeyPair().getPublic().getEncoded();
    Files.writeString(
        deployment.folder().resolve("snapshot-signing.pem"),
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END PUBLIC KEY-----\n");
  }

  /** Starts {@code plane} with changed settings; asserts code, one line, and what that holds. */
  private void refused(String plane, int code, String says, Consumer<Map<String, String>> change)
      throws Exception {
    Map<String, String> settings = new LinkedHashMap<>(deployment.settings(plane));
    change.accept(settings);
    long start = System.nanoTime();
    Child child = deployment.start(plane, settings);
    int exitCode = child.exitCode(LIMIT);
    System.out.printf(
        "%4d ms, %d: %s", (System.nanoTime() - start) / 1_000_000, exitCode, child.err());
    assertEquals(1, child.errLines().size(), child::name);
    String line = child.errLines().getFirst();
    assertTrue(line.startsWith("cofre " + plane + ": "), line);
    assertTrue(line.contains(says), line);
    assertEquals(code, exitCode, line);
    assertEquals("", child.out());
  }

  @Test
  void wrongPinIsTriedOnce() throws Exception {
    Path wrong = Deployment.writePrivate(deployment.folder().resolve("wrong"), "not-the-pin");
    for (String plane : PLANES) {
      refused(
          plane,
          FAILED,
          "refused the PIN (tried once); check hsm.pinFile",
          settings -> settings.put("hsm.pinFile", wrong.toString()));
    }
  }

  @Test
  void pinFileThatIsMissingOrOpenToAll() throws Exception {
    Path open = Files.writeString(deployment.folder().resolve("open"), "pin");
    for (String plane : PLANES) {
      refused(
          plane,
          FAILED,
          "set hsm.pinFile to a readable file",
          settings -> settings.put("hsm.pinFile", "absent"));
      refused(
          plane,
          FAILED,
          "run: chmod 600",
          settings -> settings.put("hsm.pinFile", open.toString()));
    }
  }

  @Test
  void missingModuleOrToken() throws Exception {
    Path notAModule = Files.writeString(deployment.folder().resolve("module.so"), "no library");
    for (String plane : PLANES) {
      refused(
          plane,
          FAILED,
          "apt-get install softhsm2",
          settings -> settings.put("hsm.library", "/absent/pkcs11.so"));
      refused(
          plane,
          FAILED,
          "set hsm.library",
          settings -> settings.put("hsm.library", notAModule.toString()));
      refused(
          plane,
          FAILED,
          "hsm.tokenLabel",
          settings -> settings.put("hsm.tokenLabel", "no such token"));
    }
  }

  @Test
  void usedPort() throws Exception {
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String plane : PLANES) {
        refused(
            plane,
            FAILED,
            "in use",
            settings -> settings.put("http.port", Integer.toString(one.getLocalPort())));
      }
    }
  }

  @Test
  void unprotectedListener() throws Exception {
    for (String plane : PLANES) {
      refused(
          plane,
          USAGE,
          "tls.certificate and tls.key are missing",
          settings -> settings.remove("dev.plaintext"));
      refused(plane, USAGE, "loopback", settings -> settings.put("http.host", "0.0.0.0"));
      refused(
          plane,
          USAGE,
          "tls.certificate",
          settings -> {
            settings.remove("dev.plaintext");
            settings.put("tls.certificate", "absent.pem");
            settings.put("tls.key", "absent.key");
          });
    }
    refused(
        Cofre.DATA_PLANE,
        USAGE,
        "control.url must be https://",
        settings -> settings.put("control.url", "http://192.0.2.1:9443"));
  }

  @Test
  void wrongConfiguration() throws Exception {
    for (String plane : PLANES) {
      refused(plane, USAGE, "http.prot", settings -> settings.put("http.prot", "1"));
      refused(plane, USAGE, "http.port", settings -> settings.put("http.port", "many"));
      refused(plane, USAGE, "audit.directory", settings -> settings.remove("audit.directory"));
    }
    Path key = Files.writeString(deployment.folder().resolve("no.pem"), "no key");
    refused(
        Cofre.DATA_PLANE,
        USAGE,
        "snapshot.publicKeyFile",
        settings -> settings.put("snapshot.publicKeyFile", key.toString()));
  }
}
