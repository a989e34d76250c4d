package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.tombstone.TombstoneVerifier;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The states of keys and versions over HTTP, with the scheduler at work and the clock moved. */
class LifecycleApiTest {
  private static final String OFFICER = "crypto-officer";

  @TempDir Path directory;
  private TestPlane plane;

  @BeforeEach
  void start() throws Exception {
    plane = TestPlane.in(directory);
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  @Test
  void aKeyIsDestroyedAfterItsWaitingPeriodAndLeavesATombstone() throws Exception {
    JsonObject made = plane.createKey("doomed");
    String kek = "kek-" + made.getString("id") + "-1";
    move("doomed", "disable");
    JsonObject scheduled = approved(post("doomed/schedule-destruction", "{\"days\":7}"));
    assertEquals("PENDING_DESTRUCTION", scheduled.getString("state"));
    assertEquals("DISABLED", scheduled.getString("stateBefore"));
    assertEquals(OFFICER, scheduled.getString("destructionScheduledBy"));
    Duration waits =
        Duration.between(
            Instant.parse(scheduled.getString("updatedAt")),
            Instant.parse(scheduled.getString("destroyAt")));
    assertEquals(Duration.ofDays(7), waits);
    assertTrue(
        TestPlane.isProblem(
            plane.post(OFFICER, "/v1/keys/doomed/rotate"), ErrorCode.KEY_PENDING_DESTRUCTION));
    assertTrue(
        TestPlane.isProblem(
            plane.get("auditor", "/v1/keys/doomed/tombstone"), ErrorCode.NOT_FOUND));

    plane.clock.advance(Duration.ofDays(7).minusHours(1));
    assertEquals("PENDING_DESTRUCTION", state("doomed"));
    try (Hsm hsm = SoftHsmToken.login()) {
      assertTrue(hsm.hasKek(kek));
      plane.clock.advance(Duration.ofHours(2));
      awaitState("doomed", "DESTROYED");
      assertFalse(hsm.hasKek(kek));
    }

    JsonObject tombstone = body(plane.get("auditor", "/v1/keys/doomed/tombstone"));
    assertEquals(
        tombstone, body(plane.get("auditor", "/v1/keys/" + made.getString("id") + "/tombstone")));
    byte[] signed = Base64.getDecoder().decode(tombstone.getString("signed"));
    TombstoneVerifier verifier =
        TombstoneVerifier.fromPem(Files.readString(directory.resolve("snapshot.pem")));
    byte[] signature = Base64.getDecoder().decode(tombstone.getString("signature"));
    assertTrue(verifier.verifies(signed, signature));
    signed[signed.length / 2] ^= 1;
    assertFalse(verifier.verifies(signed, signature));
    JsonObject document = tombstone.getJsonObject("document");
    assertEquals(made.getString("id"), document.getString("key"));
    assertEquals("doomed", document.getString("alias"));
    assertEquals(OFFICER, document.getString("scheduledBy"));
    assertEquals("system:scheduler", document.getString("destroyedBy"));
    assertEquals(kek, document.getJsonArray("versions").getJsonObject(0).getString("kek"));
    for (String phase : List.of("begin", "end")) {
      assertTrue(
          plane.audit().stream()
              .anyMatch(
                  event ->
                      event.getString("action").equals("key:destroy")
                          && event.getString("phase").equals(phase)
                          && event.getString("principal").equals("system:scheduler")));
    }
    assertTrue(
        TestPlane.isProblem(
            plane.post(OFFICER, "/v1/keys/doomed/cancel-destruction"), ErrorCode.CONFLICT));
    assertEquals(200, plane.get(null, "/health/ready").statusCode());
  }

  @Test
  void aDestructionIsCancelledAndTheKeyIsWhatItWas() throws Exception {
    plane.createKey("spared");
    move("spared", "compromise");
    HttpResponse<String> wrong = post("spared/schedule-destruction", "{\"days\":6,\"colour\":1}");
    assertTrue(TestPlane.isProblem(wrong, ErrorCode.INVALID_REQUEST));
    assertEquals(2, new JsonObject(wrong.body()).getJsonArray("errors").size());
    JsonObject scheduled = approved(plane.post(OFFICER, "/v1/keys/spared/schedule-destruction"));
    JsonObject again = body(plane.post(OFFICER, "/v1/keys/spared/schedule-destruction"));
    assertEquals(scheduled, again, "done already");
    assertEquals("COMPROMISED", move("spared", "cancel-destruction").getString("state"));
    assertTrue(
        TestPlane.isProblem(plane.post(OFFICER, "/v1/keys/spared/enable"), ErrorCode.CONFLICT));
    plane.clock.advance(Duration.ofDays(60));
    assertEquals("COMPROMISED", state("spared"));
  }

  @Test
  void aKeyBecomesActiveAndExpiresByItself() throws Exception {
    JsonObject document =
        new JsonObject(TestPlane.keyDocument("planned"))
            .put("activatesAt", Instant.now().plus(Duration.ofDays(10)).toString())
            .put("expiresAt", Instant.now().plus(Duration.ofDays(20)).toString());
    assertEquals("PRE_ACTIVE", create(document).getString("state"));
    assertTrue(
        TestPlane.isProblem(plane.post(OFFICER, "/v1/keys/planned/rotate"), ErrorCode.CONFLICT));
    JsonObject manual =
        create(new JsonObject(TestPlane.keyDocument("manual")).put("preActive", true));
    assertEquals("PRE_ACTIVE", manual.getString("state"));
    plane.clock.advance(Duration.ofDays(11));
    awaitState("planned", "ACTIVE");
    plane.clock.advance(Duration.ofDays(10));
    awaitState("planned", "DEACTIVATED");
    assertEquals("PRE_ACTIVE", state("manual"));
    assertEquals("ACTIVE", move("manual", "activate").getString("state"));
  }

  @Test
  void keysAreRotatedByTheirClass() throws Exception {
    for (int i = 0; i < 60; i++) {
      plane.createKey("turning-" + i);
    }
    move("turning-3", "disable");
    plane.clock.advance(Duration.ofDays(366));
    for (int i = 0; i < 60; i++) {
      int expected = i == 3 ? 1 : 2;
      String alias = "turning-" + i;
      Await.until(
          alias + " is rotated", () -> show(alias).getInteger("currentVersion") == expected);
    }
    assertEquals(1, show("turning-3").getInteger("currentVersion"));
    long rotations =
        plane.audit().stream()
            .filter(
                event ->
                    event.getString("action").equals("key:rotate")
                        && "system:scheduler".equals(event.getString("principal")))
            .count();
    assertEquals(60, rotations, "59 and demo, each once");
  }

  @Test
  void aVersionIsDisabledAndDestroyedByItself() throws Exception {
    plane.createKey("versions");
    assertTrue(
        TestPlane.isProblem(
            post("versions/versions/1/schedule-destruction", "{}"), ErrorCode.CONFLICT),
        "it is the one that encrypts");
    move("versions", "rotate");
    JsonObject disabled = move("versions", "versions/1/disable");
    assertEquals("DISABLED", disabled.getJsonArray("versions").getJsonObject(0).getString("state"));
    assertEquals("ACTIVE", disabled.getString("state"));
    approved(post("versions/versions/1/schedule-destruction", "{}"));
    assertTrue(
        TestPlane.isProblem(
            plane.post(OFFICER, "/v1/keys/versions/versions/9/disable"), ErrorCode.NOT_FOUND));
    plane.clock.advance(Duration.ofDays(8));
    Await.until(
        "the job has run",
        () ->
            show("versions")
                .getJsonArray("versions")
                .getJsonObject(0)
                .getString("state")
                .equals("DESTROYED"));
    JsonObject document =
        body(plane.get("auditor", "/v1/keys/versions/versions/1/tombstone"))
            .getJsonObject("document");
    assertEquals("version", document.getString("scope"));
    assertEquals(1, document.getJsonArray("versions").size());
    assertEquals("ACTIVE", state("versions"));
  }

  @Test
  void onlyWhatTheRoleMayAndTheCallerHasSeen() throws Exception {
    plane.createKey("guarded");
    for (String role : List.of("security-admin", "auditor", "platform-admin")) {
      assertTrue(
          TestPlane.isProblem(
              plane.post(role, "/v1/keys/guarded/schedule-destruction"), ErrorCode.FORBIDDEN),
          role);
    }
    assertTrue(
        TestPlane.isProblem(
            plane.post(OFFICER, "/v1/keys/guarded/compromise", "", Map.of("If-Match", "\"9\"")),
            ErrorCode.PRECONDITION_FAILED));
    Map<String, String> once = Map.of("Idempotency-Key", "deactivate-1");
    String first = plane.post(OFFICER, "/v1/keys/guarded/deactivate", "{}", once).body();
    assertEquals(first, plane.post(OFFICER, "/v1/keys/guarded/deactivate", "{}", once).body());
    assertEquals("DEACTIVATED", new JsonObject(first).getString("state"));
  }

  @Test
  void aDestructionWaitsForAnotherOfficerAndIsOfTheKeyAsItWas() throws Exception {
    plane.createKey("two-hands");
    HttpResponse<String> asked = post("two-hands/schedule-destruction", "{}");
    assertEquals(202, asked.statusCode(), asked.body());
    JsonObject pending = new JsonObject(asked.body());
    assertTrue(
        pending.getJsonArray("changes").contains("+ state: \"PENDING_DESTRUCTION\""),
        pending::encode);
    assertEquals("ACTIVE", state("two-hands"));
    assertTrue(TestPlane.isProblem(plane.decide(OFFICER, pending), ErrorCode.FORBIDDEN));
    assertTrue(TestPlane.isProblem(plane.decide("security-admin", pending), ErrorCode.NOT_FOUND));
    assertEquals("ACTIVE", state("two-hands"));
    move("two-hands", "disable");
    JsonObject outdated = plane.approve("crypto-officer-2", asked);
    assertEquals("FAILED", outdated.getString("state"), outdated::encode);
    assertEquals(412, outdated.getJsonObject("answer").getInteger("status"));
    assertEquals("DISABLED", state("two-hands"));
    approved(post("two-hands/schedule-destruction", "{}"));
    assertEquals("PENDING_DESTRUCTION", state("two-hands"));
  }

  private JsonObject approved(HttpResponse<String> asked) throws Exception {
    JsonObject done = plane.approve("crypto-officer-2", asked);
    assertEquals("DONE", done.getString("state"), done::encode);
    return done.getJsonObject("answer").getJsonObject("document");
  }

  private JsonObject create(JsonObject document) throws Exception {
    HttpResponse<String> made = plane.post(OFFICER, "/v1/keys", document.encode(), Map.of());
    assertEquals(201, made.statusCode(), made.body());
    return new JsonObject(made.body());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return plane.post(OFFICER, "/v1/keys/" + path, body, Map.of());
  }

  private JsonObject move(String alias, String move) throws Exception {
    return body(plane.post(OFFICER, "/v1/keys/" + alias + "/" + move));
  }

  private static JsonObject body(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  private JsonObject show(String alias) throws Exception {
    return body(plane.get("auditor", "/v1/keys/" + alias));
  }

  private String state(String alias) throws Exception {
    return show(alias).getString("state");
  }

  private void awaitState(String alias, String state) throws Exception {
    Await.until(alias + " is " + state, () -> state(alias).equals(state));
  }
}
