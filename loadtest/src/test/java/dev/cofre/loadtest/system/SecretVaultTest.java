package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Secrets in a control plane that is killed, on H2 and on PostgreSQL: kept, and nowhere in clear.
 */
@ExtendWith(SystemExtension.class)
class SecretVaultTest {
  private static final String FIRST = "first-value-8c1f0e55a7d94b";
  private static final String SECOND = "second-value-27be90d1c3486f";

  @Test
  void onH2(Workspace workspace) throws Exception {
    writtenKilledAndRead(workspace, Deployment.create(workspace, "planes"));
  }

  @Test
  void onPostgreSql(Workspace workspace) throws Exception {
    try (Postgres postgres = Postgres.start(workspace.resolve("postgres"))) {
      Deployment deployment = Deployment.create(workspace, "planes");
      postgres.serve(deployment);
      writtenKilledAndRead(workspace, deployment);
    }
  }

  private static void writtenKilledAndRead(Workspace workspace, Deployment deployment)
      throws Exception {
    Child plane = deployment.startControlPlane();
    JsonObject key = new JsonObject(Keys.document("vault-dev"));
    made(deployment.controlApi("crypto-officer").json("/v1/keys", key.encode()));
    Api owner = deployment.controlApi("app-owner");
    made(owner.json("/v1/secrets", secret().put("value", coded(FIRST)).encode()));
    Api admin = deployment.controlApi("security-admin");
    Answer granted =
        admin.send(admin.request("/v1/secrets/db/grants/app").PUT(BodyPublishers.noBody()).build());
    assertEquals(200, granted.status(), granted::toString);
    made(
        owner.json(
            "/v1/secrets/db/versions", new JsonObject().put("value", coded(SECOND)).encode()));
    // What was acknowledged stays.
    plane.kill();

    Child again = deployment.startControlPlane();
    Api app = deployment.controlApi("app");
    Answer read = app.get("/v1/secrets/db/value");
    assertEquals(200, read.status(), read::toString);
    assertEquals(coded(SECOND), read.json().getString("value"));
    assertEquals(coded(FIRST), app.get("/v1/secrets/db/value?version=1").json().getString("value"));
    Answer bulk =
        app.json(
            "/v1/secret-values",
            new JsonObject().put("names", new JsonArray().add("db").add("none")).encode());
    assertEquals(
        coded(SECOND), bulk.json().getJsonArray("items").getJsonObject(0).getString("value"));
    // It is on the log, though the process ends at once after its answer.
    Answer last = app.get("/v1/secrets/db/value");
    again.kill();
    List<AuditEvent> events =
        AuditLogReader.events(
            Path.of(deployment.settings(Cofre.CONTROL_PLANE).get("audit.directory")));
    for (Answer answered : List.of(read, bulk, last)) {
      assertTrue(
          events.stream()
              .anyMatch(
                  event ->
                      event.requestId().equals(answered.requestId())
                          && event.action().equals("secret:read")
                          && event.principal().equals("app")
                          && event.outcome().equals("allowed")
                          && event.key().equals("db")
                          && event.keyVersion() == 2),
          () -> "no record of " + answered.requestId());
    }
    SecretSearch search = new SecretSearch(Map.of(FIRST, "the first value", SECOND, "the second"));
    assertEquals(List.of(), search.in(workspace.folder(), List.of()));
    assertTrue(search.files() > 10, search.files() + " files");
  }

  private static void made(Answer answer) {
    assertEquals(201, answer.status(), answer::toString);
  }

  private static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  private static JsonObject secret() {
    return new JsonObject()
        .put("name", "db")
        .put("environment", "dev")
        .put("dataClass", "public")
        .put("owner", "app-owner")
        .put("description", "the database of tests")
        .put("expiresAt", "2060-01-01T00:00:00Z")
        .put("rotation", new JsonObject().put("none", "it is a test"));
  }
}
