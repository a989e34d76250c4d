package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Connection;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.RotationPlane.Value;
import dev.cofre.controlplane.server.dynamic.RabbitMqServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines, roles, leases and rotations against a real RabbitMQ, by the control plane's calls. */
class RabbitMqLeaseApiTest {
  private static final String ROLES = "/v1/secret-engines/pg/roles/";

  @TempDir static Path directory;
  private static LeasePlane vault;
  private static RotationPlane rotation;
  private static RabbitMqServer rabbit;

  @BeforeAll
  static void start() throws Exception {
    rabbit = RabbitMqServer.start(directory);
    vault = new LeasePlane(directory, rabbit);
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

  private static Connection connect(JsonObject issued) throws Exception {
    return rabbit.connect(
        issued.getString("userName"), issued.getString("password"), RabbitMqServer.VHOST);
  }

  @Test
  void nobodyKnowsTheRootPasswordAfterEnrolment() throws Exception {
    assertFalse(rabbit.takes(RabbitMqServer.ROOT, RabbitMqServer.ROOT_PASSWORD));
    JsonObject engine = LeasePlane.ok(200, vault.plane.get("app-owner", "/v1/secret-engines/pg"));
    assertEquals(false, engine.getBoolean("rotating"));
    assertEquals("rabbitmq", engine.getString("kind"));
    assertFalse(engine.containsKey("database"));
    HttpResponse<String> wrong =
        vault.post(
            "app-owner",
            "/v1/secret-engines",
            vault.draft("wrong").put("value", LeasePlane.coded("not-it")));
    assertTrue(TestPlane.isProblem(wrong, ErrorCode.CONFLICT), wrong.body());
  }

  @Test
  void aCredentialWorksUntilItIsRevokedAndSoDoItsConnections() throws Exception {
    JsonObject issued = vault.issue(null);
    Connection connection = connect(issued);
    connection.createChannel().basicGet(RabbitMqServer.QUEUE, true);
    String path = "/v1/leases/" + issued.getString("id");
    JsonObject longer =
        LeasePlane.ok(
            200, vault.post("app", path + "/renew", new JsonObject().put("ttlSeconds", 1_200)));
    assertTrue(longer.getString("expiresAt").compareTo(issued.getString("expiresAt")) > 0);
    assertTrue(connection.isOpen());
    LeasePlane.ok(200, vault.plane.post("app", path + "/revoke"));
    vault.awaitGone(issued);
    assertFalse(vault.works(issued));
    Await.until("its connection has ended", () -> !connection.isOpen());
    assertEquals("revoked", vault.lease(issued).getString("reason"));
  }

  @Test
  void manyGoTogether() throws Exception {
    List<JsonObject> all = new ArrayList<>();
    List<Connection> open = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(vault.issue(600));
      open.add(connect(all.getLast()));
    }
    LeasePlane.ok(
        200,
        vault.post(
            "app-owner",
            "/v1/lease-revocations",
            new JsonObject().put("engine", "pg").put("role", "reader")));
    for (JsonObject one : all) {
      vault.awaitGone(one);
      assertFalse(vault.works(one));
    }
    for (Connection connection : open) {
      Await.until("its connection has ended", () -> !connection.isOpen());
    }
  }

