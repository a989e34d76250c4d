package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaks of secrets, roles and principals are answered, in a real PostgreSQL. */
class IncidentApiTest {
  @TempDir static Path directory;
  private static IncidentPlane incidents;

  @BeforeAll
  static void start() throws Exception {
    incidents = new IncidentPlane(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    incidents.close();
  }

  private static JsonObject secret(String name) {
    return new JsonObject().put("secret", name).put("reason", "found in a repository");
  }

  private static JsonObject shown(String name) throws Exception {
    return LeasePlane.ok(200, incidents.plane.get("app-owner", RotationPlane.path(name)));
  }

  /** How many incidents there are; nobody else opens one meanwhile. */
  private static int count() throws Exception {
    JsonObject list = LeasePlane.ok(200, incidents.plane.get("auditor", "/v1/incidents?limit=500"));
    return list.getJsonArray("items").size();
  }

  @Test
  void aSecretOfTwoUsersIsRotatedUntilNothingThatLeakedOpensAnything() throws Exception {
    incidents.rotation.secret("two", "first");
    LeasePlane.ok(201, incidents.rotation.set("two", RotationPlane.draft(true, "two_a", "two_b")));
    Value before = incidents.rotation.value("two");
    Value leaked = incidents.rotation.awaitNext("two", before);
    assertTrue(incidents.rotation.works(before) && incidents.rotation.works(leaked));

    JsonObject plan = incidents.plan(secret("two").put("overlapSeconds", 0));
    assertTrue(plan.getBoolean("dryRun"));
    assertTrue(
        plan.getJsonArray("words").getString(0).startsWith("PLAN for the leak of secret two:"));
    assertTrue(
        IncidentPlane.step(plan, "rotate", "two").getString("outcome").contains("twice"),
        plan::encode);
    assertEquals(leaked, incidents.rotation.value("two"));
    assertFalse(incidents.rotation.show("two").getBoolean("rotating"));
    assertEquals(List.of(), incidents.told("secret", "two"));

    JsonObject opened = incidents.open(secret("two").put("overlapSeconds", 0));
    JsonObject done = incidents.awaitDone(opened);
    Value now = incidents.rotation.value("two");
    assertEquals(leaked.version() + 2, now.version());
    assertTrue(incidents.rotation.works(now));
    assertFalse(incidents.rotation.works(leaked));
    assertFalse(incidents.rotation.works(before));
    assertEquals(2, IncidentPlane.step(done, "rotate", "two").getInteger("amount"));
    JsonObject reader = IncidentPlane.items(done, "readers").getFirst();
    assertEquals("app", reader.getString("principal"));
    assertTrue(reader.getInteger("reads") >= 2, done::encodePrettily);
    assertTrue(done.getJsonArray("words").getString(1).startsWith("DONE: all 3 steps"));
    assertEquals(leaked.version(), shown("two").getInteger("leakedToVersion"));
    assertFalse(shown("two").getBoolean("newValueNeeded"));

    Await.until("its owner is told", () -> incidents.told("secret", "two").size() == 1);
    JsonObject alert = incidents.told("secret", "two").getFirst();
    assertEquals("app-owner", alert.getJsonObject("subject").getString("owner"));
    assertTrue(alert.getString("command").startsWith("./cofre audit investigate --secret two"));
    JsonObject notices = LeasePlane.ok(200, incidents.plane.get("app-owner", "/v1/notices"));
    assertTrue(notices.encode().contains(opened.getString("id")), notices::encode);
    List<String> phases =
        incidents.records(opened).stream().map(event -> event.getString("phase")).toList();
    assertTrue(
        phases.containsAll(List.of("rotate:waiting", "rotate:done", "notify:done", "trace:done")),
        phases::toString);
    assertEquals("done", phases.getLast());
    assertTrue(
        incidents.records(opened).stream()
            .allMatch(event -> event.getString("principal").equals("security-admin")));
    String log = String.join("", incidents.plane.audit().stream().map(JsonObject::encode).toList());
    assertFalse(log.contains(leaked.password()) || done.encode().contains(leaked.password()));
  }

  @Test
  void readersHaveTheOverlapToTakeTheNewValue() throws Exception {
    incidents.rotation.secret("slow", "first");
    LeasePlane.ok(
        201, incidents.rotation.set("slow", RotationPlane.draft(true, "slow_a", "slow_b")));
    Value before = incidents.rotation.value("slow");
    Value leaked = incidents.rotation.awaitNext("slow", before);
    JsonObject opened = incidents.open(secret("slow").put("overlapSeconds", 900));
    awaitOverlap(opened, leaked.version());
    assertTrue(incidents.rotation.works(before), "clients may use it still");
    incidents.plane.clock.advance(java.time.Duration.ofSeconds(1_000));
    awaitOverlap(opened, leaked.version() + 1);
    assertFalse(incidents.rotation.works(before));
    assertTrue(incidents.rotation.works(leaked));
    incidents.plane.clock.advance(java.time.Duration.ofSeconds(1_000));
    incidents.awaitDone(opened);
    assertFalse(incidents.rotation.works(leaked));
    assertTrue(incidents.rotation.works(incidents.rotation.value("slow")));
  }

  private static void awaitOverlap(JsonObject opened, int version) throws Exception {
    Await.until(
        "it says until when readers have to take version " + version,
        () -> {
          String outcome =
              IncidentPlane.step(incidents.show(opened), "rotate", "slow").getString("outcome");
          return outcome.startsWith("readers have until")
              && outcome.contains("to take version " + version + ";");
        });
  }

  @Test
  void aSecretThatTheVaultCannotMakeWaitsForItsOwner() throws Exception {
    incidents.rotation.secret("made-elsewhere", "leaked");
    JsonObject opened = incidents.open(secret("made-elsewhere"));
    Await.until(
        "the owner alone is waited for",
        () ->
            incidents.show(opened).getJsonArray("steps").stream()
                .map(JsonObject.class::cast)
                .allMatch(
                    step ->
                        step.getString("state")
                            .equals(
                                step.getString("action").equals("renew") ? "WAITING" : "DONE")));
    assertEquals("OPEN", incidents.show(opened).getString("state"));
    assertTrue(shown("made-elsewhere").getBoolean("newValueNeeded"));
    HttpResponse<String> again =
        incidents.vault.post("security-admin", "/v1/incidents", secret("made-elsewhere"));
    assertTrue(TestPlane.isProblem(again, ErrorCode.CONFLICT), again.body());
    assertTrue(again.body().contains(opened.getString("id")));

    JsonObject next = new JsonObject().put("value", LeasePlane.coded("another"));
    LeasePlane.ok(
        201,
        incidents.vault.post(
            "app-owner", RotationPlane.path("made-elsewhere") + "/versions", next));
    JsonObject done = incidents.awaitDone(opened);
    assertEquals(
        "app-owner wrote version 2",
        IncidentPlane.step(done, "renew", "made-elsewhere").getString("outcome"));
    assertFalse(shown("made-elsewhere").getBoolean("newValueNeeded"));
  }

  @Test
  void credentialsOfARoleGoAndFreshOnesAreMade() throws Exception {
    JsonObject issued = incidents.vault.issue(null);
    JsonObject plan = incidents.plan(secret("pg/reader"));
    assertTrue(
        IncidentPlane.step(plan, "revoke-leases", "pg/reader")
            .getString("outcome")
            .startsWith("ends "));
    assertTrue(incidents.vault.works(issued));
    JsonObject done = incidents.awaitDone(incidents.open(secret("pg/reader")));
    assertFalse(incidents.vault.works(issued));
    assertEquals("leak", incidents.vault.lease(issued).getString("reason"));
    assertEquals("app", IncidentPlane.items(done, "readers").getFirst().getString("principal"));
    Await.until("its owner is told", () -> !incidents.told("role", "pg/reader").isEmpty());
    assertTrue(incidents.vault.works(incidents.vault.issue(null)));
  }

  @Test
  void aPrincipalIsCutOffAndWhatItReadIsDealtWith() throws Exception {
    String id = "leaked-app";
    String token = TestPlane.freshToken();
    JsonObject made = new JsonObject().put("id", id).put("roles", List.of("workload"));
    LeasePlane.ok(201, incidents.vault.post("security-admin", "/v1/principals", made));
    give(id, token);
    incidents.rotation.secret("read", "known");
    incidents.rotation.secret("not-read", "unknown");
    for (String name : List.of("read", "not-read")) {
      LeasePlane.ok(
          200,
          incidents.vault.put(
              "security-admin", RotationPlane.path(name) + "/grants/" + id, new JsonObject()));
    }
    LeasePlane.ok(
        200,
        incidents.vault.put(
            "security-admin", "/v1/secret-engines/pg/roles/reader/grants/" + id, new JsonObject()));
    establish(id);
    assertEquals(200, as(token, "GET", RotationPlane.path("read") + "/value", null).statusCode());
    JsonObject wanted = new JsonObject().put("engine", "pg").put("role", "reader");
    JsonObject issued = LeasePlane.ok(200, as(token, "POST", "/v1/leases", wanted));
    JsonObject certificate =
        LeasePlane.ok(
            200,
            as(token, "POST", "/v1/certificates", CertificatePlane.named("shop-ca", "localhost")));

    JsonObject leak = new JsonObject().put("principal", id).put("reason", "token in a log");
    Await.until(
        "the archive knows what was read",
        () -> incidents.plan(leak).getJsonArray("steps").size() == 7);
    assertEquals(200, as(token, "GET", RotationPlane.path("read"), null).statusCode());
    assertTrue(incidents.vault.works(issued));

    JsonObject opened = incidents.open(leak);
    Await.until(
        "it is cut off",
        () -> as(token, "GET", RotationPlane.path("read"), null).statusCode() == 401);
    Await.until("its lease is gone", () -> !incidents.vault.works(issued));
    Await.until(
        "the owner of what it read is asked",
        () -> shown("read").getBoolean("newValueNeeded", false));
    JsonObject next = new JsonObject().put("value", LeasePlane.coded("another"));
    LeasePlane.ok(
        201, incidents.vault.post("app-owner", RotationPlane.path("read") + "/versions", next));
    JsonObject done = incidents.awaitDone(opened);
    assertEquals(1, IncidentPlane.step(done, "cut-off", id).getInteger("amount"));
    assertEquals(1, IncidentPlane.step(done, "revoke-leases", id).getInteger("amount"));
    assertEquals(1, IncidentPlane.step(done, "revoke-certificates", id).getInteger("amount"));
    assertEquals(
        "REVOKED",
        LeasePlane.ok(
                200,
                incidents.plane.get("auditor", "/v1/certificates/" + certificate.getString("id")))
            .getString("state"));
    assertEquals("read", IncidentPlane.items(done, "secretsRead").getFirst().getString("secret"));
    assertFalse(shown("not-read").containsKey("newValueNeeded"));
    Await.until("owners are told", () -> incidents.told("secret", "read").size() == 1);
    assertEquals(1, incidents.told("principal", id).size());

    // It is the same principal with the same rights when it gets another token: no one person has
    // that.
    String fresh = TestPlane.freshToken();
    HttpResponse<String> asked = asked(id, fresh);
    assertEquals(202, asked.statusCode(), asked.body());
    assertEquals(401, as(fresh, "GET", RotationPlane.path("read"), null).statusCode());
    assertEquals("DONE", incidents.plane.approve("security-admin-2", asked).getString("state"));
    assertEquals(200, as(fresh, "GET", RotationPlane.path("read") + "/value", null).statusCode());
    assertEquals(401, as(token, "GET", RotationPlane.path("read"), null).statusCode());
  }

  private static void establish(String reader) throws Exception {
    LeasePlane.ok(
        201,
        incidents.vault.post(
            "app-owner",
            CertificatePlane.AUTHORITIES,
            CertificatePlane.authority("shop-ca", "ec-p256")));
    String role = CertificatePlane.AUTHORITIES + "/shop-ca/roles/shop";
    LeasePlane.ok(201, incidents.vault.put("app-owner", role, CertificatePlane.role()));
    LeasePlane.ok(
        200, incidents.vault.put("security-admin", role + "/grants/" + reader, new JsonObject()));
  }

  private static void give(String id, String token) throws Exception {
    HttpResponse<String> given = asked(id, token);
    assertEquals(204, given.statusCode(), given.body());
  }

  private static HttpResponse<String> asked(String id, String token) throws Exception {
    return incidents.plane.post(
        "security-admin",
        "/v1/principals/" + id + "/token",
        TestPlane.tokenDocument(token),
        Map.of());
  }

  private static HttpResponse<String> as(String token, String method, String path, JsonObject body)
      throws Exception {
    return incidents.plane.send(
        incidents
            .plane
            .request(null, path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? java.net.http.HttpRequest.BodyPublishers.noBody()
                    : java.net.http.HttpRequest.BodyPublishers.ofString(body.encode())));
  }

  @Test
  void nobodyLeavesTooFewToApprove() throws Exception {
    JsonObject admin = new JsonObject().put("principal", "security-admin-2");
    for (String path : List.of("/v1/incident-plans", "/v1/incidents")) {
      HttpResponse<String> refused = incidents.vault.post("security-admin", path, admin);
      assertTrue(TestPlane.isProblem(refused, ErrorCode.CONFLICT), refused.body());
      assertTrue(refused.body().contains("fewer than two security-admins"), refused.body());
    }
    assertEquals(200, incidents.plane.get("security-admin-2", "/v1/incidents").statusCode());
  }

  @Test
  void whatIsNotThereAndWhatIsWrongIsToldAndChangesNothing() throws Exception {
    int before = count();
    for (String name : List.of("absent", "pg/absent", "absent/reader")) {
      for (String path : List.of("/v1/incident-plans", "/v1/incidents")) {
        HttpResponse<String> answer = incidents.vault.post("security-admin", path, secret(name));
        assertTrue(TestPlane.isProblem(answer, ErrorCode.NOT_FOUND), answer.body());
      }
    }
    for (String id : List.of("absent", "node")) {
      HttpResponse<String> answer =
          incidents.vault.post(
              "security-admin", "/v1/incidents", new JsonObject().put("principal", id));
      assertTrue(answer.statusCode() == 404 || answer.statusCode() == 403, answer.body());
    }
    for (JsonObject wrong :
        List.of(
            new JsonObject(),
            secret("x").put("principal", "y"),
            secret("x").put("force", true),
            secret("x").put("overlapSeconds", 3_601),
            secret("x").put("since", "2099-01-01T00:00:00Z"))) {
      HttpResponse<String> answer = incidents.vault.post("security-admin", "/v1/incidents", wrong);
      assertTrue(TestPlane.isProblem(answer, ErrorCode.INVALID_REQUEST), answer.body());
    }
    assertEquals(before, count());
  }

  @Test
  void whatWasClosedSaysWhatWasNotDone() throws Exception {
    incidents.rotation.secret("given-up", "leaked");
    JsonObject opened = incidents.open(secret("given-up"));
    Await.until(
        "it waits",
        () ->
            IncidentPlane.step(incidents.show(opened), "renew", "given-up")
                .getString("state")
                .equals("WAITING"));
    JsonObject reason = new JsonObject().put("reason", "the account was removed by hand");
    String path = IncidentPlane.path(opened) + "/close";
    JsonObject closed = LeasePlane.ok(200, incidents.vault.post("security-admin", path, reason));
    assertEquals("CLOSED", closed.getString("state"));
    assertEquals("security-admin", closed.getString("endedBy"));
    assertEquals("GIVEN_UP", IncidentPlane.step(closed, "renew", "given-up").getString("state"));
    assertTrue(
        closed.getJsonArray("words").getString(1).contains("NOT DONE: renew given-up"),
        closed::encodePrettily);
    HttpResponse<String> again = incidents.vault.post("security-admin", path, reason);
    assertTrue(TestPlane.isProblem(again, ErrorCode.CONFLICT), again.body());
    JsonObject list = LeasePlane.ok(200, incidents.plane.get("auditor", "/v1/incidents?limit=500"));
    assertTrue(list.encode().contains(opened.getString("id")));
  }

  @Test
  void aRepetitionIsAnsweredAgain() throws Exception {
    incidents.rotation.secret("repeated", "leaked");
    Map<String, String> key = Map.of("Idempotency-Key", "leak-repeated");
    String body = secret("repeated").encode();
    JsonObject first =
        LeasePlane.ok(201, incidents.plane.post("security-admin", "/v1/incidents", body, key));
    JsonObject again =
        LeasePlane.ok(201, incidents.plane.post("security-admin", "/v1/incidents", body, key));
    assertEquals(first, again);
  }
}
