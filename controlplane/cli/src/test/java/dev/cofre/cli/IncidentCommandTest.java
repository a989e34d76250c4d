package dev.cofre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers to leaks on the command line: nothing is done before it is confirmed. */
class IncidentCommandTest {
  private static final String HOSTILE = "</td><script>alert(1)</script>\u001b[31m";

  private record Asked(String line, String token, JsonObject body) {}

  @TempDir Path home;

  private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;
  private volatile String state = "DONE";
  private volatile boolean isTraceWhole = true;
  private volatile String stepState = "DONE";
  private final AtomicInteger looksUntilDone = new AtomicInteger();

  @BeforeEach
  void start() throws IOException {
    plane = ScriptedPlane.start(home, this::handle, "security-admin");
    environment = plane.byUrl();
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              asked.add(
                  new Asked(
                      request.method() + " " + request.path(),
                      request.getHeader("Authorization").replace("Bearer ", ""),
                      body.length() == 0 ? null : new JsonObject(body)));
              request
                  .response()
                  .putHeader("Content-Type", "application/json")
                  .end(answer(request).toBuffer());
            });
  }

  private JsonObject answer(HttpServerRequest request) {
    boolean isPlan = request.path().equals("/v1/incident-plans");
    boolean isOver = isPlan || looksUntilDone.getAndDecrement() <= 0;
    JsonObject step =
        new JsonObject()
            .put("number", 1)
            .put("action", "renew")
            .put("subject", HOSTILE)
            .put("state", isOver ? stepState : "PENDING")
            .put("outcome", HOSTILE)
            .put("amount", 1)
            .put("attempts", 0)
            .putNull("lastError")
            .putNull("beganAt")
            .put("endedAt", "2026-01-02T10:00:00Z");
    JsonObject reader =
        new JsonObject()
            .put("principal", HOSTILE)
            .put("reads", 3)
            .put("first", "2026-01-01T10:00:00Z")
            .put("last", "2026-01-02T10:00:00Z")
            .put("seenBefore", "new");
    JsonObject report =
        new JsonObject()
            .put("kind", "secret")
            .put("subject", HOSTILE)
            .put("dryRun", isPlan)
            .put("words", new JsonArray().add("Secret " + HOSTILE + " leaked.").add("WORDS TWO."))
            .put("steps", new JsonArray().add(step))
            .put(
                "readers",
                new JsonObject().put("items", new JsonArray().add(reader)).put("more", 17))
            .putNull("investigation");
    return isPlan
        ? report
        : report
            .put("id", "7b0e0f5e-0000-4000-8000-000000000001")
            .put("state", isOver ? state : "OPEN")
            .put("traceComplete", isTraceWhole);
  }

  private CliRun run(String in, String... args) {
    return CliRun.of(environment, in.getBytes(UTF_8), args);
  }

  private List<String> lines() {
    return asked.stream().map(Asked::line).toList();
  }

  @Test
  void thePlanIsShownAndNothingIsDoneUntilTheNameIsTyped() {
    CliRun refused = run("other\n", "incident", "leak", "--secret", "db");
    assertEquals(ExitCodes.USAGE, refused.exitCode(), refused::err);
    assertTrue(refused.err().contains("WORDS TWO."), refused::err);
    assertEquals(List.of("POST /v1/incident-plans"), lines());

    CliRun done = run("db\n", "incident", "leak", "--secret", "db", "--for", "in a log");
    assertEquals(ExitCodes.OK, done.exitCode(), done::err);
    assertEquals(
        List.of("POST /v1/incident-plans", "POST /v1/incident-plans", "POST /v1/incidents"),
        lines());
    assertEquals("security-admin", asked.getLast().token());
    assertEquals(
        new JsonObject("{\"secret\":\"db\",\"reason\":\"in a log\"}"), asked.getLast().body());
    assertTrue(done.text().contains("and 17 more"), done::text);
    assertFalse(done.text().contains("\u001b"), done::text);
    assertTrue(done.err().contains("7b0e0f5e-0000-4000-8000-000000000001"), done::err);
  }

  @Test
  void aDryRunAsksForThePlanAlone() throws IOException {
    Path page = home.resolve("plan.html");
    CliRun run =
        run(
            "",
            "incident",
            "leak",
            "--principal",
            "app",
            "--since",
            "2026-01-01T00:00:00Z",
            "--overlap-seconds",
            "0",
            "--dry-run",
            "--html",
            page.toString());
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(List.of("POST /v1/incident-plans"), lines());
    assertEquals(
        new JsonObject()
            .put("principal", "app")
            .put("since", "2026-01-01T00:00:00Z")
            .put("overlapSeconds", 0),
        asked.getLast().body());
    assertFalse(Files.readString(page).contains("<script>"));
  }

  @Test
  void itIsWaitedForAndAnOwnerIsNot() throws IOException {
    looksUntilDone.set(2);
    Path page = home.resolve("report.html");
    CliRun done =
        run("", "incident", "leak", "--secret", "db", "--yes", "--json", "--html", page.toString());
    assertEquals(ExitCodes.OK, done.exitCode(), done::err);
    assertEquals("DONE", new JsonObject(done.text()).getString("state"));
    assertEquals("POST /v1/incidents", lines().getFirst());
    assertTrue(lines().getLast().startsWith("GET /v1/incidents/7b0e0f5e"));
    assertEquals(3, lines().size());
    assertFalse(Files.readString(page).contains("<script>"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(page)));

    asked.clear();
    state = "OPEN";
    stepState = "WAITING";
    looksUntilDone.set(0);
    CliRun left = run("", "incident", "leak", "--secret", "db", "--yes");
    assertEquals(ExitCodes.PENDING, left.exitCode(), left::err);
    assertEquals(List.of("POST /v1/incidents"), lines());
  }

  @Test
  void theOtherCommandsAskForWhatTheySay() {
    assertEquals(ExitCodes.OK, run("", "incident", "show", "x").exitCode());
    assertEquals("GET /v1/incidents/x", lines().getLast());
    assertEquals(ExitCodes.OK, run("", "incident", "close", "x", "--for", "by hand").exitCode());
    assertEquals("POST /v1/incidents/x/close", lines().getLast());
    assertEquals(new JsonObject().put("reason", "by hand"), asked.getLast().body());
    state = "OPEN";
    assertEquals(ExitCodes.PENDING, run("", "incident", "show", "x").exitCode());
    state = "CLOSED";
    assertEquals(ExitCodes.PENDING, run("", "incident", "show", "x").exitCode());
    state = "DONE";
    isTraceWhole = false;
    assertEquals(ExitCodes.PENDING, run("", "incident", "show", "x").exitCode());
  }

  @Test
  void oneThingLeaks() {
    for (String args :
        List.of(
            "incident leak",
            "incident leak --secret a --principal b",
            "incident leak --secret a --wait-seconds 3601")) {
      assertEquals(ExitCodes.USAGE, run("", args.split(" ")).exitCode(), args);
    }
    assertEquals(List.of(), lines());
  }
}
