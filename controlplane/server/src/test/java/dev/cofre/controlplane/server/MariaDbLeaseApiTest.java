package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.MariaDbServer;
import dev.cofre.controlplane.server.dynamic.TestTarget;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines, leases and rotations by the API against a real MariaDB. */
class MariaDbLeaseApiTest {
  @TempDir static Path directory;
  private static RotationPlane rotation;
  private static LeasePlane vault;

  @BeforeAll
  static void start() throws Exception {
    vault = new LeasePlane(directory, MariaDbServer.start(directory));
    rotation = new RotationPlane(vault);
  }

  @AfterAll
  static void stop() throws Exception {
    rotation.close();
  }

  private static void assertProblem(ErrorCode code, HttpResponse<String> answer) {
    assertTrue(TestPlane.isProblem(answer, code), answer.statusCode() + answer.body());
  }

  @Test
  void nobodyKnowsTheRootPasswordAfterEnrolment() throws Exception {
    assertFalse(vault.target.takes(TestTarget.ROOT, TestTarget.ROOT_PASSWORD));
    JsonObject engine = LeasePlane.ok(200, vault.plane.get("app-owner", "/v1/secret-engines/pg"));
    assertEquals("mariadb", engine.getString("kind"));
    assertEquals(false, engine.getBoolean("rotating"));
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
    assertTrue(vault.works(issued));
    LeasePlane.ok(200, vault.plane.post("app", path + "/revoke"));
    vault.awaitGone(issued);
    assertFalse(vault.works(issued));
    String log = vault.target.statementLog();
    assertTrue(log.contains(issued.getString("userName")));
    assertFalse(log.contains(issued.getString("password")));
  }

  @Test
  void whatIsDueGoesAndWhatIsNotStays() throws Exception {
    JsonObject brief = vault.issue(60);
    JsonObject longer = vault.issue(3_600);
    vault.plane.clock.advance(Duration.ofSeconds(90));
    vault.awaitGone(brief);
    assertEquals("expired", vault.lease(brief).getString("reason"));
    assertTrue(vault.works(longer));
  }

  @Test
  void whatIsDueWhileTheSystemIsAwayGoesWhenItIsBack() throws Exception {
    JsonObject due = vault.issue(60);
    JsonObject valid = vault.issue(3_600);
    vault.target.stop();
    vault.plane.clock.advance(Duration.ofMinutes(10));
    assertProblem(ErrorCode.TARGET_UNAVAILABLE, vault.ask(null));
    Await.until("it was tried", () -> vault.lease(due).getInteger("attempts") > 0);
    vault.target.start();
    vault.awaitGone(due);
    assertTrue(vault.works(valid));
  }

  private static HttpResponse<String> put(String role, JsonObject grant) throws Exception {
    return vault.put(
        "app-owner",
        "/v1/secret-engines/pg/roles/" + role,
        LeasePlane.role().put("grants", new JsonArray().add(grant)));
  }

  private static JsonObject grant(String on, String privilege) {
    return new JsonObject()
        .put("on", on)
        .put("schema", "sales")
        .put("privileges", new JsonArray().add(privilege));
  }

  @Test
  void rolesSayWhatMariaDbKnowsAlone() throws Exception {
    for (JsonObject wrong :
        List.of(
            grant("tables", "TRUNCATE"),
            grant("tables", "TRIGGER"),
            grant("schema", "USAGE"),
            grant("schema", "EVENT"),
            grant("sequences", "SELECT"),
            grant("tables", "SELECT on x to public; drop table y; --"))) {
      assertProblem(ErrorCode.INVALID_REQUEST, put("wrong", wrong));
    }
    LeasePlane.ok(201, put("right", grant("schema", "CREATE VIEW")));
    JsonObject draft = RotationPlane.draft(true, "kind_a", "kind_b");
    draft.getJsonArray("grants").getJsonObject(0).put("on", "sequences");
    rotation.secret("kind", "first");
    assertProblem(ErrorCode.INVALID_REQUEST, rotation.set("kind", draft));
  }

