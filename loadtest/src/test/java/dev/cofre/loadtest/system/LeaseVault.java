package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;

/** A control plane with the engine {@code pg} and its role {@code reader}. Stateless. */
final class LeaseVault {
  private LeaseVault() {}

  static Deployment deployment(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.CONTROL_PLANE).put("vault.targets", "127.0.0.1");
    return deployment;
  }

  static void enrol(Deployment deployment, LeaseTarget target) throws Exception {
    enrol(deployment, target, 1_000);
  }

  /** The same with a role of which {@code leasesMax} leases may live. */
  static void enrol(Deployment deployment, LeaseTarget target, int leasesMax) throws Exception {
    made(deployment.controlApi("crypto-officer").json("/v1/keys", Keys.document("vault-dev")));
    String password = Base64.getEncoder().encodeToString(LeaseTarget.ROOT_PASSWORD.getBytes(UTF_8));
    JsonObject engine =
        new JsonObject()
            .put("name", "pg")
            .put("environment", "dev")
            .put("kind", "postgresql")
            .put("owner", "app-owner")
            .put("description", "for tests")
            .put("host", "127.0.0.1")
            .put("port", target.port())
            .put("database", LeaseTarget.DATABASE)
            .put("rootUser", LeaseTarget.ROOT)
            .put("tls", false)
            .put("value", password);
    made(deployment.controlApi("app-owner").json("/v1/secret-engines", engine.encode()));
    JsonObject grant =
        new JsonObject()
            .put("on", "tables")
            .put("schema", "sales")
            .put("privileges", new JsonArray().add("SELECT"));
    JsonObject role =
        new JsonObject()
            .put("description", "reads")
            .put("maxTtlSeconds", 36_000)
            .put("leasesMax", leasesMax)
            .put("grants", new JsonArray().add(grant));
    made(put(deployment, "app-owner", "/v1/secret-engines/pg/roles/reader", role));
    Answer granted =
        put(
            deployment,
            "security-admin",
            "/v1/secret-engines/pg/roles/reader/grants/app",
            new JsonObject());
    assertEquals(200, granted.status(), granted::toString);
  }

  static Answer put(Deployment deployment, String who, String path, JsonObject body)
      throws Exception {
    Api api = deployment.controlApi(who);
    return api.send(
        api.request(path)
            .header("Content-Type", Api.JSON)
            .PUT(BodyPublishers.ofString(body.encode()))
            .build());
  }

  static void made(Answer answer) {
    assertEquals(201, answer.status(), answer::toString);
  }
}
