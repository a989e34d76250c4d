package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What apply does when a service refuses, hangs up, or was changed meanwhile. */
class ApplyCommandTest {
  private static final String PRINCIPAL =
      "---\napiVersion: cofre/v1\nkind: Principal\nid: %s\nroles: [workload]\n";
  private static final String GROUP =
      "---\napiVersion: cofre/v1\nkind: Group\nname: jobs\nmembers: [%s]\n";

  @TempDir Path home;

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final JsonArray groups = new JsonArray();
  private final JsonArray principals = new JsonArray();
  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;
  private int hangUps;

  @BeforeEach
  void start() throws IOException {
    plane =
        ScriptedPlane.start(
            home,
            request -> request.body().onSuccess(body -> answer(request)),
            "crypto-officer",
            "security-admin");
    environment = plane.byPort();
  }

  private void answer(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.GET)) {
      JsonArray items =
          switch (request.path()) {
            case "/v1/groups" -> groups;
            case "/v1/principals" -> principals;
            default -> new JsonArray();
          };
      if (request.path().equals("/v1/groups/jobs")) {
        request.response().end(groups.getJsonObject(0).copy().put("revision", 8).toBuffer());
        return;
      }
      request.response().end(new JsonObject().put("items", items).toBuffer());
      return;
    }
    asked.add(request.method() + " " + request.path());
    keys.add(request.getHeader("Idempotency-Key"));
    if (hangUps > 0) {
      hangUps--;
      request.connection().close();
    } else if (request.path().equals("/v1/groups/jobs")) {
      assertEquals("\"7\"", request.getHeader("If-Match"));
      problem(request, 412, "precondition_failed", null);
    } else if (request.path().equals("/v1/groups")) {
      problem(request, 400, "invalid_request", "members");
    } else {
      request.response().setStatusCode(201).end("{\"revision\":1}");
    }
  }

  private static void problem(HttpServerRequest request, int status, String code, String field) {
    JsonObject problem =
        new JsonObject().put("status", status).put("code", code).put("detail", "no");
    if (field != null) {
      JsonObject error = new JsonObject().put("field", field).put("message", "are too many");
      problem.put("errors", new JsonArray().add(error));
    }
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .end(problem.toBuffer());
  }

  private CliRun apply(String text) throws IOException {
    Path file = Files.writeString(home.resolve("all.yaml"), text);
    return CliRun.of(environment, "apply", "-f", file.toString());
  }

  @Test
  void whatIsRefusedIsToldAtItsLineAndTheRestGoesOn() throws IOException {
    CliRun run =
        apply(
            GROUP.formatted("a")
                + PRINCIPAL.formatted("a")
                + PRINCIPAL.formatted("b")
                + "---\napiVersion: cofre/v1\nkind: Group\nname: outer\nmembers: [group:jobs]\n");
    assertEquals(ExitCodes.FAILED, run.exitCode(), run::err);
    assertTrue(run.text().contains("created         Principal b"), run::text);
    assertTrue(run.text().contains("all.yaml:5: members: are too many"), run::text);
    assertTrue(run.text().contains("skipped         Group outer"), run::text);
    assertEquals(List.of("POST /v1/principals", "POST /v1/principals", "POST /v1/groups"), asked);
  }

  @Test
  void aRequestWithoutAnAnswerIsRepeatedAsTheSame() throws IOException {
    hangUps = 2;
    CliRun run = apply(PRINCIPAL.formatted("a") + PRINCIPAL.formatted("b"));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(asked.size() >= 4, asked::toString);
    assertEquals(2, keys.stream().distinct().count(), keys::toString);
  }

  @Test
  void aServiceThatIsGoneEndsIt() throws IOException {
    hangUps = 100;
    CliRun run = apply(PRINCIPAL.formatted("a") + PRINCIPAL.formatted("b"));
    assertEquals(ExitCodes.UNREACHABLE, run.exitCode(), run::err);
    assertTrue(run.text().contains("was not tried"), run::text);
    assertEquals(1, keys.stream().distinct().count(), "the second one was not tried");
  }

  @Test
  void whatSomebodyChangedMeanwhileIsNotOverwritten() throws IOException {
    principals.add(new JsonObject().put("id", "a").put("roles", new JsonArray().add("workload")));
    groups.add(
        new JsonObject()
            .put("name", "jobs")
            .put("members", new JsonArray())
            .put("roles", new JsonArray())
            .put("revision", 7));
    CliRun run = apply(GROUP.formatted("a"));
    assertEquals(ExitCodes.FAILED, run.exitCode(), run::err);
    assertTrue(run.text().contains("somebody changed it since"), run::text);
    assertEquals(List.of("PUT /v1/groups/jobs"), asked);
  }
}
