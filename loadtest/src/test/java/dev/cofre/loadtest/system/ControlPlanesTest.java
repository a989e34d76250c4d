package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two control planes on one PostgreSQL, one of them killed at any moment. */
@ExtendWith(SystemExtension.class)
class ControlPlanesTest {
  private static final int WRITES = 1_000;
  private static final int ROTATIONS = 40;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private Deployment deployment;
  private final Map<String, Map<String, String>> settings = new HashMap<>();
  private final Map<String, Child> planes = new HashMap<>();

  @Test
  void eachAcknowledgedWriteIsThereOnce(Workspace workspace) throws Exception {
    Random random = Seed.of("ControlPlanesTest");
    try (Postgres postgres = Postgres.start(workspace.resolve("postgres"))) {
      start(workspace, postgres);
      writeAndKill(random, 2);
      noUpdateIsLost();
      approvedRequestsRunOnce(random, 3);
      for (Child plane : planes.values()) {
        assertEquals(0, plane.terminate());
      }
    }
  }

  @Test
  @Tag("full")
  void approvedRequestsRunOnceHoweverOftenPlanesAreKilled(Workspace workspace) throws Exception {
    Random random = Seed.of("ControlPlanesTest");
    try (Postgres postgres = Postgres.start(workspace.resolve("postgres"))) {
      start(workspace, postgres);
      approvedRequestsRunOnce(random, 40);
    }
  }

  private void start(Workspace workspace, Postgres postgres) throws Exception {
    deployment = Deployment.create(workspace, "planes");
    postgres.serve(deployment);
    settings.put("control-1", deployment.settings(Cofre.CONTROL_PLANE));
    settings.put("control-2", deployment.another(Cofre.CONTROL_PLANE, "control-2", 5));
    restart("control-1");
    restart("control-2");
  }

  private void restart(String node) throws Exception {
    planes.put(node, deployment.startReady(Cofre.CONTROL_PLANE, settings.get(node)));
  }

  private Api api(String node, String principal) throws IOException {
    String port = settings.get(node).get("http.port");
    return Api.at("http://127.0.0.1:" + port, null).as(deployment.token(principal));
  }

  private List<Api> apis(String principal) throws IOException {
    return List.of(api("control-1", principal), api("control-2", principal));
  }

  private void writeAndKill(Random random, int kills) throws Exception {
    ConcurrentWrites writes = new ConcurrentWrites(apis("crypto-officer"), apis("security-admin"));
    long began = System.nanoTime();
    writes.start(WRITES);
    for (int kill = 1; kill <= kills; kill++) {
      int enough = WRITES * kill / (kills + 1) - random.nextInt(WRITES / (kills + 1));
      Await.until(
          () -> "the writes go on: " + writes.acknowledged() + " " + writes.refusals(),
          LIMIT,
          () -> writes.acknowledged() >= enough);
      String victim = "control-" + (1 + random.nextInt(2));
      planes.get(victim).kill();
      System.out.println("killed " + victim + " after " + writes.acknowledged() + " writes");
      restart(victim);
    }
    Await.until(
        () -> writes.acknowledged() + " acknowledged, refused: " + writes.refusals(),
        LIMIT,
        () -> writes.acknowledged() + writes.refusals().size() == WRITES);
    writes.awaitEnd();
    System.out.printf(
        "%d concurrent writes acknowledged with %d kills in %d ms%n",
        writes.acknowledged(), kills, (System.nanoTime() - began) / 1_000_000);
    assertEquals(List.of(), writes.refusals());
    for (Api auditor : apis("auditor")) {
      Map<String, String> found = new HashMap<>();
      collect(auditor, "/v1/keys", "alias", found);
      collect(auditor, "/v1/policies", "name", found);
      found.keySet().removeIf(name -> name.startsWith("demo"));
      assertEquals(writes.ids(), found, "what was acknowledged, once, and nothing else");
    }
    tokenAndTableAgree();
  }

  /** All names and ids of a list; a name that is there twice fails. */
  private static void collect(Api api, String path, String name, Map<String, String> into)
      throws Exception {
    String after = "";
    while (after != null) {
      JsonObject page = api.get(path + "?limit=500" + after).json();
      for (Object item : page.getJsonArray("items")) {
        JsonObject object = (JsonObject) item;
        assertEquals(null, into.put(object.getString(name), object.getString("id")));
      }
      String next = page.getString("next");
      after = next == null ? null : "&after=" + next;
    }
  }

