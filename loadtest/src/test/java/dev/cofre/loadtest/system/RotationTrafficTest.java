package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.system.RotatedClient.Credential;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three rotations of a secret while clients of a real PostgreSQL live by it: none of them fails.
 */
@ExtendWith(SystemExtension.class)
class RotationTrafficTest {
  private static final System.Logger LOG = System.getLogger(RotationTrafficTest.class.getName());
  private static final String SECRET = "shop-db";
  private static final int ROTATIONS = 3;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long OPENED_A_SECOND = 50;
  private static final long QUERIES_A_SECOND = 1_000;

  @Test
  void noClientFails(Workspace workspace) throws Exception {
    run(workspace, 1);
  }

  @Test
  @Tag("full")
  void noClientFailsAndTheRatesAreHeld(Workspace workspace) throws Exception {
    int seconds = 15;
    Result result = run(workspace, seconds);
    assertTrue(result.opened >= OPENED_A_SECOND * result.seconds * 0.95, result::toString);
    assertTrue(result.queries >= QUERIES_A_SECOND * result.seconds * 0.95, result::toString);
  }

  private record Result(double seconds, long opened, long queries) {}

  /** With {@code seconds} worth of traffic before, between and after the rotations. */
  private static Result run(Workspace workspace, int seconds) throws Exception {
    try (LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      rotated(deployment);
      RotatedClient reader = new RotatedClient(deployment.controlApi("app"), SECRET);
      List<Credential> published = new ArrayList<>(List.of(reader.credential()));
      RotationTraffic traffic =
          new RotationTraffic(deployment.controlApi("app"), SECRET, target.url());
      long beganNs = System.nanoTime();
      Result result;
      try {
        awaitMore(traffic, seconds);
        for (int i = 0; i < ROTATIONS; i++) {
          rotate(deployment);
          assertTrue(reader.read());
          published.add(reader.credential());
          int version = reader.credential().version();
          // No client uses a value that the next rotation ends: the period is longer than a read's.
          Await.until("each client has read", LIMIT, () -> traffic.allUse(version));
          awaitMore(traffic, seconds);
        }
        result =
            new Result((System.nanoTime() - beganNs) / 1e9, traffic.opened(), traffic.queries());
      } finally {
        traffic.stop();
      }
      LOG.log(
          System.Logger.Level.INFO,
          "{0} rotations in {1} s: {2} connections opened, {3} queries, {4} failures",
          ROTATIONS,
          Double.toString(result.seconds),
          Long.toString(result.opened),
          Long.toString(result.queries),
          traffic.failures().size());
      assertEquals(List.of(), traffic.failures());
      assertEquals(ROTATIONS + 1, published.size());
      for (int i = 0; i < published.size(); i++) {
        Credential value = published.get(i);
        boolean works = target.works(value.user(), value.password());
        assertEquals(i >= ROTATIONS - 1, works, value::toString);
        assertFalse(target.works(value.user(), "another"));
      }
      return result;
    }
  }

  private static void rotated(Deployment deployment) throws Exception {
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

  private static void rotate(Deployment deployment) throws Exception {
    try (Api api = deployment.controlApi("app-owner")) {
      Answer answer = api.json("/v1/secrets/" + SECRET + "/rotation/rotate", "{\"force\":true}");
      assertEquals(200, answer.status(), answer::toString);
      assertFalse(answer.json().getBoolean("rotating"), answer::toString);
    }
  }

  private static void awaitMore(RotationTraffic traffic, int seconds) throws Exception {
    long opened = traffic.opened() + OPENED_A_SECOND * seconds;
    long queries = traffic.queries() + QUERIES_A_SECOND * seconds;
    Await.until(
        "there was more traffic",
        LIMIT,
        () -> traffic.opened() >= opened && traffic.queries() >= queries);
  }
}
