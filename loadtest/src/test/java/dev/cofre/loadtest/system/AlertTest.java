package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Real failed decryptions at a data plane cause one message to a real receiver. */
@ExtendWith(SystemExtension.class)
class AlertTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private final List<JsonObject> received = new CopyOnWriteArrayList<>();

  @Test
  void failedDecryptionsAreToldOnceAlthoughTheControlPlaneIsKilled(Workspace workspace)
      throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/hook", this::take);
    server.start();
    try {
      Deployment deployment = Deployment.create(workspace, "planes");
      channel(deployment, server.getAddress().getPort());
      Child[] planes = deployment.startBoth();
      Api admin = deployment.controlApi("security-admin");
      JsonArray tested = admin.json("/v1/alerts/test", "{}").json().getJsonArray("items");
      assertEquals("HTTP 204", tested.getJsonObject(0).getString("answer"), tested::encode);

      Api app = deployment.dataApi("app");
      byte[] envelope = app.raw("/v1/keys/demo/encrypt", new byte[100]).body();
      envelope[envelope.length - 1] ^= 1;
      fail(app, envelope, 15);
      Await.until("it is told", LIMIT, () -> !told("failed-decryptions").isEmpty());
      JsonObject alert = told("failed-decryptions").getFirst();
      assertEquals("app", alert.getJsonObject("subject").getString("principal"));
      assertTrue(
          alert.getString("command").startsWith("./cofre audit investigate --principal app "),
          alert::encodePrettily);
      JsonObject found = deployment.controlApi("auditor").get(alert.getString("path")).json();
      assertTrue(
          found.getJsonObject("total").getLong("failed") >= 10, "its link leads to what happened");

      planes[0].kill();
      planes[0] = deployment.startControlPlane();
      fail(app, envelope, 15);
      Api auditor = deployment.controlApi("auditor");
      Await.until(
          "all is archived",
          LIMIT,
          () ->
              auditor
                      .get("/v1/audit/investigations?principal=app")
                      .json()
                      .getJsonObject("total")
                      .getLong("failed")
                  == 30);
      // Something newer that is told shows that what was before was looked at.
      assertEquals(201, admin.json("/v1/groups", "{\"name\":\"g\"}").status());
      Await.until("the change is told", LIMIT, () -> told("access-change").size() >= 1);
      assertEquals(
          Set.of(alert.getString("id")),
          told("failed-decryptions").stream()
              .map(one -> one.getString("id"))
              .collect(Collectors.toSet()),
          "what comes again after a kill has its id");
      assertEquals(0, planes[1].terminate());
      assertEquals(0, planes[0].terminate());
    } finally {
      server.stop(0);
    }
  }

  private List<JsonObject> told(String rule) {
    return received.stream().filter(alert -> rule.equals(alert.getString("rule"))).toList();
  }

  private static void fail(Api app, byte[] envelope, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertEquals(400, app.raw("/v1/decrypt", envelope).status());
    }
  }

  private static void channel(Deployment deployment, int port) throws IOException {
    Path folder = Files.createDirectory(deployment.folder().resolve("alerts"));
    byte[] secret = "a secret of thirty-two bytes ok!".getBytes(StandardCharsets.US_ASCII);
    Deployment.writePrivate(
        folder.resolve("secret"), "whsec_" + Base64.getEncoder().encodeToString(secret) + "\n");
    Files.write(
        folder.resolve("hook.conf"),
        List.of(
            "kind = webhook", "url = http://127.0.0.1:" + port + "/hook", "secretFile = secret"));
    deployment.settings(Cofre.CONTROL_PLANE).put("alerts.directory", folder.toString());
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      received.add(new JsonObject(new String(body, StandardCharsets.UTF_8)).getJsonObject("alert"));
      exchange.sendResponseHeaders(204, -1);
    }
  }
}