  /** Begun anew, a plane compares the token with the table: nothing is missing, nothing is left. */
  private void tokenAndTableAgree() throws Exception {
    assertEquals(0, planes.get("control-2").terminate());
    restart("control-2");
    Figures figures = Figures.of(api("control-2", "auditor"));
    assertEquals(0, figures.value("cofre_controlplane_hsm_keys_missing"));
    assertEquals(0, figures.value("cofre_controlplane_hsm_keys_unknown"));
  }

  /** With If-Match, each rotation that was acknowledged made one version, through either plane. */
  private void noUpdateIsLost() throws Exception {
    List<Api> officers = apis("crypto-officer");
    AtomicInteger rotated = new AtomicInteger();
    CompletableFuture<?>[] all = new CompletableFuture<?>[ROTATIONS];
    for (int i = 0; i < ROTATIONS; i++) {
      Api officer = officers.get(i % officers.size());
      all[i] =
          CompletableFuture.runAsync(() -> rotate(officer, rotated), Thread::startVirtualThread);
    }
    CompletableFuture.allOf(all).join();
    JsonObject key = officers.getFirst().get("/v1/keys/demo").json();
    System.out.println(rotated + " of " + ROTATIONS + " rotations at once were done");
    assertTrue(rotated.get() > 0, "some rotation was done");
    assertEquals(1 + rotated.get(), key.getInteger("currentVersion"));
    assertEquals(1 + rotated.get(), key.getJsonArray("versions").size());
  }

  private static void rotate(Api officer, AtomicInteger rotated) {
    try {
      String tag = officer.get("/v1/keys/demo").header("ETag");
      Answer answer =
          officer.send(
              officer
                  .request("/v1/keys/demo/rotate")
                  .header("If-Match", tag)
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build());
      if (answer.status() == 200) {
        rotated.incrementAndGet();
      } else {
        assertTrue(answer.status() == 412 || answer.status() == 409, () -> "rotation: " + answer);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The plane that runs an approved request is killed; another one, or its next life, ends it. */
  private void approvedRequestsRunOnce(Random random, int rounds) throws Exception {
    String document = Keys.document("prod").replace("\"dev\"", "\"prod\"");
    assertEquals(201, api("control-1", "crypto-officer").json("/v1/keys", document).status());
    for (int round = 0; round < rounds; round++) {
      String name = "approved-" + round;
      String victim = "control-" + (1 + random.nextInt(2));
      Answer asked =
          api(victim, "security-admin").json("/v1/policies", Keys.grant(name, List.of("prod")));
      assertEquals(202, asked.status(), asked::toString);
      String path = asked.header("Location");
      String digest = new JsonObject().put("digest", asked.json().getString("digest")).encode();
      Api approver = api(victim, "security-admin-2");
      CompletableFuture<Void> approving =
          CompletableFuture.runAsync(
              () -> approve(approver, path, digest), Thread::startVirtualThread);
      LockSupport.parkNanos(random.nextInt(40) * 1_000_000L);
      planes.get(victim).kill();
      approving.join();
      String other = victim.equals("control-1") ? "control-2" : "control-1";
      Api auditor = api(other, "auditor");
      // Nobody but the dead one knows of the approval? Then it is given again.
      if (auditor.get(path).json().getString("state").equals("PENDING")) {
        approve(api(other, "security-admin-2"), path, digest);
      }
      Await.until(
          () -> name + " is done, not " + state(auditor, path),
          Duration.ofMinutes(2),
          () -> state(auditor, path).equals("DONE"));
      Map<String, String> policies = new HashMap<>();
      collect(auditor, "/v1/policies", "name", policies);
      assertTrue(policies.containsKey(name), name);
      restart(victim);
    }
    System.out.println(rounds + " approved requests ran once, each with a kill beside it");
  }

  private static String state(Api api, String path) {
    try {
      return api.get(path).json().getString("state");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void approve(Api api, String path, String body) {
    try {
      api.json(path + "/approve", body);
    } catch (IOException e) {
      // It was killed: whether the approval counts is seen in what it left.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
