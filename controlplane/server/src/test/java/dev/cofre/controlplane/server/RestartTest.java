package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.IdempotentAnswer;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kill leaves behind, and what the next start makes of it. */
class RestartTest {
  @TempDir Path directory;

  @Test
  void removesAKeyThatWasHalfMade() throws Exception {
    UUID id = UUID.randomUUID();
    String label = KmsKey.kekLabel(id, 1);
    try (TestPlane plane = TestPlane.in(directory)) {
      plane.plane.close();
      leaveHalfMade(plane, id, label);

      plane.start();

      assertEquals(404, plane.get("auditor", "/v1/keys/" + id).statusCode());
      try (Hsm hsm = SoftHsmToken.login()) {
        assertFalse(hsm.hasKek(label));
      }
      // Neither the alias nor the Idempotency-Key of the request that was cut off is blocked.
      HttpResponse<String> again =
          plane.post(
              "crypto-officer",
              "/v1/keys",
              TestPlane.keyDocument("half"),
              Map.of("Idempotency-Key", "cut-off"));
      assertEquals(201, again.statusCode(), again.body());
    }
  }

  private static void leaveHalfMade(TestPlane plane, UUID id, String label) {
    try (Store store = Store.open(plane.location(), Clock.systemUTC());
        Hsm hsm = SoftHsmToken.login()) {
      store.change(
          tx -> {
            KeyDraft draft =
                new KeyDraft(
                    "half",
                    "default",
                    Environment.DEV,
                    DataClass.INTERNAL,
                    "team",
                    "tests",
                    KeyDraft.ENCRYPT_DECRYPT,
                    Protection.HSM,
                    Instant.parse("2099-01-01T00:00:00Z"));
            tx.halfMade().insertKey(id, draft, Stamp.created(tx.now(), "crypto-officer"));
            tx.halfMade()
                .insertVersion(
                    id,
                    new KeyVersion(1, Protection.HSM, label, tx.now(), "crypto-officer"),
                    "test-node");
            tx.idempotency()
                .put(
                    "crypto-officer",
                    "cut-off",
                    "test-node",
                    new IdempotentAnswer(new byte[32], 0, null, null));
            return null;
          });
      hsm.generateKek(label);
    }
  }

  @Test
  void aKeyWithoutItsKekIsShownAsBrokenAndTheOthersGoOn() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      plane.createKey("whole");
      JsonObject key = plane.createKey("lost");
      plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login()) {
        hsm.destroyKek(KmsKey.kekLabel(UUID.fromString(key.getString("id")), 1));
      }
      plane.start();
      HttpResponse<String> ready = plane.get(null, "/health/ready");
      assertEquals(200, ready.statusCode(), ready.body());
      assertEquals(
          new JsonArray().add("hsm-keys-missing"),
          new JsonObject(ready.body()).getJsonArray("degraded"));
      JsonObject broken = new JsonObject(plane.get("auditor", "/v1/keys/lost").body());
      assertEquals(new JsonArray().add(1), broken.getJsonArray("brokenVersions"));
      JsonObject whole = new JsonObject(plane.get("auditor", "/v1/keys/whole").body());
      assertFalse(whole.containsKey("brokenVersions"), whole::encode);
      assertEquals(1, plane.metric("cofre_controlplane_hsm_keys_missing"));
    }
  }

  @Test
  void aKekThatNobodyKnowsIsToldOfAndLeftAlone() throws Exception {
    String label = KmsKey.kekLabel(UUID.randomUUID(), 1);
    try (TestPlane plane = TestPlane.in(directory)) {
      plane.createKey("known");
      long before = plane.metric("cofre_controlplane_hsm_keys_unknown");
      plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login()) {
        hsm.generateKek(label);
      }
      plane.start();
      assertEquals(200, plane.get(null, "/health/ready").statusCode());
      assertTrue(plane.metric("cofre_controlplane_hsm_keys_unknown") > before);
      try (Hsm hsm = SoftHsmToken.login()) {
        assertTrue(hsm.hasKek(label));
        assertTrue(hsm.kekLabels().contains(label));
        hsm.destroyKek(label);
      }
    }
  }

  @Test
  void aRotationLeavesAloneTheKekOfAVersionThatAnOlderStoreHasForgotten() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      UUID id = UUID.fromString(plane.createKey("restored").getString("id"));
      plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login()) {
        hsm.generateKek(KmsKey.kekLabel(id, 2));
      }
      plane.start();
      assertEquals(200, plane.post("crypto-officer", "/v1/keys/" + id + "/rotate").statusCode());
      plane.plane.close();
      try (Hsm hsm = SoftHsmToken.login()) {
        assertTrue(hsm.hasKek(KmsKey.kekLabel(id, 2)));
      }
      plane.start();
    }
  }

  @Test
  void keysPoliciesAndTokensSurvive() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      plane.createKey("kept");
      String before = plane.get("auditor", "/v1/keys").body();
      String token = plane.token("app");
      plane.plane.close();
      plane.start();
      assertEquals(before, plane.get("auditor", "/v1/keys").body());
      assertEquals(token, plane.token("app"));
    }
  }

  @Test
  void aLostTokenFileIsReplacedByANewToken() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      String old = plane.token("auditor");
      Files.delete(directory.resolve("tokens/auditor.token"));
      plane.plane.close();
      plane.start();
      assertNotEquals(old, plane.token("auditor"));
      assertEquals(200, plane.get("auditor", "/v1/keys").statusCode());
      HttpResponse<String> withOld =
          plane.send(
              plane.request(null, "/v1/keys").header("Authorization", "Bearer " + old).GET());
      assertTrue(TestPlane.isProblem(withOld, ErrorCode.UNAUTHENTICATED));
    }
  }

  @Test
  void nothingHappensThatTheAuditLogCannotTake() throws Exception {
    try (TestPlane plane = TestPlane.withLittleRoom(directory)) {
      int requests = 0;
      while (plane.get("auditor", "/v1/keys").statusCode() == 200) {
        assertTrue(++requests < AuditLogConfig.BYTES_MAX_LEAST / 100);
      }
      HttpResponse<String> refused =
          plane.post("crypto-officer", "/v1/keys", TestPlane.keyDocument("never"), Map.of());
      assertTrue(TestPlane.isProblem(refused, ErrorCode.AUDIT_UNAVAILABLE), refused.body());
      assertEquals(503, plane.get(null, "/health/ready").statusCode());
      plane.plane.close();
      try (Store store = Store.open(plane.location(), Clock.systemUTC())) {
        boolean taken = store.read(tx -> tx.keys().isAliasTaken("default", "never"));
        assertFalse(taken);
      }
    }
  }

  @Test
  void startsWithAFullAuditLogWhenADigestKeyIsDue() throws Exception {
    try (TestPlane plane = TestPlane.withLittleRoom(directory)) {
      int requests = 0;
      while (plane.get("auditor", "/v1/keys").statusCode() == 200) {
        assertTrue(++requests < AuditLogConfig.BYTES_MAX_LEAST / 100);
      }
      plane.clock.advance(Duration.ofDays(366));
      plane.plane.close();
      plane.start();
      assertEquals(200, plane.get(null, "/health/live").statusCode());
      int year = plane.clock.instant().atOffset(ZoneOffset.UTC).getYear();
      assertTrue(
          plane.audit().stream()
              .noneMatch(
                  event ->
                      event.getString("action").equals("audit-digest-key:create")
                          && event.getString("key").startsWith("" + year)),
          "the log is full still");
    }
  }
}
