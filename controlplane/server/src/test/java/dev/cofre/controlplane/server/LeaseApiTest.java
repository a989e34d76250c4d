package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines, roles and leases against a real PostgreSQL: who may what, and what is there when. */
class LeaseApiTest {
  @TempDir static Path directory;
  private static LeasePlane vault;

  @BeforeAll
  static void start() throws Exception {
    vault = new LeasePlane(directory);
    vault.enrol();
  }

  @AfterAll
  static void stop() throws Exception {
    vault.close();
  }

  private static boolean isProblem(HttpResponse<String> answer, ErrorCode code) {
    return TestPlane.isProblem(answer, code);
  }

  @Test
  void nobodyKnowsTheRootPasswordAfterEnrolment() throws Exception {
    assertFalse(vault.target.takes(TargetServer.ROOT, TargetServer.ROOT_PASSWORD));
    JsonObject engine = LeasePlane.ok(200, vault.plane.get("app-owner", "/v1/secret-engines/pg"));
    assertEquals(false, engine.getBoolean("rotating"));
    assertFalse(engine.encode().contains("nvelope"));
    HttpResponse<String> tooEarly = vault.plane.post("app-owner", rotateRoot());
    assertTrue(isProblem(tooEarly, ErrorCode.CONFLICT), tooEarly.body());
  }

  private static String rotateRoot() {
    return "/v1/secret-engines/pg/rotate-root";
  }

  @Test
  void aCredentialWorksUntilItIsRevoked() throws Exception {
    JsonObject issued = vault.issue(null);
    assertTrue(vault.works(issued));
    assertEquals("ACTIVE", issued.getString("state"));
    assertEquals(
        Instant.parse(issued.getString("issuedAt")).plusSeconds(600),
        Instant.parse(issued.getString("expiresAt")));
    assertTrue(
        vault.plane.audit().stream()
            .anyMatch(
                event ->
                    event.getString("action").equals("lease:issue")
                        && event.encode().contains(issued.getString("id"))
                        && event.encode().contains(issued.getString("userName"))));
    JsonObject shown = vault.lease(issued);
    assertFalse(shown.containsKey("password"));
    String path = "/v1/leases/" + issued.getString("id");
    JsonObject longer =
        LeasePlane.ok(
            200, vault.post("app", path + "/renew", new JsonObject().put("ttlSeconds", 1_200)));
    assertTrue(longer.getString("expiresAt").compareTo(issued.getString("expiresAt")) > 0);
    JsonObject capped =
        LeasePlane.ok(
            200, vault.post("app", path + "/renew", new JsonObject().put("ttlSeconds", 99_999)));
    assertEquals(issued.getString("maxExpiresAt"), capped.getString("expiresAt"));
    LeasePlane.ok(200, vault.plane.post("app", path + "/revoke"));
    vault.awaitGone(issued);
    assertFalse(vault.works(issued));
    assertEquals("revoked", vault.lease(issued).getString("reason"));
    assertTrue(isProblem(vault.post("app", path + "/renew", new JsonObject()), ErrorCode.CONFLICT));
    Await.until(
        "it is on the log that it is gone",
        () ->
            vault.plane.audit().stream()
                .anyMatch(
                    event ->
                        event.getString("action").equals("lease:end")
                            && event.encode().contains(issued.getString("id"))));
  }

  @Test
  void withoutAGrantARoleAndNoRoleAreTheSame() throws Exception {
    LeasePlane.ok(201, vault.put("app-owner", "/v1/secret-engines/pg/roles/x", LeasePlane.role()));
    HttpResponse<String> there =
        vault.post("app", "/v1/leases", new JsonObject().put("engine", "pg").put("role", "x"));
    HttpResponse<String> not =
        vault.post("app", "/v1/leases", new JsonObject().put("engine", "no").put("role", "x"));
    assertTrue(isProblem(there, ErrorCode.NOT_FOUND), there.body());
    JsonObject one = new JsonObject(there.body());
    JsonObject other = new JsonObject(not.body());
    one.remove("requestId");
    other.remove("requestId");
    assertEquals(one, other);
    for (String who : List.of("app-owner", "security-admin", "auditor", "crypto-officer")) {
      assertEquals(
          403,
          vault
              .post(who, "/v1/leases", new JsonObject().put("engine", "pg").put("role", "reader"))
              .statusCode(),
          who);
    }
  }

