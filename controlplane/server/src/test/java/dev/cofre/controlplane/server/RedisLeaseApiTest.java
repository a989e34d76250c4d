package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines, roles, leases and rotations against a real Redis, by the control plane's calls. */
class RedisLeaseApiTest {
  private static final String ROLES = "/v1/secret-engines/pg/roles/";

  @TempDir static Path directory;
  private static LeasePlane vault;
  private static RotationPlane rotation;
  private static RedisServer redis;

  @BeforeAll
  static void start() throws Exception {
    redis = RedisServer.start(directory);
    vault = new LeasePlane(directory, redis);
    rotation = new RotationPlane(vault);
  }

  @AfterAll
  static void stop() throws Exception {
    if (rotation != null) {
      rotation.close();
    }
  }

  private static void assertInvalid(HttpResponse<String> answer, String word) {
    assertTrue(TestPlane.isProblem(answer, ErrorCode.INVALID_REQUEST), answer.body());
    assertTrue(answer.body().contains(word), answer.body());
  }

  @Test
  void nobodyKnowsTheRootPasswordAfterEnrolment() throws Exception {
    assertFalse(redis.takes(RedisServer.ROOT, RedisServer.ROOT_PASSWORD));
    JsonObject engine = LeasePlane.ok(200, vault.plane.get("app-owner", "/v1/secret-engines/pg"));
    assertEquals(false, engine.getBoolean("rotating"));
    assertEquals("redis", engine.getString("kind"));
    assertFalse(engine.containsKey("database"));
    HttpResponse<String> wrong =
        vault.post(
            "app-owner",
            "/v1/secret-engines",
            vault.draft("wrong").put("value", LeasePlane.coded("not-it")));
    assertTrue(TestPlane.isProblem(wrong, ErrorCode.CONFLICT), wrong.body());
  }

  @Test
  void aCredentialWorksUntilItIsRevoked() throws Exception {
    JsonObject issued = vault.issue(null);
    assertTrue(vault.works(issued));
    String path = "/v1/leases/" + issued.getString("id");
    JsonObject longer =
        LeasePlane.ok(
            200, vault.post("app", path + "/renew", new JsonObject().put("ttlSeconds", 1_200)));
    assertTrue(longer.getString("expiresAt").compareTo(issued.getString("expiresAt")) > 0);
    LeasePlane.ok(200, vault.plane.post("app", path + "/revoke"));
    vault.awaitGone(issued);
    assertFalse(vault.works(issued));
    assertEquals("revoked", vault.lease(issued).getString("reason"));
  }

  /** Redis itself ends nothing: it is the removal that does. */
  @Test
  void whatIsDueGoesAndWhatIsNotStays() throws Exception {
    JsonObject brief = vault.issue(60);
    JsonObject longer = vault.issue(3_600);
    vault.plane.clock.advance(Duration.ofSeconds(90));
    vault.awaitGone(brief);
    assertFalse(vault.works(brief));
    assertEquals("expired", vault.lease(brief).getString("reason"));
    assertTrue(vault.works(longer));
  }

  @Test
  void whatIsDueWhileItIsAwayGoesWhenItIsBackAndLeasesOutliveARestart() throws Exception {
    JsonObject brief = vault.issue(60);
    JsonObject longer = vault.issue(3_600);
    redis.kill();
    vault.plane.clock.advance(Duration.ofSeconds(90));
    Await.until("it was tried", () -> vault.lease(brief).getInteger("attempts") > 1);
    HttpResponse<String> away = vault.ask(600);
    assertTrue(TestPlane.isProblem(away, ErrorCode.TARGET_UNAVAILABLE), away.body());
    vault.plane.plane.close();
    vault.plane.start();
    redis.start();
    assertTrue(vault.works(brief), "it lives on without the vault, which is told in SECRETS.md");
    vault.awaitGone(brief);
    assertFalse(vault.works(brief));
    assertTrue(vault.works(longer));
  }

