package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Calls about secrets and groups of them, as their owner, security-admin and reader. */
record SecretDesk(TestPlane plane) {
  static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  JsonObject draft(String name, String value) {
    return new JsonObject()
        .put("name", name)
        .put("environment", "dev")
        .put("dataClass", "internal")
        .put("owner", "app-owner")
        .put("description", "for tests")
        .put("expiresAt", plane.clock.instant().plus(Duration.ofDays(300)).toString())
        .put("rotation", new JsonObject().put("days", 90))
        .put("value", coded(value));
  }

  HttpResponse<String> post(String who, String path, JsonObject body) throws Exception {
    return plane.post(who, path, body.encode(), Map.of());
  }

  HttpResponse<String> make(JsonObject draft) throws Exception {
    return post("app-owner", "/v1/secrets", draft);
  }

  void made(JsonObject draft) throws Exception {
    ok(201, make(draft));
  }

  void made(String name, String value) throws Exception {
    made(draft(name, value));
  }

  /** A template that {@code app} may read. */
  void template(String name, String value) throws Exception {
    made(draft(name, value).put("template", true));
    granted(name);
  }

  /** A secret that {@code app} may read. */
  void readable(String name, String value) throws Exception {
    made(name, value);
    granted(name);
  }

  HttpResponse<String> write(String name, JsonObject body) throws Exception {
    return post("app-owner", "/v1/secrets/" + name + "/versions", body);
  }

  void written(String name, String value) throws Exception {
    ok(201, write(name, new JsonObject().put("value", coded(value))));
  }

  HttpResponse<String> put(String who, String path, String body) throws Exception {
    return plane.send(
        plane
            .request(who, path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  HttpResponse<String> delete(String who, String path) throws Exception {
    return plane.send(plane.request(who, path).DELETE());
  }

  HttpResponse<String> patch(String who, String path, JsonObject change) throws Exception {
    return plane.send(
        plane
            .request(who, path)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(change.encode())));
  }

  void granted(String name) throws Exception {
    ok(200, put("security-admin", "/v1/secrets/" + name + "/grants/app", "{}"));
  }

  void ungranted(String name) throws Exception {
    ok(204, delete("security-admin", "/v1/secrets/" + name + "/grants/app"));
  }

  HttpResponse<String> read(String name) throws Exception {
    return plane.get("app", "/v1/secrets/" + name + "/value");
  }

  HttpResponse<String> resolve(String name) throws Exception {
    return plane.get("app", "/v1/secrets/" + name + "/value?resolve=true");
  }

  JsonObject shown(String who, String path) throws Exception {
    HttpResponse<String> answer = plane.get(who, path);
    ok(200, answer);
    return new JsonObject(answer.body());
  }

  static String value(HttpResponse<String> answer) {
    ok(200, answer);
    return decoded(new JsonObject(answer.body()));
  }

  static String decoded(JsonObject item) {
    return new String(Base64.getDecoder().decode(item.getString("value")), UTF_8);
  }

  static void ok(int status, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
  }

  /** One field of each item. */
  static List<String> each(JsonArray items, String field) {
    return items.stream().map(item -> ((JsonObject) item).getString(field)).toList();
  }

  /** What the log has of the request that {@code answer} is of: key, version and outcome. */
  List<String> records(HttpResponse<String> answer) throws Exception {
    String id = answer.headers().firstValue("Request-Id").orElseThrow();
    return plane.audit().stream()
        .filter(event -> id.equals(event.getString("requestId")))
        .map(
            event ->
                event.getString("action")
                    + " "
                    + event.getString("key")
                    + " "
                    + event.getInteger("keyVersion", 0)
                    + " "
                    + event.getString("outcome"))
        .toList();
  }

  /** The body without what differs in each answer. */
  static JsonObject without(HttpResponse<String> answer) {
    JsonObject body = new JsonObject(answer.body());
    body.remove("requestId");
    return body;
  }
}