  /** RabbitMQ itself ends nothing: it is the removal that does. */
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
    rabbit.kill();
    vault.plane.clock.advance(Duration.ofSeconds(90));
    Await.until("it was tried", () -> vault.lease(brief).getInteger("attempts") > 1);
    HttpResponse<String> away = vault.ask(600);
    assertTrue(TestPlane.isProblem(away, ErrorCode.TARGET_UNAVAILABLE), away.body());
    vault.plane.plane.close();
    vault.plane.start();
    rabbit.start();
    vault.awaitGone(brief);
    assertFalse(vault.works(brief));
    assertTrue(vault.works(longer));
  }

  @Test
  void whatTheSystemLostIsNotRenewed() throws Exception {
    JsonObject issued = vault.issue(600);
    rabbit.forget(issued.getString("userName"));
    HttpResponse<String> lost =
        vault.post("app", "/v1/leases/" + issued.getString("id") + "/renew", new JsonObject());
    assertTrue(TestPlane.isProblem(lost, ErrorCode.CONFLICT), lost.body());
    assertTrue(lost.body().contains("not there any more"), lost.body());
  }

  private static JsonObject role(String on, String vhost, String name, String privilege) {
    JsonObject grant =
        new JsonObject()
            .put("on", on)
            .put("vhost", vhost)
            .put("names", new JsonArray().add(name))
            .put("privileges", new JsonArray().add(privilege));
    return LeasePlane.role().put("grants", new JsonArray().add(grant));
  }

  private static HttpResponse<String> bad(JsonObject role) throws Exception {
    return vault.put("app-owner", ROLES + "bad", role);
  }

  @Test
  void hostileAndForeignDocumentsAreRefused() throws Exception {
    for (String on : List.of("resources", "prefixes")) {
      for (String hostile : List.of("", "a\n", "\0", "a\u0085", "\u007f", "x".repeat(256))) {
        assertInvalid(bad(role(on, "shop", hostile, "READ")), "names");
        assertInvalid(bad(role(on, hostile, "a", "READ")), "vhost");
      }
      for (String dots : List.of(".", "..")) {
        assertInvalid(bad(role(on, dots, "a", "READ")), "vhost");
      }
      for (String privilege : List.of("ALL", ".*", "read", "SELECT", "PUBLISH")) {
        assertInvalid(bad(role(on, "shop", "a", privilege)), "privileges");
      }
      JsonObject inSchema = role(on, "shop", "a", "READ");
      inSchema.getJsonArray("grants").getJsonObject(0).put("schema", "sales");
      assertInvalid(bad(inSchema), "schema");
      JsonObject nameless = role(on, "shop", "a", "READ");
      nameless.getJsonArray("grants").getJsonObject(0).remove("names");
      assertInvalid(bad(nameless), "names");
    }
    assertInvalid(bad(role("queues", "shop", "a", "READ")), "on");
    // A role of PostgreSQL; and what only others' objects can have.
    assertInvalid(bad(LeasePlane.role()), "rabbitmq");
    assertInvalid(bad(role("resources", "shop", "a", "READ").put("ownedObjects", "drop")), "owned");
    assertInvalid(
        vault.post("app-owner", "/v1/secret-engines", vault.draft("bad").put("database", "0")),
        "database");
    assertEquals(404, vault.plane.get("auditor", ROLES + "bad").statusCode());
  }

  @Test
  void aRoleInAVirtualHostThatIsNotThereGivesNothing() throws Exception {
    LeasePlane.ok(
        201, vault.put("app-owner", ROLES + "lost", role("resources", "nowhere", "a", "READ")));
    LeasePlane.ok(200, vault.put("security-admin", ROLES + "lost/grants/app", new JsonObject()));
    List<String> before = rabbit.users();
    HttpResponse<String> refused =
        vault.post("app", "/v1/leases", new JsonObject().put("engine", "pg").put("role", "lost"));
    assertTrue(TestPlane.isProblem(refused, ErrorCode.CONFLICT), refused.body());
    assertTrue(refused.body().contains("virtual host"), refused.body());
    assertEquals(before, rabbit.users());
  }

  @Test
  void usersInTurnAreMadeAndRotated() throws Exception {
    rotation.secret("queue", "first");
    LeasePlane.ok(201, rotation.set("queue", rotation.ownDraft("queue_a", "queue_b")));
    Value first = rotation.value("queue");
    assertTrue(rotation.works(first));
    Value second = rotation.awaitNext("queue", first);
    assertNotEquals(first.user(), second.user());
    assertTrue(rotation.works(second));
    assertTrue(rotation.works(first), "it works until the rotation after the next one");
    Value third = rotation.awaitNext("queue", second);
    assertTrue(rotation.works(third) && rotation.works(second));
    assertFalse(rotation.works(first));
    try (Connection connection =
        rabbit.connect(third.user(), third.password(), RabbitMqServer.VHOST)) {
      connection.createChannel().basicGet(RabbitMqServer.QUEUE, true);
    }
    rotation.secret("other", "first");
    HttpResponse<String> taken =
        rotation.set("other", rotation.ownDraft("queue_a", RabbitMqServer.ROOT));
    assertTrue(TestPlane.isProblem(taken, ErrorCode.CONFLICT), taken.body());
    rotation.secret("third", "first");
    assertInvalid(
        rotation.set("third", RotationPlane.draft(true, "third_a", "third_b")), "rabbitmq");
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
          assertFalse(text.contains(RabbitMqServer.ROOT_PASSWORD), file.toString());
        }
      }
    }
    assertTrue(rabbit.users().contains(issued.getString("userName")));
  }
}
