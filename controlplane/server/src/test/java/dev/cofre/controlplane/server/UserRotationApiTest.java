package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that are rotated between two users of a real PostgreSQL. */
class UserRotationApiTest {
  @TempDir static Path directory;
  private static RotationPlane rotation;

  @BeforeAll
  static void start() throws Exception {
    rotation = new RotationPlane(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    rotation.close();
  }

  private static void assertProblem(ErrorCode code, HttpResponse<String> answer) {
    assertTrue(TestPlane.isProblem(answer, code), answer.statusCode() + answer.body());
  }

  @Test
  void eachValueWorksUntilTheRotationAfterTheNext() throws Exception {
    rotation.secret("made", "made by hand");
    JsonObject set =
        LeasePlane.ok(201, rotation.set("made", RotationPlane.draft(true, "made_a", "made_b")));
    assertEquals(false, set.getBoolean("rotating"));
    assertEquals(2, set.getInteger("publishedVersion"));
    Value first = rotation.value("made");
    assertEquals(new Value(2, "made_b", first.password()), first);
    assertTrue(rotation.works(first));

    Value second = rotation.awaitNext("made", first);
    assertEquals(new Value(3, "made_a", second.password()), second);
    assertTrue(rotation.works(first) && rotation.works(second));

    JsonObject dry = LeasePlane.ok(200, rotation.rotate("made", true));
    assertEquals("made_b", dry.getString("changes"));
    assertEquals("made_a", dry.getString("keeps"));
    assertEquals(3, dry.getInteger("keepsVersion"));
    assertEquals(4, dry.getInteger("publishes"));
    assertEquals(second, rotation.value("made"));

    JsonObject rotated = LeasePlane.ok(200, rotation.rotate("made", false));
    assertEquals(4, rotated.getInteger("publishedVersion"));
    Value third = rotation.value("made");
    assertEquals("made_b", third.user());
    assertTrue(rotation.works(second) && rotation.works(third));
    assertFalse(rotation.works(first));

    List<JsonObject> published = rotation.events("system:scheduler", "made");
    assertEquals(
        List.of(2, 3, 4), published.stream().map(event -> event.getInteger("keyVersion")).toList());
    assertEquals(2, rotation.events("app-owner", "made").size());
    String log = rotation.vault.target.statementLog();
    for (Value value : List.of(first, second, third)) {
      assertFalse(log.contains(value.password()));
      assertFalse(rotation.vault.plane.audit().toString().contains(value.password()));
    }
  }

  @Test
  void aUserOfTheOperatorIsChangedAndTheOneInUseIsNot() throws Exception {
    rotation.vault.target.administer(
        "create role there_a login password 'in-use'",
        "create role there_b login password 'in-use-too'",
        "grant connect on database shop to there_a, there_b");
    rotation.secret("there", "{\"username\":\"there_b\",\"password\":\"in-use-too\"}");
    JsonObject draft = RotationPlane.draft(false, "there_a", "there_b");
    HttpResponse<String> foreign = rotation.set("there", draft);
    assertProblem(ErrorCode.CONFLICT, foreign);
    assertTrue(foreign.body().contains("WITH ADMIN OPTION"), foreign.body());
    rotation.vault.target.administer(
        "grant there_a, there_b to " + TargetServer.ROOT + " with admin option");
    LeasePlane.ok(201, rotation.set("there", draft));
    Value value = rotation.value("there");
    assertEquals("there_a", value.user());
    assertTrue(rotation.works(value));
    assertTrue(rotation.vault.target.takes("there_b", "in-use-too"));
    assertFalse(rotation.vault.target.takes("there_a", "in-use"));
  }

  @Test
  void peopleWriteNoValueBesideARotation() throws Exception {
    rotation.secret("beside", "first");
    LeasePlane.ok(201, rotation.set("beside", RotationPlane.draft(true, "beside_a", "beside_b")));
    JsonObject next = new JsonObject().put("value", LeasePlane.coded("by hand"));
    String versions = RotationPlane.path("beside") + "/versions";
    assertProblem(ErrorCode.CONFLICT, rotation.vault.post("app-owner", versions, next));
    Value last = rotation.value("beside");
    String path = RotationPlane.path("beside") + "/rotation";
    assertEquals(204, rotation.vault.delete("app-owner", path).statusCode());
    assertProblem(ErrorCode.NOT_FOUND, rotation.vault.plane.get("auditor", path));
    assertTrue(rotation.works(last));
    assertEquals(
        3,
        LeasePlane.ok(201, rotation.vault.post("app-owner", versions, next)).getInteger("version"));
    // Its users are its own still.
    LeasePlane.ok(201, rotation.set("beside", RotationPlane.draft(true, "beside_a", "beside_b")));
    assertEquals("beside_b", rotation.value("beside").user());
  }

  @Test
  void whatIsAskedForIsCheckedBeforeAnythingIsWritten() throws Exception {
    rotation.secret("checked", "untouched");
    JsonObject right = RotationPlane.draft(true, "checked_a", "checked_b");
    for (String name :
        List.of("x\"; drop table sales.orders; --", "';select 1;--", "", "a b", "x".repeat(64))) {
      JsonArray users = new JsonArray().add("checked_a").add(name);
      assertProblem(
          ErrorCode.INVALID_REQUEST, rotation.set("checked", right.copy().put("users", users)));
    }
    List<JsonObject> wrong =
        List.of(
            right.copy().put("users", new JsonArray().add("one").add("one")),
            right.copy().put("periodSeconds", 59),
            right.copy().put("periodSeconds", 366L * 86_400),
            right.copy().put("engine", "absent"),
            right.copy().put("create", false),
            right.copy().put("more", 1));
    for (JsonObject draft : wrong) {
      assertProblem(ErrorCode.INVALID_REQUEST, rotation.set("checked", draft));
    }
    for (String user : List.of(TargetServer.ROOT, "postgres", "pg_monitor", "cofre-kept")) {
      JsonArray users = new JsonArray().add("checked_a").add(user);
      assertProblem(ErrorCode.CONFLICT, rotation.set("checked", right.copy().put("users", users)));
    }
    rotation.secret("taken", "untouched");
    LeasePlane.ok(201, rotation.set("taken", RotationPlane.draft(true, "taken_a", "taken_b")));
    assertProblem(
        ErrorCode.CONFLICT, rotation.set("checked", RotationPlane.draft(true, "new", "taken_a")));
    assertProblem(
        ErrorCode.NOT_FOUND,
        rotation.vault.plane.get("auditor", RotationPlane.path("checked") + "/rotation"));
    assertEquals(List.of("lamp"), rotation.vault.target.texts("select item from sales.orders"));
    assertTrue(
        rotation
            .vault
            .target
            .texts("select rolname from pg_roles where rolname like 'checked%'")
            .isEmpty());
  }

  @Test
  void periodAndGrantsCanBeChangedAndUsersCannot() throws Exception {
    rotation.secret("changed", "first");
    JsonObject draft = RotationPlane.draft(true, "changed_a", "changed_b");
    JsonObject set = LeasePlane.ok(201, rotation.set("changed", draft));
    JsonObject longer =
        LeasePlane.ok(200, rotation.set("changed", draft.copy().put("periodSeconds", 7_200)));
    assertEquals(7_200, longer.getInteger("periodSeconds"));
    assertEquals(set.getInteger("publishedVersion"), longer.getInteger("publishedVersion"));
    assertTrue(longer.getString("dueAt").compareTo(set.getString("dueAt")) > 0);
    assertProblem(
        ErrorCode.CONFLICT,
        rotation.set("changed", RotationPlane.draft(true, "changed_a", "changed_c")));
    assertProblem(ErrorCode.CONFLICT, rotation.vault.delete("app-owner", "/v1/secret-engines/pg"));
  }

  @Test
  void aSecretThatWasTakenAwayFromItsReadersIsNotRotated() throws Exception {
    rotation.secret("deleted", "first");
    LeasePlane.ok(
        201, rotation.set("deleted", RotationPlane.draft(true, "deleted_a", "deleted_b")));
    Value before = rotation.value("deleted");
    LeasePlane.ok(
        200,
        rotation.vault.post(
            "security-admin", RotationPlane.path("deleted") + "/delete", new JsonObject()));
    JsonObject tried = LeasePlane.ok(200, rotation.rotate("deleted", false));
    assertEquals(true, tried.getBoolean("rotating"));
    assertTrue(tried.getString("lastError").contains("deleted"), tried.encode());
    assertProblem(
        ErrorCode.NOT_FOUND,
        rotation.vault.plane.get("app", RotationPlane.path("deleted") + "/value"));
    LeasePlane.ok(
        200,
        rotation.vault.post(
            "security-admin", RotationPlane.path("deleted") + "/undelete", new JsonObject()));
    Value next = rotation.awaitRetry("deleted", before);
    assertEquals(3, next.version());
    assertNull(rotation.show("deleted").getString("lastError"));
    assertTrue(rotation.works(next) && rotation.works(before));
  }
}
