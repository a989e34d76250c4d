package dev.cofre.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.client.CofreException.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  @TempDir static Path folder;

  private static Vertx vertx;
  private static Path store;
  private static Path certificate;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    vertx = Vertx.vertx();
    store = folder.resolve("server.p12");
    certificate = folder.resolve("server.pem");
    keytool(
        "-genkeypair",
        "-alias",
        "s",
        "-keyalg",
        "EC",
        "-dname",
        "CN=test",
        "-ext",
        "san=ip:127.0.0.1");
    keytool("-exportcert", "-alias", "s", "-rfc", "-file", certificate.toString());
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    var command = new java.util.ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(java.util.List.of(arguments));
    command.addAll(
        java.util.List.of(
            "-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", "changeit"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertEquals(0, process.waitFor());
  }

  private static TestDataPlane plane(String protocol) {
    return TestDataPlane.start(
        vertx,
        new HttpServerOptions()
            .setSsl(true)
            .setEnabledSecureTransportProtocols(Set.of(protocol))
            .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword("changeit")));
  }

  private static Endpoint endpoint(TestDataPlane plane, String host) {
    return Endpoint.at(URI.create("https://" + host + ":" + plane.port()))
        .withToken(TokenSource.of(TestDataPlane.TOKEN.toCharArray()));
  }

  @Test
  void aTrustedServiceIsCalled() {
    try (TestDataPlane plane = plane("TLSv1.3");
        CofreClient client =
            CofreClient.create(vertx, endpoint(plane, "127.0.0.1").withTrust(certificate))) {
      byte[] plaintext = new byte[100_000];
      byte[] envelope = client.blocking().encrypt("demo", plaintext, Map.of());
      assertArrayEquals(plaintext, client.blocking().decrypt(envelope, Map.of()));
    }
  }

  @Test
  void anUntrustedServiceIsNot() {
    try (TestDataPlane plane = plane("TLSv1.3")) {
      assertUnreachable(endpoint(plane, "127.0.0.1"));
    }
  }

  @Test
  void aServiceOfAnotherNameIsNot() {
    try (TestDataPlane plane = plane("TLSv1.3")) {
      assertUnreachable(endpoint(plane, "localhost").withTrust(certificate));
    }
  }

  @Test
  void anOlderTlsIsNotSpoken() {
    try (TestDataPlane plane = plane("TLSv1.2")) {
      assertUnreachable(endpoint(plane, "127.0.0.1").withTrust(certificate));
    }
  }

  private static void assertUnreachable(Endpoint endpoint) {
    try (CofreClient client = CofreClient.create(vertx, endpoint)) {
      CofreException failure =
          assertThrows(
              CofreException.class, () -> client.blocking().decrypt(new byte[1], Map.of()));
      assertEquals(Kind.UNREACHABLE, failure.kind(), failure::toString);
    }
  }
}
