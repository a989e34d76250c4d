package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import dev.cofre.controlplane.server.dynamic.TestTarget;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that could end what clients use: repeated, mistaken, or late. */
class UserRotationCallsTest {
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

  private static JsonObject made(String name) throws Exception {
    rotation.secret(name, "first");
    return LeasePlane.ok(
        201, rotation.set(name, RotationPlane.draft(true, name + "_a", name + "_b")));
  }

  private static void assertProblem(ErrorCode code, HttpResponse<String> answer) {
    assertTrue(TestPlane.isProblem(answer, code), answer.statusCode() + answer.body());
  }

  private static JsonObject versions(Integer... numbers) {
    return new JsonObject().put("versions", JsonArray.of((Object[]) numbers));
  }

  @Test
  void aRepeatedRotationDoesNotEndWhatClientsUse() throws Exception {
    long revision = made("twice").getLong("revision");
    Value first = rotation.value("twice");
    assertProblem(ErrorCode.CONFLICT, rotation.rotate("twice", new JsonObject()));
    rotation.vault.plane.clock.advance(Duration.ofSeconds(61));
    LeasePlane.ok(200, rotation.rotate("twice", new JsonObject()));
    Value second = rotation.value("twice");
    assertProblem(ErrorCode.CONFLICT, rotation.rotate("twice", new JsonObject()));
    assertEquals(second, rotation.value("twice"));
    assertTrue(rotation.works(first) && rotation.works(second));
    String path = RotationPlane.path("twice") + "/rotation/rotate";
    JsonObject force = new JsonObject().put("force", true);
    HttpResponse<String> late =
        rotation.vault.plane.send(
            rotation
                .vault
                .plane
                .request("app-owner", path)
                .header("Content-Type", "application/json")
                .header("If-Match", "\"" + revision + "\"")
                .POST(BodyPublishers.ofString(force.encode())));
    assertProblem(ErrorCode.PRECONDITION_FAILED, late);
    LeasePlane.ok(200, rotation.rotate("twice", force));
    assertFalse(rotation.works(first));
    assertTrue(rotation.works(second));
  }

  @Test
  void versionsAreNamedAlsoWhenThereAreGaps() throws Exception {
    made("gaps");
    LeasePlane.ok(200, rotation.rotate("gaps", false));
    Value last = rotation.value("gaps");
    assertEquals(3, last.version());
    TestPlane plane = rotation.vault.plane;
    plane.plane.close();
    try (Store store = Store.open(plane.location(), plane.clock)) {
      store.change(
          tx -> {
            tx.secretVersions()
                .forget(
                    tx.secrets().find("default", "gaps").orElseThrow().id(), 2, "system:scheduler");
            return null;
          });
    }
    plane.start();
    String delete = RotationPlane.path("gaps") + "/delete";
    assertProblem(ErrorCode.NOT_FOUND, rotation.vault.post("app-owner", delete, versions(2)));
    assertProblem(ErrorCode.NOT_FOUND, rotation.vault.post("app-owner", delete, versions(4)));
    JsonObject deleted = LeasePlane.ok(200, rotation.vault.post("app-owner", delete, versions(3)));
    assertEquals(JsonArray.of(3), deleted.getJsonArray("changedVersions"));
    assertProblem(ErrorCode.NOT_FOUND, plane.get("app", RotationPlane.path("gaps") + "/value"));
  }

  @Test
  void whatWasAskedToBeDestroyedByNumberCanBeApprovedAfterARotation() throws Exception {
    made("approved");
    String destroy = RotationPlane.path("approved") + "/destroy";
    HttpResponse<String> first = rotation.vault.post("app-owner", destroy, versions(1));
    HttpResponse<String> all = rotation.vault.post("app-owner", destroy, new JsonObject());
    LeasePlane.ok(200, rotation.rotate("approved", false));
    Value last = rotation.value("approved");
    JsonObject whole = rotation.vault.plane.approve("security-admin", all);
    assertNotEquals("DONE", whole.getString("state"), whole.encode());
    JsonObject one = rotation.vault.plane.approve("security-admin", first);
    assertEquals("DONE", one.getString("state"), one.encode());
    assertEquals(last, rotation.value("approved"));
  }

  @Test
  void ofUsersThatAreThereItIsKnownWhoIsInUse() throws Exception {
    TestTarget target = rotation.vault.target;
    target.administer(
        "create role known_a login password 'a'",
        "create role known_b login password 'b'",
        "grant connect on database shop to known_a, known_b",
        "grant known_a, known_b to " + TargetServer.ROOT + " with admin option");
    rotation.secret("known", "postgresql://known_b:b@localhost/shop");
    JsonObject draft = RotationPlane.draft(false, "known_a", "known_b");
    HttpResponse<String> untold = rotation.set("known", draft);
    assertProblem(ErrorCode.INVALID_REQUEST, untold);
    assertTrue(untold.body().contains("inUse"), untold.body());
    assertProblem(
        ErrorCode.INVALID_REQUEST, rotation.set("known", draft.copy().put("inUse", "known_c")));
    assertTrue(target.takes("known_a", "a") && target.takes("known_b", "b"));
    LeasePlane.ok(201, rotation.set("known", draft.copy().put("inUse", "known_b")));
    assertEquals("known_a", rotation.value("known").user());
    assertTrue(target.takes("known_b", "b"));
  }

  @Test
  void aRepeatedSetIsAnsweredWithoutTheSystem() throws Exception {
    rotation.secret("repeated", "first");
    JsonObject draft = RotationPlane.draft(true, "repeated_a", "repeated_b");
    LeasePlane.ok(201, keyed(draft));
    rotation.vault.target.stop();
    try {
      LeasePlane.ok(201, keyed(draft));
      assertProblem(ErrorCode.TARGET_UNAVAILABLE, rotation.set("repeated", draft));
    } finally {
      rotation.vault.target.start();
    }
  }

  private static HttpResponse<String> keyed(JsonObject draft) throws Exception {
    TestPlane plane = rotation.vault.plane;
    return plane.send(
        plane
            .request("app-owner", RotationPlane.path("repeated") + "/rotation")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "set-repeated")
            .PUT(BodyPublishers.ofString(draft.encode())));
  }
}
