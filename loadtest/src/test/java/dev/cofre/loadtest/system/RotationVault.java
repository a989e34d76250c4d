package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** A secret that is rotated between two users of the engine {@code pg}. Stateless. */
final class RotationVault {
  static final String SECRET = "shop-db";

  private RotationVault() {}

  /** Sets the rotation of {@link #SECRET} between the users {@code shop_a} and {@code shop_b}. */
  static void rotated(Deployment deployment) throws Exception {
    JsonObject draft =
        new JsonObject()
            .put("name", SECRET)
            .put("environment", "dev")
            .put("dataClass", "internal")
            .put("owner", "app-owner")
            .put("description", "the shop's database")
            .put("expiresAt", Instant.now().plus(Duration.ofDays(100)).toString())
            .put("rotation", new JsonObject().put("days", 30))
            .put("value", Base64.getEncoder().encodeToString("none yet".getBytes(UTF_8)));
    LeaseVault.made(deployment.controlApi("app-owner").json("/v1/secrets", draft.encode()));
    String path = "/v1/secrets/" + SECRET;
    Answer granted =
        LeaseVault.put(deployment, "security-admin", path + "/grants/app", new JsonObject());
    assertEquals(200, granted.status(), granted::toString);
    JsonObject grant =
        new JsonObject()
            .put("on", "tables")
            .put("schema", "sales")
            .put("privileges", new JsonArray().add("SELECT"));
    JsonObject rotation =
        new JsonObject()
            .put("engine", "pg")
            .put("users", new JsonArray().add("shop_a").add("shop_b"))
            .put("create", true)
            .put("grants", new JsonArray().add(grant))
            .put("periodSeconds", 3_600);
    LeaseVault.made(LeaseVault.put(deployment, "app-owner", path + "/rotation", rotation));
  }

  /** Rotates now, which is done when this returns. */
  static void rotate(Deployment deployment) throws Exception {
    try (Api api = deployment.controlApi("app-owner")) {
      Answer answer = api.json("/v1/secrets/" + SECRET + "/rotation/rotate", "{\"force\":true}");
      assertEquals(200, answer.status(), answer::toString);
      assertFalse(answer.json().getBoolean("rotating"), answer::toString);
    }
  }
}