  @Test
  void aRepetitionMakesNoSecondCredential() throws Exception {
    String body = new JsonObject().put("engine", "pg").put("role", "reader").encode();
    Map<String, String> key = Map.of("Idempotency-Key", "one-lease");
    JsonObject issued = LeasePlane.ok(200, vault.plane.post("app", "/v1/leases", body, key));
    HttpResponse<String> again = vault.plane.post("app", "/v1/leases", body, key);
    assertTrue(isProblem(again, ErrorCode.CONFLICT), again.body());
    assertTrue(again.body().contains(issued.getString("id")));
    assertFalse(again.body().contains(issued.getString("password")));
  }

  @Test
  void aRoleHasNoMoreLeasesThanItSays() throws Exception {
    LeasePlane.ok(
        201,
        vault.put(
            "app-owner", "/v1/secret-engines/pg/roles/few", LeasePlane.role().put("leasesMax", 1)));
    LeasePlane.ok(
        200,
        vault.put(
            "security-admin", "/v1/secret-engines/pg/roles/few/grants/app", new JsonObject()));
    JsonObject wanted = new JsonObject().put("engine", "pg").put("role", "few");
    JsonObject first = LeasePlane.ok(200, vault.post("app", "/v1/leases", wanted));
    HttpResponse<String> second = vault.post("app", "/v1/leases", wanted);
    assertTrue(isProblem(second, ErrorCode.QUOTA_EXCEEDED), second.body());
    HttpResponse<String> used = vault.delete("app-owner", "/v1/secret-engines/pg/roles/few");
    assertTrue(isProblem(used, ErrorCode.CONFLICT), used.body());
    JsonObject selection = new JsonObject().put("engine", "pg").put("role", "few");
    JsonObject dry =
        LeasePlane.ok(
            200,
            vault.post("app-owner", "/v1/lease-revocations", selection.copy().put("dryRun", true)));
    assertEquals(1, dry.getInteger("leases"));
    assertEquals("ACTIVE", vault.lease(first).getString("state"));
    assertEquals(
        1,
        LeasePlane.ok(200, vault.post("security-admin", "/v1/lease-revocations", selection))
            .getInteger("leases"));
    vault.awaitGone(first);
    LeasePlane.ok(200, vault.post("app", "/v1/leases", wanted));
  }

  @Test
  void whoseGrantWasTakenBackRenewsNoLease() throws Exception {
    String role = "/v1/secret-engines/pg/roles/taken";
    LeasePlane.ok(201, vault.put("app-owner", role, LeasePlane.role()));
    LeasePlane.ok(200, vault.put("security-admin", role + "/grants/app", new JsonObject()));
    JsonObject wanted = new JsonObject().put("engine", "pg").put("role", "taken");
    JsonObject issued = LeasePlane.ok(200, vault.post("app", "/v1/leases", wanted));
    LeasePlane.ok(204, vault.delete("security-admin", role + "/grants/app"));
    String renew = "/v1/leases/" + issued.getString("id") + "/renew";
    assertTrue(isProblem(vault.post("app", renew, new JsonObject()), ErrorCode.FORBIDDEN));
    assertTrue(isProblem(vault.post("app", "/v1/leases", wanted), ErrorCode.NOT_FOUND));
    assertTrue(vault.works(issued), "it lives on until it is revoked");
  }

  @Test
  void aWorkloadSeesAndEndsItsOwnLeasesAlone() throws Exception {
    HttpResponse<String> others =
        vault.post("app", "/v1/lease-revocations", new JsonObject().put("principal", "another"));
    assertEquals(403, others.statusCode(), others.body());
    assertEquals(
        new JsonArray(),
        LeasePlane.ok(200, vault.plane.get("app", "/v1/leases?engine=none")).getJsonArray("items"));
    assertEquals(404, vault.plane.get("app-owner", "/v1/leases?engine=none").statusCode());
    assertEquals(404, vault.plane.get("app", "/v1/secret-engines/pg").statusCode());
    assertEquals(400, vault.plane.get("app", "/v1/leases?role=%00").statusCode());
  }