  @Test
  void whatTheSystemLostIsNotRenewed() throws Exception {
    JsonObject issued = vault.issue(600);
    redis.forget(issued.getString("userName"));
    HttpResponse<String> lost =
        vault.post("app", "/v1/leases/" + issued.getString("id") + "/renew", new JsonObject());
    assertTrue(TestPlane.isProblem(lost, ErrorCode.CONFLICT), lost.body());
    assertTrue(lost.body().contains("not there any more"), lost.body());
  }

  private static JsonObject role(String on, String name, String privilege) {
    JsonObject grant =
        new JsonObject()
            .put("on", on)
            .put("names", new JsonArray().add(name))
            .put("privileges", new JsonArray().add(privilege));
    return LeasePlane.role().put("grants", new JsonArray().add(grant));
  }

  @Test
  void hostileAndForeignDocumentsAreRefused() throws Exception {
    for (String hostile :
        List.of(
            "a ~*", "a\n", "a\0", "~*", "&*", "+@all", ">x", "#x", "(a", "a)", "\"a\"", "a'", "\\",
            "a@b", "é", "")) {
      assertInvalid(vault.put("app-owner", ROLES + "bad", role("keys", hostile, "READ")), "names");
      assertInvalid(
          vault.put("app-owner", ROLES + "bad", role("channels", hostile, "PUBLISH")), "names");
    }
    for (String privilege : List.of("ALL", "@all", "read", "READ +@all", "PUBLISH", "SELECT")) {
      assertInvalid(
          vault.put("app-owner", ROLES + "bad", role("keys", "a", privilege)), "privileges");
    }
    assertInvalid(vault.put("app-owner", ROLES + "bad", role("keys", "a", "HASH")), "READ");
    assertInvalid(vault.put("app-owner", ROLES + "bad", role("commands", "a", "READ")), "on");
    // A role of PostgreSQL; and what only others' objects can have.
    assertInvalid(vault.put("app-owner", ROLES + "bad", LeasePlane.role()), "redis");
    assertInvalid(
        vault.put(
            "app-owner", ROLES + "bad", role("keys", "a", "READ").put("ownedObjects", "drop")),
        "ownedObjects");
    JsonObject inSchema = role("keys", "a", "READ");
    inSchema.getJsonArray("grants").getJsonObject(0).put("schema", "sales");
    assertInvalid(vault.put("app-owner", ROLES + "bad", inSchema), "schema");
    assertInvalid(
        vault.post("app-owner", "/v1/secret-engines", vault.draft("bad").put("database", "0")),
        "database");
    assertEquals(404, vault.plane.get("auditor", ROLES + "bad").statusCode());
  }

  @Test
  void usersInTurnAreMadeAndRotated() throws Exception {
    rotation.secret("cache", "first");
    LeasePlane.ok(201, rotation.set("cache", rotation.ownDraft("cache_a", "cache_b")));
    Value first = rotation.value("cache");
    assertTrue(rotation.works(first));
    Value second = rotation.awaitNext("cache", first);
    assertFalse(first.user().equals(second.user()));
    assertTrue(rotation.works(second));
    assertTrue(rotation.works(first), "it works until the rotation after the next one");
    Value third = rotation.awaitNext("cache", second);
    assertTrue(rotation.works(third) && rotation.works(second));
    assertFalse(rotation.works(first));
    rotation.secret("other", "first");
    HttpResponse<String> taken =
        rotation.set("other", rotation.ownDraft("cache_a", RedisServer.ROOT));
    assertTrue(TestPlane.isProblem(taken, ErrorCode.CONFLICT), taken.body());
    rotation.secret("third", "first");
    assertInvalid(rotation.set("third", RotationPlane.draft(true, "third_a", "third_b")), "redis");
  }

  @Test
  void noPasswordIsStoredOrLogged() throws Exception {
    JsonObject issued = vault.issue(null);
    String password = issued.getString("password");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().contains("tokens")) {
          String text = Files.readString(file, StandardCharsets.ISO_8859_1);
          assertFalse(text.contains(password), file.toString());
          assertFalse(text.contains(RedisServer.ROOT_PASSWORD), file.toString());
        }
      }
    }
    assertTrue(redis.users().contains(issued.getString("userName")));
  }
}
