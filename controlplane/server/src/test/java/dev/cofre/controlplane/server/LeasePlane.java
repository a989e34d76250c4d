package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.server.dynamic.LeasedSystem;
import dev.cofre.controlplane.server.dynamic.RabbitMqServer;
import dev.cofre.controlplane.server.dynamic.TargetServer;
import dev.cofre.controlplane.server.dynamic.TestTarget;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** A real control plane and a real system in which it makes credentials. */
final class LeasePlane implements AutoCloseable {
  final LeasedSystem system;

  /** The same where it is asked by SQL; null: it is not. */
  final TestTarget target;

  final TestPlane plane;

  /** With PostgreSQL. */
  LeasePlane(Path directory) throws Exception {
    this(directory, TargetServer.start(directory));
  }

  /** With {@code system}, which this closes, also where this cannot be made. */
  LeasePlane(Path directory, LeasedSystem system) throws Exception {
    this.system = system;
    target = system instanceof TestTarget asked ? asked : null;
    plane = planeOf(directory, system);
  }

  private static TestPlane planeOf(Path directory, LeasedSystem system) throws Exception {
    TestPlane plane = null;
    boolean made = false;
    try {
      plane = TestPlane.in(directory.resolve("plane"));
      plane.createKey("vault-dev");
      made = true;
      return plane;
    } finally {
      if (!made) {
        system.close();
        if (plane != null) {
          plane.close();
        }
      }
    }
  }

  JsonObject draft(String name) {
    JsonObject draft = new JsonObject();
    if (target != null) {
      draft.put("database", TestTarget.DATABASE);
    }
    return draft
        .put("name", name)
        .put("environment", "dev")
        .put("kind", system.kind().wireName())
        .put("owner", "app-owner")
        .put("description", "for tests")
        .put("host", "localhost")
        .put("port", system.port())
        .put("rootUser", LeasedSystem.ROOT)
        .put("tls", false)
        .put("value", coded(LeasedSystem.ROOT_PASSWORD));
  }

  static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  HttpResponse<String> post(String who, String path, JsonObject body) throws Exception {
    return plane.post(who, path, body.encode(), Map.of());
  }

  HttpResponse<String> put(String who, String path, JsonObject body) throws Exception {
    return plane.send(
        plane
            .request(who, path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.encode())));
  }

  HttpResponse<String> delete(String who, String path) throws Exception {
    return plane.send(plane.request(who, path).DELETE());
  }

  /** A role of a database. */
  static JsonObject role() {
    JsonObject grant =
        new JsonObject()
            .put("on", "tables")
            .put("schema", "sales")
            .put("names", new JsonArray().add("orders"))
            .put("privileges", new JsonArray().add("SELECT"));
    return new JsonObject()
        .put("description", "reads orders")
        .put("defaultTtlSeconds", 600)
        .put("maxTtlSeconds", 3_600)
        .put("grants", new JsonArray().add(grant));
  }

  /** The same of this plane's system. */
  JsonObject ownRole() {
    if (target != null) {
      return role();
    }
    JsonObject grant = new JsonObject().put("privileges", new JsonArray().add("READ"));
    if (system.kind() == EngineKind.RABBITMQ) {
      grant
          .put("on", "resources")
          .put("vhost", RabbitMqServer.VHOST)
          .put("names", new JsonArray().add(RabbitMqServer.QUEUE));
    } else {
      grant.put("on", "keys").put("names", new JsonArray().add("orders:*"));
    }
    return role().put("grants", new JsonArray().add(grant));
  }

  /** Enrols the target as {@code pg}, with the role {@code reader} that {@code app} may have. */
  void enrol() throws Exception {
    ok(201, post("app-owner", "/v1/secret-engines", draft("pg")));
    ok(201, put("app-owner", "/v1/secret-engines/pg/roles/reader", ownRole()));
    ok(
        200,
        put("security-admin", "/v1/secret-engines/pg/roles/reader/grants/app", new JsonObject()));
  }

  HttpResponse<String> ask(Integer ttlSeconds) throws Exception {
    JsonObject wanted = new JsonObject().put("engine", "pg").put("role", "reader");
    if (ttlSeconds != null) {
      wanted.put("ttlSeconds", ttlSeconds);
    }
    return post("app", "/v1/leases", wanted);
  }

  JsonObject issue(Integer ttlSeconds) throws Exception {
    return ok(200, ask(ttlSeconds));
  }

  JsonObject lease(JsonObject issued) throws Exception {
    return ok(200, plane.get("app", "/v1/leases/" + issued.getString("id")));
  }

  boolean works(JsonObject issued) {
    return system.takes(issued.getString("userName"), issued.getString("password"));
  }

  void awaitGone(JsonObject issued) throws Exception {
    Await.until(
        issued.getString("userName") + " is gone",
        () -> !system.users().contains(issued.getString("userName")));
    Await.until("the lease says so", () -> lease(issued).getString("state").equals("REVOKED"));
  }

  static JsonObject ok(int status, HttpResponse<String> answer) {
    if (answer.statusCode() != status) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
  }

  @Override
  public void close() throws IOException {
    plane.close();
    system.close();
  }
}
