package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --wait} and {@code node list} against a server that says what it was asked. */
class WaitTest {
  @TempDir Path home;

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger untilComplete = new AtomicInteger();
  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    plane =
        ScriptedPlane.start(
            home, this::answer, "crypto-officer", "security-admin", "platform-admin");
    environment = plane.byPort();
  }

  private void answer(HttpServerRequest request) {
    asked.add(request.method() + " " + request.uri());
    JsonObject node =
        new JsonObject()
            .put("node", "data-1")
            .put("identity", "node")
            .put("instance", "0".repeat(32))
            .put("revision", 6);
    JsonObject body = new JsonObject();
    if (request.path().equals("/v1/nodes")) {
      JsonObject listed = node.put("state", "live").put("seenAt", "2030-01-01T00:00:00Z");
      body.put("items", new JsonArray().add(listed)).putNull("next");
    } else {
      boolean complete = untilComplete.getAndDecrement() <= 0;
      node.put("state", complete ? "acknowledged" : "pending")
          .put("fencedAt", "2030-01-01T00:05:00Z");
      body.put(
          "enforcement",
          new JsonObject()
              .put("complete", complete)
              .put("epoch", 1)
              .put("revision", 7)
              .put("nodes", new JsonArray().add(node)));
    }
    request.response().putHeader("Content-Type", "application/json").end(body.encode());
  }

  private CliRun run(String... args) {
    return CliRun.of(environment, args);
  }

  @Test
  void waitsInTheFirstAnswer() throws Exception {
    CliRun run = run("key", "disable", "demo", "--wait");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(List.of("POST /v1/keys/demo/disable?wait=enforced&waitMs=20000"), asked);
    assertTrue(run.text().contains("acknowledged"), run::text);
  }

  @Test
  void asksAgainUntilItIsComplete() throws Exception {
    untilComplete.set(2);
    CliRun run = run("policy", "delete", "p", "--wait");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    String again = "GET /v1/nodes/enforcement?epoch=1&revision=7&waitMs=20000";
    assertEquals(List.of("DELETE /v1/policies/p?wait=enforced&waitMs=20000", again, again), asked);
  }

  @Test
  void saysWhoIsMissingWhenTheTimeIsOver() throws Exception {
    untilComplete.set(Integer.MAX_VALUE);
    CliRun run = run("key", "disable", "demo", "--wait", "--wait-seconds", "0");
    assertEquals(ExitCodes.NOT_ENFORCED, run.exitCode(), run::err);
    assertTrue(run.err().contains("data-1 (refuses from 2030-01-01T00:05:00Z)"), run::err);
    assertTrue(run.text().contains("pending"), run::text);
  }

  @Test
  void withoutItNothingIsWaitedFor() throws Exception {
    assertEquals(ExitCodes.OK, run("key", "disable", "demo").exitCode());
    assertEquals(List.of("POST /v1/keys/demo/disable"), asked);
  }

  @Test
  void listsNodes() throws Exception {
    CliRun run = run("node", "list");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(List.of("GET /v1/nodes"), asked);
    assertTrue(run.text().contains("data-1"), run::text);
    assertTrue(run.text().contains("live"), run::text);
  }
}
