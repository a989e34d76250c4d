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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code secret import} against a server that says what it was asked, and fails as told. */
class SecretImportCommandTest {
  private static final String[] SAID = {
    "--environment=dev",
    "--data-class=internal",
    "--owner=app-owner",
    "--description=d",
    "--expires-at=2030-01-01T00:00:00Z",
    "--rotation-days=30"
  };

  @TempDir Path home;

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  /** The status of an answer to a line of a request. */
  private volatile Function<String, Integer> status = this::usual;

  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    plane = ScriptedPlane.start(home, this::handle, "app-owner");
    environment = plane.byUrl();
  }

  /** There is what was made here. */
  private int usual(String line) {
    if (!line.startsWith("GET")) {
      return 201;
    }
    String made = "POST /v1/secrets " + line.substring(line.lastIndexOf('/') + 1) + " ";
    return asked.stream().anyMatch(before -> before.startsWith(made)) ? 200 : 404;
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              String name = body.length() == 0 ? "" : " " + body.toJsonObject().getString("name");
              String line = request.method() + " " + request.uri() + name;
              asked.add(line + " " + request.getHeader("Idempotency-Key"));
              int code = status.apply(line);
              JsonObject answer =
                  new JsonObject()
                      .put("currentVersion", 1)
                      .put("code", code == 503 ? "store_unavailable" : "conflict")
                      .put("detail", "as the test says");
              if (code == 0) {
                request.connection().close();
                return;
              }
              if (code == 503) {
                request.response().putHeader("Retry-After", "1");
              }
              request
                  .response()
                  .setStatusCode(code)
                  .putHeader("Content-Type", "application/json")
                  .end(answer.toBuffer());
            });
  }

  private CliRun run(String in, String... args) {
    String[] line =
        Stream.of(new String[] {"secret", "import", "--from", "env", "-"}, SAID, args)
            .flatMap(Stream::of)
            .toArray(String[]::new);
    return CliRun.of(environment, in.getBytes(UTF_8), line);
  }

  private static List<String> outcomes(CliRun run) {
    JsonArray items = new JsonObject(run.text()).getJsonArray("items");
    return items.stream().map(item -> ((JsonObject) item).getString("outcome")).toList();
  }

  @Test
  void eachSecretIsLookedForAndMadeUnderAKeyThatIsTheSameTheNextTime() {
    CliRun run = run("A=hunter2\nB=x\n", "--prefix", "shop-");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(
        List.of(
            "GET /v1/secrets/shop-a null",
            "POST /v1/secrets shop-a import:shop-a:1",
            "GET /v1/secrets/shop-a null",
            "GET /v1/secrets/shop-b null",
            "POST /v1/secrets shop-b import:shop-b:1",
            "GET /v1/secrets/shop-b null"),
        asked);
    assertTrue(run.text().contains("CREATED"), run::text);
    assertTrue(run.err().contains("2 created"), run::err);
    assertFalse((run.text() + run.err()).contains("hunter2"));
  }

  @Test
  void nothingIsAskedUnlessAllIsRight() throws IOException {
    CliRun wrong = run("A=hunter2\nB='hunter3\nC=\n");
    assertEquals(ExitCodes.USAGE, wrong.exitCode());
    assertTrue(wrong.err().contains("-:2: B: lacks"), wrong::err);
    assertFalse(wrong.err().contains("hunter"), wrong::err);
    CliRun empty = run("A=hunter2\nC=\n");
    assertEquals(ExitCodes.USAGE, empty.exitCode());
    assertTrue(empty.err().contains("-:2: C: has 0 bytes"), empty::err);
    // The last line of a key that lost its quotes has the form of NAME=value.
    CliRun torn =
        CliRun.of(
            environment,
            "A=-----BEGIN KEY-----\nhunter/2\nhunter3==\n".getBytes(UTF_8),
            "secret",
            "import",
            "--from",
            "env",
            "-");
    assertEquals(ExitCodes.USAGE, torn.exitCode());
    assertTrue(torn.err().contains("-:2: must be NAME=value"), torn::err);
    assertFalse(torn.err().contains("hunter"), torn::err);
    Path map = Files.writeString(home.resolve("map.yaml"), "secrets:\n- {from: A, name: A}\n");
    CliRun misnamed = run("A=hunter2\n", "--map", map.toString());
    assertEquals(ExitCodes.USAGE, misnamed.exitCode());
    assertTrue(misnamed.err().contains("map.yaml:2: secrets[0].name"), misnamed::err);
    CliRun missing =
        CliRun.of(environment, "A=1".getBytes(UTF_8), "secret", "import", "--from", "env", "-");
    assertEquals(ExitCodes.USAGE, missing.exitCode());
    assertTrue(
        missing.err().contains("nothing says its environment, dataClass, owner"), missing::err);
    CliRun tooLarge =
        CliRun.of(environment, new byte[(16 << 20) + 1], "secret", "import", "--from", "env", "-");
    assertEquals(ExitCodes.USAGE, tooLarge.exitCode(), tooLarge::err);
    assertEquals(ExitCodes.LOCAL_IO, run("", "nowhere").exitCode());
    assertEquals(ExitCodes.USAGE, run("A=1", "--existing", "overwrite").exitCode());
    assertEquals(List.of(), asked);
  }

  @Test
  void whatIsRefusedDoesNotHoldUpTheRest() {
    status = line -> line.startsWith("POST") && line.endsWith(" a") ? 409 : usual(line);
    CliRun run = run("A=1\nB=2\n", "--output", "json");
    assertEquals(ExitCodes.FAILED, run.exitCode(), run::err);
    assertEquals(List.of("REFUSED", "CREATED"), outcomes(run));
    assertTrue(run.text().contains("as the test says"), run::text);
  }

  @Test
  void aServiceThatAsksToWaitIsAskedAgainAndOneThatIsGoneIsNot() {
    status =
        line -> {
          boolean first =
              asked.stream().filter(before -> before.startsWith(line + " ")).count() == 1;
          return first ? 503 : usual(line);
        };
    CliRun waited = run("A=1\n", "--output", "json");
    assertEquals(List.of("CREATED"), outcomes(waited), waited::err);
    assertEquals(5, asked.size(), asked::toString);

    asked.clear();
    status = line -> line.startsWith("GET /v1/secrets/b") ? 0 : usual(line);
    CliRun gone = run("A=1\nB=2\nC=3\n", "--output", "json");
    assertEquals(ExitCodes.UNREACHABLE, gone.exitCode(), gone::err);
    assertEquals(List.of("CREATED", "NOT_REACHED", "NOT_REACHED"), outcomes(gone));
  }

  @Test
  void aServiceThatGoesOnAskingToWaitEndsTheRun() {
    status = line -> line.startsWith("POST") ? 503 : usual(line);
    CliRun run = run("A=1\nB=2\n", "--output", "json");
    assertEquals(ExitCodes.UNREACHABLE, run.exitCode(), run::err);
    assertEquals(List.of("NOT_REACHED", "NOT_REACHED"), outcomes(run));
    assertEquals(6, asked.size(), asked::toString);
  }

  @Test
  void whatIsAnsweredFromARecordAndCannotBeSeenWasNotMade() {
    status = line -> line.startsWith("GET") ? 404 : 201;
    CliRun run = run("A=1\n", "--output", "json");
    assertEquals(ExitCodes.FAILED, run.exitCode(), run::err);
    assertEquals(List.of("REFUSED"), outcomes(run));
    assertTrue(run.text().contains("may not see it any more"), run::text);
    assertTrue(run.text().contains("\"written\":0"), run::text);
  }

  @Test
  void aDryRunAsksWhatIsThereAndNothingElse() {
    status = line -> line.endsWith("/a") ? 200 : 404;
    CliRun run = run("A=1\nB=2\n", "--dry-run", "--output", "json");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(List.of("EXISTS", "TO_CREATE"), outcomes(run));
    assertTrue(asked.stream().allMatch(line -> line.startsWith("GET")), asked::toString);
  }

  @Test
  void theSkeletonOfAMapIsPrintedAndNothingAsked() {
    CliRun run = run("A=hunter2\n", "--init-map");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(run.text().contains("- from: \"A\"\n    name: \"a\""), run::text);
    assertTrue(run.text().contains("rotation: {\"days\":30}"), run::text);
    assertFalse(run.text().contains("hunter2"));
    assertEquals(List.of(), asked);
  }

  @Test
  void aMapThatWouldBeTooLargeToBeReadIsNotWritten() {
    StringBuilder env = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      env.append("A_NAME_THAT_IS_AS_LONG_AS_NAMES_ARE_").append(i).append("=1\n");
    }
    CliRun run = run(env.toString(), "--init-map");
    assertEquals(ExitCodes.USAGE, run.exitCode());
    assertTrue(run.err().contains("1048576 bytes that --map takes"), run::err);
    assertEquals("", run.text());
  }
}
