package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.tombstone.TombstoneVerifier;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** States of keys and versions, as both planes enforce them, to the tombstone. */
@ExtendWith(SystemExtension.class)
class LifecycleTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final byte[] PLAINTEXT = "what the key protects".getBytes(UTF_8);

  @Test
  void aVersionIsRefusedByItselfAndAKeyIsDestroyedForGood(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.CONTROL_PLANE).put("scheduler.periodMs", "200");
    Child[] planes = deployment.startBoth();
    Api officer = deployment.controlApi("crypto-officer");
    Api app = deployment.dataApi("app");

    byte[] first = encrypt(app);
    move(officer, "rotate");
    Await.until("version 2 encrypts", LIMIT, () -> encrypt(app)[27] == 2);
    byte[] second = encrypt(app);
    assertArrayEquals(PLAINTEXT, app.raw("/v1/decrypt", first).body());

    versionOneIsRefused(officer, app, first, second);
    everyStateIsEnforced(officer, app, first);

    byte[] late = encrypt(app);
    JsonObject scheduled = approvedDestruction(deployment, officer);
    assertEquals("PENDING_DESTRUCTION", scheduled.getString("state"));
    awaitOutcomes(app, late, "409 key_pending_destruction", "409 key_pending_destruction");

    // The waiting period passes while the control plane is killed and started again.
    planes[0].process().destroyForcibly().waitFor();
    deployment
        .settings(Cofre.CONTROL_PLANE)
        .put("dev.clockOffsetMs", Long.toString(Duration.ofDays(8).toMillis()));
    deployment.startControlPlane();
    Await.until(
        "the key is destroyed",
        LIMIT,
        () -> officer.get("/v1/keys/demo").json().getString("state").equals("DESTROYED"));
    Await.until(
        "the data plane knows",
        LIMIT,
        () -> app.raw("/v1/decrypt", late).outcome().equals("409 key_destroyed"));
    tombstone(deployment, scheduled);
    usesWereReported(deployment);
  }

  /** KEKs of protection SOFTWARE: thousands of keys, one token object. */
  @Test
  void aSoftwareKeyWorksAsAnyOtherAndIsDestroyed(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.CONTROL_PLANE).put("scheduler.periodMs", "200");
    Child[] planes = deployment.startBoth();
    Api officer = deployment.controlApi("crypto-officer");
    Api app = deployment.dataApi("app");
    String document = new JsonObject(Keys.document("soft")).put("protection", "SOFTWARE").encode();
    assertEquals(201, officer.json("/v1/keys", document).status());
    Api admin = deployment.controlApi("security-admin");
    assertEquals(201, admin.json("/v1/policies", Keys.grant("soft-app", List.of("soft"))).status());
    Await.until(
        "the key encrypts",
        LIMIT,
        () -> app.raw("/v1/keys/soft/encrypt", PLAINTEXT).status() == 200);
    byte[] envelope = app.raw("/v1/keys/soft/encrypt", PLAINTEXT).body();
    assertEquals(2, envelope[6], "the envelope names the protection");
    assertEquals(200, officer.json("/v1/keys/soft/rotate", "{}").status());
    Await.until(
        "version 2 encrypts",
        LIMIT,
        () -> app.raw("/v1/keys/soft/encrypt", PLAINTEXT).body()[27] == 2);

    // Nothing is in memory any more: the KEK comes from the snapshot, opened by the HSM.
    planes[1].process().destroyForcibly().waitFor();
    planes[0].process().destroyForcibly().waitFor();
    deployment.startBoth();
    assertArrayEquals(PLAINTEXT, app.raw("/v1/decrypt", envelope).body());
    byte[] cut = envelope.clone();
    cut[60] ^= 1;
    assertEquals("400 invalid_ciphertext", app.raw("/v1/decrypt", cut).outcome());

    assertEquals(200, officer.json("/v1/keys/soft/versions/1/disable", "{}").status());
    Await.until(
        "version 1 does not decrypt",
        LIMIT,
        () -> app.raw("/v1/decrypt", envelope).outcome().equals("409 key_disabled"));
  }

  private static void versionOneIsRefused(Api officer, Api app, byte[] first, byte[] second)
      throws Exception {
    move(officer, "versions/1/disable");
    long ms =
        Await.until(
            "version 1 does not decrypt",
            LIMIT,
            () -> app.raw("/v1/decrypt", first).outcome().equals("409 key_disabled"));
    System.out.println("a disabled version is refused after " + ms + " ms");
    assertTrue(app.raw("/v1/decrypt", first).text().contains("version 1"));
    assertArrayEquals(PLAINTEXT, app.raw("/v1/decrypt", second).body());
    assertEquals(2, encrypt(app)[27]);
    move(officer, "versions/1/enable");
    Await.until("version 1 decrypts", LIMIT, () -> app.raw("/v1/decrypt", first).status() == 200);
    move(officer, "versions/2/disable");
    Await.until(
        "the current version does not encrypt",
        LIMIT,
        () ->
            app.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome().equals("409 key_disabled")
                && app.raw("/v1/decrypt", first).status() == 200);
    move(officer, "versions/2/enable");
    awaitOutcomes(app, second, "200", "200");
  }

  private static void everyStateIsEnforced(Api officer, Api app, byte[] envelope) throws Exception {
    JsonObject document = new JsonObject(Keys.document("states")).put("preActive", true);
    assertEquals(201, officer.json("/v1/keys", document.encode()).status());
    move(officer, "disable");
    awaitOutcomes(app, envelope, "409 key_disabled", "409 key_disabled");
    move(officer, "enable");
    awaitOutcomes(app, envelope, "200", "200");
    assertEquals(
        "409 conflict", officer.json("/v1/keys/states/enable", "{}").outcome(), "pre-active");
  }

  private static void tombstone(Deployment deployment, JsonObject scheduled) throws Exception {
    Api auditor = deployment.controlApi("auditor");
    JsonObject tombstone = auditor.get("/v1/keys/demo/tombstone").json();
    byte[] signed = Base64.getDecoder().decode(tombstone.getString("signed"));
    String pem = Files.readString(deployment.folder().resolve("snapshot-signing.pem"));
    assertTrue(
        TombstoneVerifier.fromPem(pem)
            .verifies(signed, Base64.getDecoder().decode(tombstone.getString("signature"))));
    JsonObject document = new JsonObject(new String(signed, UTF_8));
    assertEquals(scheduled.getString("id"), document.getString("key"));
    assertEquals(2, document.getJsonArray("versions").size());
    assertEquals("crypto-officer", document.getString("scheduledBy"));
  }

  private static void usesWereReported(Deployment deployment) throws Exception {
    Api auditor = deployment.controlApi("auditor");
    Await.until(
        "the node has reported who used the key",
        LIMIT,
        () -> {
          JsonArray uses = auditor.get("/v1/keys/demo/uses").json().getJsonArray("items");
          List<String> actions =
              uses.stream().map(use -> ((JsonObject) use).getString("action")).sorted().toList();
          return actions.equals(List.of("decrypt", "encrypt"));
        });
  }

  private static byte[] encrypt(Api app) throws Exception {
    Answer answer = app.raw("/v1/keys/demo/encrypt", PLAINTEXT);
    assertEquals(200, answer.status(), answer::toString);
    return answer.body();
  }

  private static JsonObject move(Api officer, String move) throws Exception {
    Answer answer = officer.json("/v1/keys/demo/" + move, "{}");
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  /** It takes two people: one asks, another one approves. */
  private static JsonObject approvedDestruction(Deployment deployment, Api officer)
      throws Exception {
    Answer asked = officer.json("/v1/keys/demo/schedule-destruction", "{}");
    assertEquals(202, asked.status(), asked::toString);
    assertEquals("ACTIVE", officer.get("/v1/keys/demo").json().getString("state"));
    String digest = new JsonObject().put("digest", asked.json().getString("digest")).encode();
    Answer approved =
        deployment
            .controlApi("crypto-officer-2")
            .json("/v1/approvals/" + asked.json().getString("id") + "/approve", digest);
    assertEquals(200, approved.status(), approved::toString);
    assertEquals("DONE", approved.json().getString("state"), approved::toString);
    return approved.json().getJsonObject("answer").getJsonObject("document");
  }

  private static void awaitOutcomes(Api app, byte[] envelope, String encrypts, String decrypts)
      throws Exception {
    Await.until(
        "encrypt answers " + encrypts + ", decrypt " + decrypts,
        LIMIT,
        () ->
            app.raw("/v1/keys/demo/encrypt", PLAINTEXT).outcome().equals(encrypts)
                && app.raw("/v1/decrypt", envelope).outcome().equals(decrypts));
  }
}