  @Test
  void hostileDocumentsAreRefused() throws Exception {
    for (String host :
        List.of("example.com", "localhost:1/x?socketFactory=evil", "localhost,evil", "[::1]")) {
      HttpResponse<String> answer =
          vault.post("app-owner", "/v1/secret-engines", vault.draft("bad").put("host", host));
      assertTrue(isProblem(answer, ErrorCode.INVALID_REQUEST), answer.body());
    }
    for (String field : List.of("database", "rootUser")) {
      for (String value : List.of("shop?sslfactory=evil", "a;b", "a\"b", "")) {
        HttpResponse<String> answer =
            vault.post("app-owner", "/v1/secret-engines", vault.draft("bad").put(field, value));
        assertTrue(isProblem(answer, ErrorCode.INVALID_REQUEST), field + " " + value);
      }
    }
    JsonObject grant =
        new JsonObject()
            .put("on", "tables")
            .put("schema", "sales")
            .put("privileges", new JsonArray().add("SELECT on x to public; drop table y; --"));
    HttpResponse<String> answer =
        vault.put(
            "app-owner",
            "/v1/secret-engines/pg/roles/bad",
            LeasePlane.role().put("grants", new JsonArray().add(grant)));
    assertTrue(isProblem(answer, ErrorCode.INVALID_REQUEST), answer.body());
    assertEquals(
        400,
        vault
            .put("app-owner", "/v1/secret-engines/pg/roles/a'%3B--", LeasePlane.role())
            .statusCode());
  }

  @Test
  void hostileGrantsOfARoleGiveNothingAndLeaveNothing() throws Exception {
    JsonObject grant =
        new JsonObject()
            .put("on", "tables")
            .put("schema", "sales\"; alter role vault_root superuser; --")
            .put("names", new JsonArray().add("orders\" to public; --"))
            .put("privileges", new JsonArray().add("SELECT"));
    LeasePlane.ok(
        201,
        vault.put(
            "app-owner",
            "/v1/secret-engines/pg/roles/hostile",
            LeasePlane.role().put("grants", new JsonArray().add(grant))));
    LeasePlane.ok(
        200,
        vault.put(
            "security-admin", "/v1/secret-engines/pg/roles/hostile/grants/app", new JsonObject()));
    HttpResponse<String> refused =
        vault.post(
            "app", "/v1/leases", new JsonObject().put("engine", "pg").put("role", "hostile"));
    assertTrue(isProblem(refused, ErrorCode.CONFLICT), refused.body());
    assertEquals(
        List.of("f"),
        vault.target.texts("select rolsuper from pg_roles where rolname = 'vault_root'"));
    assertTrue(vault.target.users().stream().noneMatch(user -> user.startsWith("cofre_hostile")));
    Await.until(
        "what was written ahead for it has ended",
        () ->
            LeasePlane.ok(
                        200,
                        vault.plane.get("auditor", "/v1/leases?role=hostile&state=REVOKED&limit=5"))
                    .getJsonArray("items")
                    .size()
                == 1);
  }

  @Test
  void aSystemThatTakesAnyPasswordIsNotEnrolled() throws Exception {
    // The superuser of the tests is let in without one.
    HttpResponse<String> open =
        vault.post(
            "app-owner", "/v1/secret-engines", vault.draft("open").put("rootUser", "postgres"));
    assertTrue(isProblem(open, ErrorCode.CONFLICT), open.body());
    assertTrue(open.body().contains("scram-sha-256"), open.body());
    HttpResponse<String> wrong =
        vault.post(
            "app-owner",
            "/v1/secret-engines",
            vault.draft("wrong").put("value", LeasePlane.coded("not-it")));
    assertTrue(isProblem(wrong, ErrorCode.CONFLICT), wrong.body());
    assertEquals(404, vault.plane.get("auditor", "/v1/secret-engines/wrong").statusCode());
  }

  @Test
  void noPasswordIsStoredOrLogged() throws Exception {
    JsonObject issued = vault.issue(null);
    String password = issued.getString("password");
    try (Stream<Path> files = Files.walk(directory.resolve("plane"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("tokens")) {
          String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
          assertFalse(text.contains(password), file.toString());
          assertFalse(text.contains(TargetServer.ROOT_PASSWORD), file.toString());
        }
      }
    }
    String log = vault.target.statementLog();
    assertTrue(log.contains(issued.getString("userName")));
    assertFalse(log.contains(password));
  }

  @Test
  void whatIsDueGoesAndWhatIsNotStays() throws Exception {
    JsonObject brief = vault.issue(60);
    JsonObject longer = vault.issue(3_600);
    vault.plane.clock.advance(Duration.ofSeconds(90));
    vault.awaitGone(brief);
    assertEquals("expired", vault.lease(brief).getString("reason"));
    assertTrue(vault.works(longer));
    assertEquals("ACTIVE", vault.lease(longer).getString("state"));
  }
}
