package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both planes as in production: TLS 1.3, mTLS between them, a pinned verification key. */
@ExtendWith(SystemExtension.class)
class TlsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final byte[] PLAINTEXT = "over TLS".getBytes(UTF_8);
  private static final String STATEMENT =
      "/v1/snapshots/statement?node=n&inForce=0.0&leaseMs=1&dataKeyMs=1&instance="
          + "00".repeat(16)
          + "&nonce="
          + "00".repeat(32);

  @Test
  void asInProduction(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Certificates certificates = deployment.useTls("node-1");
    Child[] planes = deployment.startBoth();

    Api data = deployment.dataApi("app");
    byte[] envelope = data.raw("/v1/keys/demo/encrypt", PLAINTEXT).body();
    assertArrayEquals(PLAINTEXT, data.raw("/v1/decrypt", envelope).body());
    for (int port : new int[] {deployment.dataPort(), deployment.controlPort()}) {
      assertEquals("TLSv1.3", handshake(certificates.client(), port, "TLSv1.3"));
      assertThrows(
          SSLException.class, () -> handshake(certificates.client(), port, "TLSv1.2"), "TLS 1.2");
      assertThrows(
          SSLException.class,
          () -> handshake(SSLContext.getDefault(), port, "TLSv1.3"),
          "a client that does not trust the authority");
    }
    assertEquals("401 unauthenticated", data.as(null).get("/metrics").outcome());
    commandLine(workspace, deployment, certificates);
    snapshotsAreForNodes(deployment, certificates);
    nodesWithoutNameGetNothing(workspace, deployment, certificates);
    for (Child plane : planes) {
      assertEquals(0, plane.terminate());
      assertFalse(plane.err().contains("Exception"), plane::name);
    }
  }

  private static String handshake(SSLContext context, int port, String protocol)
      throws IOException {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return socket.getSession().getProtocol();
    }
  }

  private static void commandLine(
      Workspace workspace, Deployment deployment, Certificates certificates) throws Exception {
    Map<String, String> environment =
        Map.of(
            "COFRE_DATA_URL", deployment.dataUrl(),
            "COFRE_CONTROL_URL", deployment.controlUrl(),
            "COFRE_CA_FILE", certificates.authorityFile().toString(),
            "COFRE_TOKEN_FILE", deployment.folder().resolve("tokens/app.token").toString());
    Path plain = Files.write(workspace.resolve("plain"), PLAINTEXT);
    Path sealed = workspace.resolve("sealed");
    Path back = workspace.resolve("back");
    assertEquals(0, run(workspace, environment, plain, sealed, "encrypt", "--key", "demo"));
    assertEquals(0, run(workspace, environment, sealed, back, "decrypt"));
    assertArrayEquals(PLAINTEXT, Files.readAllBytes(back));
    Path other = new Certificates(workspace.resolve("other-ca")).authorityFile();
    assertEquals(
        5, run(workspace, environment, sealed, back, "decrypt", "--ca-file", other.toString()));
    assertEquals(0, Files.size(back));
  }

  private static int run(
      Workspace workspace, Map<String, String> environment, Path in, Path out, String... arguments)
      throws Exception {
    ProcessBuilder builder =
        Launcher.command(environment, arguments)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile());
    return workspace.start("cli", builder).exitCode(LIMIT);
  }

  private static void snapshotsAreForNodes(Deployment deployment, Certificates certificates)
      throws Exception {
    String url = deployment.controlUrl();
    assertEquals(
        "401 unauthenticated", Api.at(url, certificates.client()).get(STATEMENT).outcome());
    assertEquals(
        "401 unauthenticated", Api.at(url, certificates.client("node-2")).get(STATEMENT).outcome());
    assertEquals(200, Api.at(url, certificates.client("node-1")).get(STATEMENT).status());
    Api token = deployment.controlApi("node");
    assertEquals("401 unauthenticated", token.get(STATEMENT).outcome(), "a node's token over TLS");
    Certificates foreign = new Certificates(deployment.folder().resolve("foreign"));
    assertThrows(
        IOException.class,
        () -> Api.at(url, certificates.showing(foreign, "node-1")).get(STATEMENT),
        "a certificate of another authority");
  }

  /** A second node whose certificate is not among nodes.names, and one with another control CA. */
  private static void nodesWithoutNameGetNothing(
      Workspace workspace, Deployment deployment, Certificates certificates) throws Exception {
    deployment.showToControlPlane(certificates.identity("node-2"));
    Map<String, String> settings = deployment.settings(Cofre.DATA_PLANE);
    int port = Ports.freeBase();
    settings.put("http.port", Integer.toString(port));
    settings.put("frames.port", Integer.toString(port + 2));
    settings.put("state.directory", workspace.resolve("state-2").toString());
    settings.put("audit.directory", workspace.resolve("audit-2").toString());
    Child node = deployment.start(Cofre.DATA_PLANE);
    Api api = Api.at("https://127.0.0.1:" + port, certificates.client());
    Await.until("it says why", LIMIT, () -> node.err().contains("unauthenticated"));
    // It may say so before it listens.
    Await.until("it is not ready", LIMIT, () -> api.answers("/health/ready", 503));
    Answer refused = api.as(deployment.token("app")).raw("/v1/keys/demo/encrypt", PLAINTEXT);
    assertEquals("503 policy_stale", refused.outcome());
    node.kill();
  }

  /** A node that pinned the key of one control plane follows no other. */
  @Test
  void anotherSigningKeyIsNotFollowed(Workspace workspace) throws Exception {
    Deployment first = Deployment.create(workspace, "first");
    assertEquals(0, first.startControlPlane().terminate());
    Deployment second = Deployment.create(workspace, "second");
    second.startControlPlane();

    Map<String, String> settings = second.settings(Cofre.DATA_PLANE);
    settings.put(
        "snapshot.publicKeyFile", first.folder().resolve("snapshot-signing.pem").toString());
    Child node = second.start(Cofre.DATA_PLANE);
    Await.until("it says why", LIMIT, () -> node.err().contains("the snapshot was rejected"));
    Await.until(
        "it is not ready", LIMIT, () -> second.dataApi("app").answers("/health/ready", 503));
    List<String> lines = node.errLines();
    assertEquals(2, lines.size(), "no flood of log lines: " + lines);
    assertEquals(
        "503 policy_stale",
        second.dataApi("app").raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome());
  }
}
