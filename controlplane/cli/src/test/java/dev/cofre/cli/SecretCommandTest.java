package dev.cofre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about secrets against a server that says what it was asked. */
class SecretCommandTest {
  private static final byte[] VALUE = {0, -1, '\n', 'x', '\r', '\n'};

  private record Asked(String line, String token, JsonObject body) {}

  @TempDir Path home;

  private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
  @AutoClose private ScriptedPlane plane;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    plane =
        ScriptedPlane.start(
            home, this::handle, "app-owner", "app", "security-admin", "crypto-officer");
    environment = plane.byUrl();
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              asked.add(
                  new Asked(
                      request.method() + " " + request.uri(),
                      request.getHeader("Authorization").replace("Bearer ", ""),
                      body.length() == 0 ? null : new JsonObject(body)));
              request.response().putHeader("Content-Type", "application/json").end(answer(request));
            });
  }

  private static Buffer answer(HttpServerRequest request) {
    JsonObject answer = new JsonObject().put("name", "db").put("version", 2);
    if (request.path().endsWith("/value")) {
      answer.put("value", Base64.getEncoder().encodeToString(VALUE));
    }
    if (request.path().endsWith("/secret-values")) {
      return Buffer.buffer(
          "{\"values\":5,\"secrets\":3,\"items\":[{\"version\":1,\"values\":3,\"secrets\":1},"
              + "{\"version\":2,\"values\":2,\"secrets\":2}]}");
    }
    if (request.query() != null && request.query().startsWith("limit")) {
      answer = new JsonObject().put("items", new JsonArray().add(answer)).putNull("next");
    }
    return answer.toBuffer();
  }

  private CliRun run(byte[] in, String... args) {
    CliRun run = CliRun.of(environment, in, args);
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    return run;
  }

  private Asked last() {
    return asked.getLast();
  }

  @Test
  void aValueComesFromTheStandardInputAndGoesToTheStandardOutputAsItIs() {
    CliRun put = run(VALUE, "secret", "put", "db", "--expected-version", "1");
    String coded = Base64.getEncoder().encodeToString(VALUE);
    assertEquals("POST /v1/secrets/db/versions", last().line);
    assertEquals("app-owner", last().token);
    assertEquals(new JsonObject().put("expectedVersion", 1).put("value", coded), last().body);
    assertFalse(put.text().contains(coded));

    assertArrayEquals(VALUE, run(new byte[0], "secret", "get", "db").out());
    assertEquals("GET /v1/secrets/db/value", last().line);
    assertEquals("app", last().token);
    assertArrayEquals(
        VALUE, run(new byte[0], "secret", "get", "db", "--secret-version", "1").out());
    assertEquals("GET /v1/secrets/db/value?version=1", last().line);
  }

  @Test
  void aSecretIsMadeOfAFileAndAllThatIsSaidOfIt() throws IOException {
    Path file = Files.write(home.resolve("value"), "secret".getBytes(UTF_8));
    run(
        new byte[0],
        "secret put db --environment dev --data-class internal --owner group:shop --description d"
            .concat(" --expires-at 2030-01-01T00:00:00Z --no-rotation fixed --file " + file)
            .split(" "));
    assertEquals("POST /v1/secrets", last().line);
    assertEquals(
        new JsonObject()
            .put("name", "db")
            .put("environment", "dev")
            .put("dataClass", "internal")
            .put("owner", "group:shop")
            .put("description", "d")
            .put("expiresAt", "2030-01-01T00:00:00Z")
            .put("rotation", new JsonObject().put("none", "fixed"))
            .put("value", "c2VjcmV0"),
        last().body);
    run(new byte[0], "secret", "update", "db", "--rotation-days", "30");
    assertEquals("PATCH /v1/secrets/db", last().line);
    assertEquals(new JsonObject("{\"rotation\":{\"days\":30}}"), last().body);
  }

  @Test
  void theOtherCommandsAskForWhatTheySay() {
    for (String how : List.of("delete", "undelete")) {
      run(new byte[0], "secret", how, "db", "--secret-version", "1", "--secret-version", "2");
      assertEquals("POST /v1/secrets/db/" + how, last().line);
      assertEquals(new JsonObject("{\"versions\":[1,2]}"), last().body);
    }
    run("db\n".getBytes(UTF_8), "secret", "destroy", "db");
    assertEquals(new Asked("POST /v1/secrets/db/destroy", "app-owner", null), last());
    run(new byte[0], "secret", "grant", "db", "group:g", "--not-after", "2030-01-01T00:00:00Z");
    assertEquals("PUT /v1/secrets/db/grants/group%3Ag", last().line);
    assertEquals("security-admin", last().token);
    assertEquals("2030-01-01T00:00:00Z", last().body.getString("notAfter"));
    run(new byte[0], "secret", "ungrant", "db", "app");
    assertEquals("DELETE /v1/secrets/db/grants/app", last().line);
    for (String list : List.of("grants db", "versions db", "list")) {
      run(new byte[0], ("secret " + list).split(" "));
      assertTrue(last().line.startsWith("GET /v1/secrets"), last().line);
    }
    run(new byte[0], "secret", "describe", "db");
    assertEquals("GET /v1/secrets/db", last().line);
  }

  @Test
  void theConfirmationOfADestructionSaysWhichValuesItEnds() {
    CliRun whole = CliRun.of(environment, "key", "schedule-destruction", "vault-dev");
    assertEquals(ExitCodes.USAGE, whole.exitCode());
    assertTrue(
        whole.err().contains("With it end 5 values of secrets, the current ones of 3 secrets"),
        whole::err);
    CliRun version =
        CliRun.of(environment, "key", "version", "schedule-destruction", "vault-dev", "1");
    assertEquals(ExitCodes.USAGE, version.exitCode());
    assertTrue(
        version.err().contains("With it end 3 values of secrets, the current ones of 1 secrets"),
        version::err);
    assertTrue(asked.stream().allMatch(call -> call.line().startsWith("GET /v1/keys/vault-dev")));
  }

  @Test
  void whatCannotBeIsSaidBeforeAnythingIsSent() {
    List<String[]> wrong =
        List.of(
            new String[] {"secret", "put", "db", "the-value"},
            new String[] {"secret", "put", "db"},
            new String[] {"secret", "put", "db", "--owner", "app-owner"},
            new String[] {"secret", "update", "db"},
            new String[] {"secret", "destroy", "db"},
            new String[] {"secret", "get"});
    for (String[] args : wrong) {
      CliRun run = CliRun.of(environment, new byte[0], args);
      assertEquals(ExitCodes.USAGE, run.exitCode(), String.join(" ", args) + run.err());
    }
    CliRun tooLong = CliRun.of(environment, new byte[65_537], "secret", "put", "db");
    assertEquals(ExitCodes.USAGE, tooLong.exitCode(), tooLong::err);
    assertEquals(List.of(), asked);
  }

  @Test
  void aRotationIsSetLookedAtDoneAndStopped() throws IOException {
    JsonObject document = new JsonObject().put("engine", "pg").put("periodSeconds", 60);
    Path file = Files.writeString(home.resolve("rotation.json"), document.encode());
    run(new byte[0], "secret", "rotation", "set", "db", "--file", file.toString());
    assertEquals("PUT /v1/secrets/db/rotation", last().line);
    assertEquals("app-owner", last().token);
    assertEquals(document, last().body);
    run(new byte[0], "secret", "rotation", "show", "a/b");
    assertEquals("GET /v1/secrets/a%2Fb/rotation", last().line);
    run(new byte[0], "secret", "rotation", "rotate", "db", "--dry-run");
    assertEquals("POST /v1/secrets/db/rotation/rotate", last().line);
    assertEquals(new JsonObject().put("dryRun", true), last().body);
    run(new byte[0], "secret", "rotation", "rotate", "db");
    assertEquals(new JsonObject().put("dryRun", false), last().body);
    run(new byte[0], "secret", "rotation", "rotate", "db", "--force");
    assertEquals(new JsonObject().put("dryRun", false).put("force", true), last().body);
    run(new byte[0], "secret", "rotation", "set", "db", "--file", file.toString(), "--in-use", "b");
    assertEquals(document.copy().put("inUse", "b"), last().body);
    run(new byte[0], "secret", "rotation", "stop", "db");
    assertEquals("DELETE /v1/secrets/db/rotation", last().line);
  }

  @Test
  void aGroupIsMadeFilledGrantedAndReadByItsName() {
    run(
        new byte[0],
        "secret group create shop --environment dev --data-class internal --owner group:shop"
            .concat(" --description d")
            .split(" "));
    assertEquals("POST /v1/secret-groups", last().line);
    assertEquals("security-admin", last().token);
    assertEquals(
        new JsonObject()
            .put("name", "shop")
            .put("environment", "dev")
            .put("dataClass", "internal")
            .put("owner", "group:shop")
            .put("description", "d"),
        last().body);
    run(new byte[0], "secret", "group", "update", "shop", "--owner", "app-owner");
    assertEquals("PATCH /v1/secret-groups/shop", last().line);
    assertEquals(new JsonObject().put("owner", "app-owner"), last().body);
    assertEquals(
        ExitCodes.USAGE, CliRun.of(environment, "secret", "group", "update", "shop").exitCode());
    run(new byte[0], "secret", "group", "add", "shop", "a/b");
    assertEquals("PUT /v1/secret-groups/shop/members/a%2Fb", last().line);
    run(new byte[0], "secret", "group", "remove", "shop", "db");
    assertEquals("DELETE /v1/secret-groups/shop/members/db", last().line);
    String end = "2030-01-01T00:00:00Z";
    run(new byte[0], "secret", "group", "grant", "shop", "group:g", "--not-after", end);
    assertEquals("PUT /v1/secret-groups/shop/grants/group%3Ag", last().line);
    assertEquals(end, last().body.getString("notAfter"));
    run(new byte[0], "secret", "group", "ungrant", "shop", "app");
    assertEquals("DELETE /v1/secret-groups/shop/grants/app", last().line);
    run(new byte[0], "secret", "group", "grants", "shop");
    assertTrue(last().line.startsWith("GET /v1/secret-groups/shop/grants?"), last().line);
    run(new byte[0], "secret", "group", "list");
    assertTrue(last().line.startsWith("GET /v1/secret-groups?"), last().line);
    run(new byte[0], "secret", "group", "show", "shop");
    assertEquals("GET /v1/secret-groups/shop", last().line);
    run(new byte[0], "secret", "group", "delete", "shop");
    assertEquals("DELETE /v1/secret-groups/shop", last().line);
    run(new byte[0], "secret", "list", "--group", "a&b");
    assertTrue(last().line.contains("&group=a%26b"), last().line);
  }

  @Test
  void aTemplateIsMarkedWhenItIsWrittenAndFilledWhenThatIsSaid() {
    run("{{a}}".getBytes(UTF_8), "secret", "put", "db", "--template");
    assertEquals(new JsonObject().put("template", true).put("value", "e3thfX0="), last().body);
    run(new byte[0], "secret", "get", "db", "--resolve");
    assertEquals("GET /v1/secrets/db/value?resolve=true", last().line);
    run(new byte[0], "secret", "get", "db", "--secret-version", "3", "--resolve");
    assertEquals("GET /v1/secrets/db/value?version=3&resolve=true", last().line);
    run(new byte[0], "secret", "delete", "db", "--force");
    assertEquals(new JsonObject().put("force", true), last().body);
    run(new byte[0], "secret", "destroy", "db", "--yes", "--secret-version", "1", "--force");
    assertEquals(new JsonObject("{\"versions\":[1],\"force\":true}"), last().body);
  }
}