  @Test
  void hostileGrantsOfARoleGiveNothingAndLeaveNothing() throws Exception {
    JsonObject hostile =
        grant("tables", "SELECT")
            .put("schema", "sales`.* to public; drop user vault_root; -- x")
            .put("names", new JsonArray().add("orders` to public; -- x"));
    LeasePlane.ok(201, put("hostile", hostile));
    LeasePlane.ok(
        200,
        vault.put(
            "security-admin", "/v1/secret-engines/pg/roles/hostile/grants/app", new JsonObject()));
    HttpResponse<String> refused =
        vault.post(
            "app", "/v1/leases", new JsonObject().put("engine", "pg").put("role", "hostile"));
    assertProblem(ErrorCode.CONFLICT, refused);
    assertTrue(vault.target.users().stream().noneMatch(user -> user.startsWith("cofre_hostile")));
    assertTrue(vault.works(vault.issue(null)));
  }

  @Test
  void eachValueOfARotationWorksUntilTheOneAfterTheNext() throws Exception {
    rotation.secret("made", "made by hand");
    LeasePlane.ok(201, rotation.set("made", RotationPlane.draft(true, "made_a", "made_b")));
    Value first = rotation.value("made");
    assertEquals("made_b", first.user());
    assertTrue(rotation.works(first));
    Value second = rotation.awaitNext("made", first);
    assertEquals("made_a", second.user());
    assertTrue(rotation.works(first) && rotation.works(second));
    LeasePlane.ok(200, rotation.rotate("made", false));
    Value third = rotation.value("made");
    assertEquals("made_b", third.user());
    assertTrue(rotation.works(second) && rotation.works(third));
    assertFalse(rotation.works(first));
    String log = vault.target.statementLog();
    for (Value value : List.of(first, second, third)) {
      assertFalse(log.contains(value.password()));
    }
  }

  @Test
  void aUserOfTheOperatorIsChangedAndTheOneInUseIsNot() throws Exception {
    vault.target.administer(
        "create user there_a identified by 'in-use'",
        "create user there_b identified by 'in-use-too'");
    rotation.secret("there", "{\"username\":\"there_b\",\"password\":\"in-use-too\"}");
    JsonObject draft = RotationPlane.draft(false, "there_a", "there_b");
    HttpResponse<String> foreign = rotation.set("there", draft);
    assertProblem(ErrorCode.CONFLICT, foreign);
    assertTrue(foreign.body().contains("GRANT PROXY ON"), foreign.body());
    vault.target.administer(
        "grant proxy on there_a to " + TestTarget.ROOT,
        "grant proxy on there_b to " + TestTarget.ROOT);
    LeasePlane.ok(201, rotation.set("there", draft));
    Value value = rotation.value("there");
    assertEquals("there_a", value.user());
    assertTrue(rotation.works(value));
    assertTrue(vault.target.takes("there_b", "in-use-too"));
    assertFalse(vault.target.takes("there_a", "in-use"));
  }

  @Test
  void aSystemThatIsNotWhatItIsSaidToBeIsNotEnrolled() throws Exception {
    JsonObject draft = vault.draft("wrong");
    assertProblem(
        ErrorCode.CONFLICT,
        vault.post(
            "app-owner", "/v1/secret-engines", draft.copy().put("value", LeasePlane.coded("no"))));
    vault.target.administer("create user weak identified by 'weak'");
    HttpResponse<String> weak =
        vault.post(
            "app-owner",
            "/v1/secret-engines",
            draft.copy().put("rootUser", "weak").put("value", LeasePlane.coded("weak")));
    assertProblem(ErrorCode.CONFLICT, weak);
    assertTrue(weak.body().contains("SELECT ON mysql.*"), weak.body());
    assertTrue(vault.target.takes("weak", "weak"), "nothing was changed");
    assertEquals(404, vault.plane.get("auditor", "/v1/secret-engines/wrong").statusCode());
  }
}
