package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a server that says what it was asked. */
abstract class ControlCommands {
  static final String POLICY_ID = "5fcf73c0-b1a7-402b-8448-692d4c4a7444";
  static final JsonObject KEY =
      new JsonObject()
          .put("id", "11111111-2222-4333-8444-555555555555")
          .put("alias", "orders")
          .put("revision", 7)
          .put("tags", new JsonObject().put("old", "x").put("kept", "1"))
          .put("owner", "shop\u001b[31m team")
          .put("state", "ACTIVE")
          .put("currentVersion", 2)
          .put("protection", "HSM")
          .put("expiresAt", "2030-01-01T00:00:00Z")
          .put(
              "versions",
              new JsonArray()
                  .add(new JsonObject().put("number", 1).put("createdBy", "officer"))
                  .add(new JsonObject().put("number", 2).put("createdBy", "officer")));

  /** What was asked. */
  record Asked(String line, String token, String ifMatch, JsonObject body) {}

  @TempDir Path home;

  final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
  @AutoClose private ScriptedPlane plane;
  Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    plane =
        ScriptedPlane.start(
            home, this::handle, "crypto-officer", "security-admin", "security-admin-2");
    environment = plane.byPort();
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              asked.add(
                  new Asked(
                      request.method() + " " + request.uri(),
                      request.getHeader("Authorization"),
                      request.getHeader("If-Match"),
                      body.length() == 0 ? null : new JsonObject(body)));
              answer(request);
            });
  }

  private static void answer(HttpServerRequest request) {
    JsonObject answer = KEY;
    int status = 200;
    if (request.method().equals(HttpMethod.DELETE)) {
      request.response().setStatusCode(204).end();
      return;
    }
    if (request.path().startsWith("/v1/approvals/")) {
      answer = approval();
    } else if ("guarded".equals(request.getHeader("Cofre-Reason"))) {
      status = 202;
      answer = approval();
    } else if (request.path().endsWith("/shop/token")) {
      request.response().setStatusCode(204).end();
      return;
    } else if (request.path().contains("/missing")) {
      status = 404;
      answer = new JsonObject().put("code", "key_not_found").put("detail", "no such\nkey");
    } else if (request.path().endsWith("/rotate")) {
      status = 400;
      answer =
          new JsonObject()
              .put("code", "invalid_request")
              .put("detail", "fields are wrong")
              .put(
                  "errors",
                  new JsonArray()
                      .add(new JsonObject().put("field", "alias").put("message", "bad")));
    } else if (List.of("/v1/notices", "/v1/orphans").contains(request.path())
        || request.path().endsWith("/uses")) {
      JsonObject item = new JsonObject().put("reasons", new JsonArray().add("unused"));
      answer = new JsonObject().put("items", new JsonArray().add(item)).putNull("next");
    } else if (request.path().equals("/v1/keys") && request.method().equals(HttpMethod.GET)) {
      boolean first = request.getParam("after") == null;
      answer =
          new JsonObject()
              .put("items", new JsonArray().add(KEY).add(KEY))
              .put("next", first ? "a b&c" : null);
    }
    request.response().setStatusCode(status).end(answer.toBuffer());
  }

  static JsonObject approval() {
    return new JsonObject()
        .put("id", POLICY_ID)
        .put("action", "policy:create")
        .put("changes", new JsonArray().add("+ name: \"p\"").add("- effect: \"deny\""))
        .put("request", new JsonObject().put("method", "POST").put("body", "e30="))
        .put("digest", "ab".repeat(32))
        .put("needed", 1)
        .put("expiresAt", "2030-01-01T00:00:00Z");
  }

  CliRun run(String... args) {
    return CliRun.of(environment, args);
  }
}
