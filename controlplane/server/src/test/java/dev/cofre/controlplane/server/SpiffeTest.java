package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client certificates with SPIFFE ids, over real TLS. */
class SpiffeTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final String READER = "spiffe://example.org/ns/ops/sa/reader";

  @TempDir static Path directory;
  private static final TestCertificates CERTIFICATES = new TestCertificates();
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    JsonObject principal = new JsonObject("{\"id\":\"reader\",\"roles\":[\"auditor\"]}");
    made(plane.post("security-admin", "/v1/principals", principal.encode(), Map.of()));
    bind("reader", READER);
    JsonObject elsewhere = new JsonObject("{\"id\":\"elsewhere\",\"roles\":[\"auditor\"]}");
    made(plane.post("security-admin", "/v1/principals", elsewhere.encode(), Map.of()));
    bind("elsewhere", "spiffe://other.org/ns/ops/sa/reader");
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
                    Optional.of(CERTIFICATES.writeAuthority(directory.resolve("ca.pem"))),
                    Optional.of("example.org"))));
    plane.plane =
        ControlPlane.start(plane.settings(listener, Set.of("node-1")), SoftHsmToken.login());
  }

  private static void bind(String id, String spiffeId) throws Exception {
    String body = new JsonObject().put("spiffeId", spiffeId).encode();
    made(plane.post("security-admin", "/v1/principals/" + id + "/bindings", body, Map.of()));
  }

  private static void made(HttpResponse<String> answer) {
    assertEquals(201, answer.statusCode(), answer.body());
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void theOneUriNameOfALeafIsWhoItIs() throws Exception {
    assertEquals(200, status(CERTIFICATES.workload(DAY, false, READER), "/v1/principals"));
  }

  @Test
  void whatBreaksTheRulesIsNobody() throws Exception {
    assertNobody("two ids", READER, "spiffe://example.org/ns/ops/sa/other");
    assertNobody("another URI beside it", READER, "https://example.org/");
    assertNobody("another trust domain, though bound", "spiffe://other.org/ns/ops/sa/reader");
    assertNobody("not bound", "spiffe://example.org/ns/ops/sa/stranger");
    assertNobody("more path", READER + "/more");
    assertNobody("dots", "spiffe://example.org/ns/x/../ops/sa/reader");
    assertNobody(
        "a trust domain that begins like ours", "spiffe://example.org.evil/ns/ops/sa/reader");
    assertNobody("other letters", "spiffe://EXAMPLE.org/ns/ops/sa/reader");
    assertNobody("the trust domain itself", "spiffe://example.org");
    assertEquals(401, status(CERTIFICATES.workload(DAY, true, READER), "/v1/principals"), "a CA's");
  }

  private static void assertNobody(String why, String... uris) throws Exception {
    assertEquals(401, status(CERTIFICATES.workload(DAY, false, uris), "/v1/principals"), why);
  }

  @Test
  void aWorkloadsCertificateIsNoNodes() throws Exception {
    String statement = "/v1/snapshots/statement?nonce=" + "ab".repeat(16);
    assertEquals(403, status(CERTIFICATES.workload(DAY, false, READER), statement), "CN=node-1");
    assertEquals(401, status(CERTIFICATES.workload(DAY, false, "https://example.org/"), statement));
  }

  @Test
  void anExpiredOrForeignCertificateEndsTheHandshake() {
    assertThrows(
        IOException.class,
        () ->
            status(CERTIFICATES.workload(Duration.ofMinutes(-1), false, READER), "/v1/principals"));
    TestCertificates.Identity forged = new TestCertificates().workload(DAY, false, READER);
    assertThrows(IOException.class, () -> status(forged, "/v1/principals"));
  }

  private static int status(TestCertificates.Identity identity, String path) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(CERTIFICATES.client(identity)).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://localhost:" + plane.plane.port() + path))
              .build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }
}
