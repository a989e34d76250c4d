package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.hsm.SoftHsmToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outside development: TLS 1.3 for all, client certificates for nodes. */
class MutualTlsTest {
  private static final String SNAPSHOT =
      "/v1/snapshots/statement?" + TestPlane.NODE + "&nonce=" + "ab".repeat(16);

  @TempDir static Path directory;
  private static final TestCertificates CERTIFICATES = new TestCertificates();
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.plane.close();
    TestCertificates.Identity server = CERTIFICATES.identity("control", "localhost");
    ListenerSettings listener =
        new ListenerSettings(
            "127.0.0.1",
            0,
            Optional.of(
                new ListenerSettings.Tls(
                    TestCertificates.write(directory.resolve("server.pem"), server.certificate()),
                    TestCertificates.write(directory.resolve("server.key"), server.key()),
                    Optional.of(CERTIFICATES.writeAuthority(directory.resolve("ca.pem"))))));
    plane.plane =
        ControlPlane.start(
            plane.settings(listener, Set.of("node-1", "node-2.example")), SoftHsmToken.login());
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void nodesComeWithTheirCertificate() throws Exception {
    assertEquals(200, status("node-1", "any.example", null, SNAPSHOT));
    assertEquals(200, status("whatever", "node-2.example", null, SNAPSHOT));
    assertEquals(401, status("stranger", "stranger.example", null, SNAPSHOT));
    assertEquals(401, status(null, null, null, SNAPSHOT));
    assertEquals(404, status("node-1", "any.example", null, "/v1/keys/demo"));
  }

  @Test
  void aNodesTokenIsNotEnough() throws Exception {
    assertEquals(401, status(null, null, plane.token("node"), SNAPSHOT));
    assertEquals(200, status(null, null, plane.token("auditor"), "/v1/keys"));
  }

  @Test
  void metricsAreNotOpen() throws Exception {
    assertEquals(401, status(null, null, null, "/metrics"));
    assertEquals(200, status(null, null, plane.token("auditor"), "/metrics"));
    assertEquals(200, status("stranger", "stranger.example", null, "/metrics"));
    assertEquals(200, status(null, null, null, "/health/ready"));
  }

  /** Whose client certificate or token it is decides whether keys are named. */
  @Test
  void singleKeysAreForWhoSeesAllKeys() throws Exception {
    String family = "cofre_controlplane_key_version_messages_left";
    assertTrue(metrics("stranger", plane.token("auditor")).contains(family));
    assertTrue(metrics(null, plane.token("auditor")).contains(family));
    for (String figures : List.of(metrics("stranger", null), metrics(null, plane.token("app")))) {
      assertFalse(figures.contains(family));
      assertTrue(figures.contains("cofre_controlplane_odometer_events"));
    }
  }

  private static String metrics(String commonName, String token) throws Exception {
    TestCertificates.Identity identity =
        commonName == null ? null : CERTIFICATES.identity(commonName, commonName + ".example");
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(CERTIFICATES.client(identity)).build()) {
      return client.send(request(token, "/metrics"), HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void certificatesOfOthersAndOldTlsAreRefused() throws Exception {
    TestCertificates others = new TestCertificates();
    TestCertificates.Identity forged = others.identity("node-1", "any.example");
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(CERTIFICATES.client(forged)).build()) {
      assertThrows(IOException.class, () -> send(client, null, SNAPSHOT));
    }
    SSLParameters old = new SSLParameters();
    old.setProtocols(new String[] {"TLSv1.2"});
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(CERTIFICATES.client(null)).sslParameters(old).build()) {
      assertThrows(IOException.class, () -> send(client, null, "/health/live"));
    }
  }

  private static int status(String commonName, String dnsName, String token, String path)
      throws Exception {
    TestCertificates.Identity identity =
        commonName == null ? null : CERTIFICATES.identity(commonName, dnsName);
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(CERTIFICATES.client(identity)).build()) {
      return send(client, token, path);
    }
  }

  private static int send(HttpClient client, String token, String path)
      throws IOException, InterruptedException {
    return client.send(request(token, path), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static HttpRequest request(String token, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + plane.plane.port() + path));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request.build();
  }
}
