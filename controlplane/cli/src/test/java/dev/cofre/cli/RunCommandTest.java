package dev.cofre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.run.SecretFolder;
import dev.cofre.cli.run.SecretMap;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code run} says before it runs anything; with commands, {@code RunSecretsTest} has it. */
class RunCommandTest {
  @TempDir Path home;

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final List<JsonObject> bodies = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, byte[]> values = new HashMap<>();
  private volatile int version = 4;
  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    plane = ScriptedPlane.start(home, this::handle);
    plane.token("app", "the-token-of-the-app");
    environment = plane.byUrl();
  }

  private void handle(HttpServerRequest request) {
    asked.add(request.method() + " " + request.path());
    request
        .body()
        .onSuccess(
            body -> {
              request.response().putHeader("Content-Type", "application/json");
              if (request.path().equals("/v1/secret-values")) {
                request.response().end(all(new JsonObject(body)).toBuffer());
              } else {
                String name = request.path().replaceAll(".*/", "");
                boolean there = values.containsKey(name);
                JsonObject problem =
                    new JsonObject()
                        .put("code", "not_found")
                        .put("detail", "no")
                        .put("status", 404);
                request
                    .response()
                    .setStatusCode(there ? 200 : 404)
                    .putHeader(
                        "Content-Type", there ? "application/json" : "application/problem+json")
                    .end(
                        there
                            ? "{\"currentVersion\":4,\"expiresAt\":\"2030-01-01T00:00:00Z\"}"
                            : problem.encode());
              }
            });
  }

  private JsonObject all(JsonObject body) {
    bodies.add(body);
    JsonArray items = new JsonArray();
    JsonArray group = new JsonArray(values.keySet().stream().sorted().toList());
    for (Object name : body.getJsonArray("names", group)) {
      byte[] value = values.get(name);
      JsonObject item = new JsonObject().put("name", name);
      if (value == null) {
        item.put("error", new JsonObject().put("code", "not_found").put("message", "none"));
      } else {
        item.put("version", version).put("value", Base64.getEncoder().encodeToString(value));
      }
      items.add(item);
    }
    return new JsonObject().put("items", items);
  }

  private CliRun run(String map, String... more) throws IOException {
    Path file = Files.writeString(home.resolve("map.yaml"), map);
    List<String> args = new ArrayList<>(List.of("run", "--secrets", file.toString()));
    args.addAll(List.of(more));
    return CliRun.of(environment, args.toArray(String[]::new));
  }

  @Test
  void theDryRunReadsNoValue() throws Exception {
    values.put("db", "hidden-value".getBytes(UTF_8));
    String map = "secrets:\n  - {name: db, env: DB, file: db}\n";
    CliRun run = run(map, "--dry-run", "--output", "json", "--", "false");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    JsonObject item = new JsonObject(run.text()).getJsonArray("secrets").getJsonObject(0);
    assertEquals(
        new JsonObject()
            .put("name", "db")
            .put("env", "DB")
            .put("file", "db")
            .put("version", 4)
            .put("expiresAt", "2030-01-01T00:00:00Z"),
        item);
    assertEquals(List.of("GET /v1/secrets/db"), asked);

    CliRun missing = run(map + "  - {name: other, env: OTHER}\n", "--dry-run");
    assertEquals(ExitCodes.FAILED, missing.exitCode(), missing::err);
    assertTrue(missing.text().contains("not_found"), missing::text);
  }

  @Test
  void nothingRunsWithoutAllSecrets() throws Exception {
    values.put("db", "hidden-value".getBytes(UTF_8));
    values.put("binary", new byte[] {'a', 0, 'b'});
    Path trace = home.resolve("ran");
    String[] command = {"--", "touch", trace.toString()};
    CliRun missing = run("secrets:\n  - {name: db, env: DB}\n  - {name: no, env: NO}\n", command);
    assertEquals(ExitCodes.FAILED, missing.exitCode(), missing::err);
    assertTrue(missing.err().contains("no: not_found: none"), missing::err);
    CliRun binary = run("secrets:\n  - {name: binary, env: B}\n", command);
    assertEquals(ExitCodes.FAILED, binary.exitCode(), binary::err);
    assertTrue(binary.err().contains("cannot be the variable B"), binary::err);
    CliRun disk =
        run(
            "secrets:\n  - {name: db, file: f}\n",
            "--dir",
            "/proc/cofre-run-test",
            "--",
            "touch",
            trace.toString());
    assertEquals(ExitCodes.USAGE, disk.exitCode(), disk::err);
    assertTrue(disk.err().contains("is not in memory"), disk::err);
    for (CliRun run : List.of(missing, binary, disk)) {
      assertFalse(run.err().contains("hidden-value"), run::err);
    }
    assertFalse(Files.exists(trace));
  }

  @Test
  void whatIsWrongIsSaidBeforeAnythingIsAsked() throws Exception {
    String map = "secrets:\n  - {name: db, env: DB}\n";
    assertEquals(ExitCodes.USAGE, run(map).exitCode());
    assertEquals(ExitCodes.USAGE, run(map, "--interval-seconds", "0", "--", "true").exitCode());
    assertEquals(ExitCodes.USAGE, run(map, "--signal", "KILL", "--", "true").exitCode());
    CliRun wrong = run("secrets:\n  - {name: db}\n", "--", "true");
    assertEquals(ExitCodes.USAGE, wrong.exitCode());
    assertTrue(wrong.err().contains("map.yaml:2: secrets[0]: must have env or file"), wrong::err);
    assertEquals(
        ExitCodes.USAGE,
        CliRun.of(environment, "run", "--secrets", home + "/none", "--", "true").exitCode());
    assertEquals(List.of(), asked);
  }

  private GivenSecrets given(byte[] map) {
    Terminal terminal =
        new Terminal(
            environment,
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintWriter(Writer.nullWriter()));
    return new GivenSecrets(
        SecretMap.read("map", map, new FileErrors()).orElseThrow(),
        new SecretReader(terminal, new ControlPlane()));
  }

  @Test
  void aNewValueThatCannotBeWrittenIsTriedAgain() throws Exception {
    values.put("db", "old".getBytes(UTF_8));
    values.put("other", "old".getBytes(UTF_8));
    byte[] map = "secrets:\n  - {name: db, file: db}\n  - {name: other, file: o}\n".getBytes(UTF_8);
    GivenSecrets given = given(map);
    given.readFirst();
    try (SecretFolder folder = SecretFolder.in(Files.createDirectory(home.resolve("base")))) {
      given.writeTo(folder);
      Path file = folder.path().resolve("db");
      values.put("db", "new".getBytes(UTF_8));
      values.put("other", "new".getBytes(UTF_8));
      version = 5;
      Files.delete(file);
      Files.createDirectories(file.resolve("in-the-way"));
      GivenSecrets.Renewal failed = given.renew();
      assertEquals(List.of("other 5"), failed.changed());
      assertEquals(1, failed.refusals().size());
      assertTrue(failed.refusals().getFirst().startsWith("db: its new value cannot be written"));
      Files.delete(file.resolve("in-the-way"));
      Files.delete(file);
      assertEquals(new GivenSecrets.Renewal(List.of("db 5"), List.of()), given.renew());
      assertEquals("new", Files.readString(file));
      assertEquals(new GivenSecrets.Renewal(List.of(), List.of()), given.renew());
    }
  }

  @Test
  void aGroupIsGivenAsFilesInOneCall() throws Exception {
    values.put("db", "one".getBytes(UTF_8));
    values.put("mail", "two".getBytes(UTF_8));
    CliRun run =
        run("group: shop\n", "--", "sh", "-c", "cat \"$COFRE_SECRETS_DIR\"/db > " + home + "/db");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("one", Files.readString(home.resolve("db")));
    assertEquals(List.of(new JsonObject().put("group", "shop")), bodies);

    bodies.clear();
    String both = "group: shop\nresolve: true\nsecrets:\n  - {name: db, env: DB}\n";
    CliRun named = run(both, "--", "sh", "-c", "ls \"$COFRE_SECRETS_DIR\" > " + home + "/list");
    assertEquals(ExitCodes.OK, named.exitCode(), named::err);
    assertEquals("mail\n", Files.readString(home.resolve("list")));
    assertEquals(2, bodies.size());
    assertTrue(bodies.stream().allMatch(body -> body.getBoolean("resolve")), bodies::toString);

    String taken = "group: shop\nsecrets:\n  - {name: db, file: mail/x}\n";
    CliRun refused = run(taken, "--", "touch", home + "/ran");
    assertEquals(ExitCodes.FAILED, refused.exitCode(), refused::err);
    assertTrue(refused.err().contains("another secret's"), refused::err);
    assertFalse(Files.exists(home.resolve("ran")));
    CliRun neither = run("resolve: true\n", "--", "true");
    assertEquals(ExitCodes.USAGE, neither.exitCode(), neither::err);
  }

  @Test
  void aTemplateThatIsFilledOtherwiseIsANewValueOfTheSameVersion() throws Exception {
    values.put("url", "host-1".getBytes(UTF_8));
    byte[] map = "resolve: true\nsecrets:\n  - {name: url, file: url}\n".getBytes(UTF_8);
    GivenSecrets given = given(map);
    given.readFirst();
    try (SecretFolder folder = SecretFolder.in(Files.createDirectory(home.resolve("base")))) {
      given.writeTo(folder);
      assertEquals(new GivenSecrets.Renewal(List.of(), List.of()), given.renew());
      values.put("url", "host-2".getBytes(UTF_8));
      assertEquals(new GivenSecrets.Renewal(List.of("url 4"), List.of()), given.renew());
      assertEquals("host-2", Files.readString(folder.path().resolve("url")));
    }
  }
}
