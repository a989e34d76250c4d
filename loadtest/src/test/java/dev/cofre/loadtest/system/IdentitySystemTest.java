package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import io.vertx.core.json.JsonObject;
import java.io.DataInputStream;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Callers from elsewhere on both planes over TLS: a SPIFFE certificate, an exchanged token, a
 * one-time code by the command line; and how what is taken away ends at the data plane.
 */
@ExtendWith(SystemExtension.class)
class IdentitySystemTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final byte[] PLAINTEXT = "from elsewhere".getBytes(UTF_8);
  private static final String ENCRYPT = "/v1/keys/demo/encrypt";
  private static final String WORKLOAD = "spiffe://example.org/ns/shop/sa/cart";

  @Test
  void callersFromElsewhere(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Certificates certificates = deployment.useTls("node-1");
    deployment.settings(Cofre.CONTROL_PLANE).put("tls.spiffeTrustDomain", "example.org");
    Map<String, String> data = deployment.settings(Cofre.DATA_PLANE);
    data.put("tls.clientCa", certificates.authorityFile().toString());
    data.put("tls.spiffeTrustDomain", "example.org");
    deployment.startControlPlane();
    SSLContext anybody = certificates.client("anybody");
    Deployment.awaitReady(
        deployment.start(Cofre.DATA_PLANE), Api.at(deployment.dataUrl(), anybody));

    certificatesAreWhoTheyAreBoundTo(deployment, certificates);
    exchangedTokensCountOnBothPlanes(workspace, deployment, anybody);
    aCodeBecomesAToken(workspace, deployment, anybody);
  }

  private static void certificatesAreWhoTheyAreBoundTo(
      Deployment deployment, Certificates certificates) throws Exception {
    Api cart = Api.at(deployment.dataUrl(), certificates.workload(WORKLOAD));
    assertEquals("401 unauthenticated", cart.raw(ENCRYPT, PLAINTEXT).outcome(), "not bound yet");
    approved(deployment, bind(deployment, new JsonObject().put("spiffeId", WORKLOAD)));
    Await.until("bound", LIMIT, () -> cart.raw(ENCRYPT, PLAINTEXT).status() == 200);
    byte[] envelope = cart.raw(ENCRYPT, PLAINTEXT).body();
    assertArrayEquals(PLAINTEXT, cart.raw("/v1/decrypt", envelope).body());
    Api evil =
        Api.at(deployment.dataUrl(), certificates.workload("spiffe://example.com/ns/shop/sa/cart"));
    assertEquals("401 unauthenticated", evil.raw(ENCRYPT, PLAINTEXT).outcome());
    assertEquals(
        401, evil.as("cofre_" + "x".repeat(43)).raw(ENCRYPT, PLAINTEXT).status(), "a wrong token");
    assertEquals(
        401,
        cart.as("cofre_" + "x".repeat(43)).raw(ENCRYPT, PLAINTEXT).status(),
        "a token is not made good by a certificate");
    assertEquals(
        200,
        Api.at(deployment.controlUrl(), certificates.workload(WORKLOAD)).get("/v1/keys").status());
    assertEquals(0, hello(deployment, certificates.workload(WORKLOAD)));
    assertEquals(19, hello(deployment, certificates.client("anybody")), "unauthenticated");
  }

  /** The status of the answer to a hello without a token. */
  private static int hello(Deployment deployment, SSLContext tls) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", deployment.framePort())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(Hello.of(new byte[0]).frame(1));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      in.readInt();
      assertEquals(FrameType.HELLO | FrameType.ANSWER, in.readUnsignedByte());
      in.readUnsignedByte();
      return in.readUnsignedShort();
    }
  }

  private static void exchangedTokensCountOnBothPlanes(
      Workspace workspace, Deployment deployment, SSLContext anybody) throws Exception {
    TestIssuer issuer = new TestIssuer("idp");
    Api admin = deployment.controlApi("security-admin");
    approved(deployment, admin.json("/v1/identity-providers", issuer.provider().encode()));
    JsonObject binding = new JsonObject().put("provider", "idp").put("subject", "cart");
    approved(deployment, bind(deployment, binding));

    Path jwt = Files.writeString(workspace.resolve("jwt"), issuer.token("cart", Map.of()));
    Path file = workspace.resolve("exchanged");
    Child login =
        cli(workspace, deployment, "login", "--jwt-file", jwt.toString(), "--out", file.toString());
    assertEquals(0, login.exitCode(LIMIT), login.err());
    String token = Files.readString(file).strip();
    assertFalse((login.out() + login.err()).contains(token));
    Api data = Api.at(deployment.dataUrl(), anybody).as(token);
    Await.until(
        "the node has the binding", LIMIT, () -> data.raw(ENCRYPT, PLAINTEXT).status() == 200);
    assertEquals(200, deployment.controlApi("app").as(token).get("/v1/keys").status());
    Api flipped = data.as(token.substring(0, token.length() - 3) + "AAA");
    assertEquals("401 unauthenticated", flipped.raw(ENCRYPT, PLAINTEXT).outcome());

    HttpRequest delete = admin.request("/v1/identity-providers/idp").DELETE().build();
    assertEquals(204, admin.send(delete).status());
    assertEquals(401, deployment.controlApi("app").as(token).get("/v1/keys").status());
    Await.until("it ends at the node", LIMIT, () -> data.raw(ENCRYPT, PLAINTEXT).status() == 401);
  }

  private static void aCodeBecomesAToken(
      Workspace workspace, Deployment deployment, SSLContext anybody) throws Exception {
    Api admin = deployment.controlApi("security-admin");
    assertEquals(
        201,
        admin.json("/v1/principals", "{\"id\":\"machine\",\"roles\":[\"workload\"]}").status());
    Answer place = admin.json("/v1/principals/machine/enrolments", "{}");
    assertEquals(201, place.status(), place::toString);
    String path = "/v1/principals/machine/enrolments/" + place.json().getString("id") + "/code";
    Path code =
        Files.writeString(
            workspace.resolve("code"), admin.json(path, "{}").json().getString("code"));
    Path file = workspace.resolve("machine-token");
    Child enrolled =
        cli(
            workspace,
            deployment,
            "enrol",
            "--code-file",
            code.toString(),
            "--out",
            file.toString());
    assertEquals(0, enrolled.exitCode(LIMIT), enrolled.err());
    Api data = Api.at(deployment.dataUrl(), anybody).as(Files.readString(file).strip());
    Await.until(
        "it is known, and has no grant",
        LIMIT,
        () -> data.raw(ENCRYPT, PLAINTEXT).outcome().equals("404 key_not_found"));
    Child again =
        cli(workspace, deployment, "enrol", "--code-file", code.toString(), "--out", file + ".2");
    assertEquals(1, again.exitCode(LIMIT), again.err());
  }

  private static Child cli(Workspace workspace, Deployment deployment, String... arguments)
      throws Exception {
    return workspace.start("cli", Launcher.command(environment(deployment), arguments));
  }

  private static Map<String, String> environment(Deployment deployment) {
    return Map.of(
        "COFRE_CONTROL_URL",
        deployment.controlUrl(),
        "COFRE_CA_FILE",
        deployment.folder().resolve("tls/ca.pem").toString());
  }

  private static Answer bind(Deployment deployment, JsonObject binding) throws Exception {
    return deployment
        .controlApi("security-admin")
        .json("/v1/principals/app/bindings", binding.encode());
  }

  /** It takes two people: another one approves it. */
  private static void approved(Deployment deployment, Answer asked) throws Exception {
    deployment.approve(asked, "security-admin-2");
  }
}
