package dev.cofre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a server that says what it was asked. */
class ControlCommandsTest {
  private static final String POLICY_ID = "5fcf73c0-b1a7-402b-8448-692d4c4a7444";
  private static final JsonObject KEY =
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
  private record Asked(String line, String token, String ifMatch, JsonObject body) {}

  @TempDir Path home;

  private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
  private Vertx vertx;
  private HttpServer server;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    server =
        vertx
            .createHttpServer()
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    Files.createDirectory(home.resolve("dev"));
    for (String role : List.of("crypto-officer", "security-admin", "security-admin-2")) {
      Files.writeString(home.resolve("dev").resolve(role + ".token"), role + "\n");
    }
    environment =
        Map.of(
            "COFRE_HOME", home.toString(),
            "COFRE_PORT_BASE", Integer.toString(server.actualPort() - 1));
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
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

  private static JsonObject approval() {
    return new JsonObject()
        .put("id", POLICY_ID)
        .put("action", "policy:create")
        .put("changes", new JsonArray().add("+ name: \"p\"").add("- effect: \"deny\""))
        .put("request", new JsonObject().put("method", "POST").put("body", "e30="))
        .put("digest", "ab".repeat(32))
        .put("needed", 1)
        .put("expiresAt", "2030-01-01T00:00:00Z");
  }

  @Test
  void whatWaitsForApprovalSaysItsIdAndHasAnExitCodeOfItsOwn() {
    String create = "policy create --name p --principal a --action encrypt --key k";
    CliRun run = run((create + " --reason guarded").split(" "));
    assertEquals(ExitCodes.PENDING, run.exitCode(), run::err);
    assertEquals(POLICY_ID + "\n", run.text());
    assertEquals(1, run.errLines(), run::err);
    assertTrue(
        run.err().contains("approval approve " + POLICY_ID + " --digest " + "ab".repeat(32)),
        run::err);
    CliRun json = run((create + " --reason guarded --output json").split(" "));
    assertEquals(ExitCodes.PENDING, json.exitCode());
    assertEquals(approval(), new JsonObject(json.text()));
  }

  @Test
  void approvesWhatItShowedAsTheSecondSecurityAdmin() {
    CliRun run = run("approval", "approve", POLICY_ID);
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(run.err().contains("+ name: \"p\"\n- effect: \"deny\"\n"), run::err);
    assertTrue(run.text().contains("  + name"), run::text);
    assertEquals("GET /v1/approvals/" + POLICY_ID, asked.get(0).line());
    assertEquals("POST /v1/approvals/" + POLICY_ID + "/approve", asked.get(1).line());
    assertEquals("Bearer security-admin-2", asked.get(1).token());
    assertEquals(new JsonObject().put("digest", "ab".repeat(32)), asked.get(1).body());
    CliRun named = run("approval", "approve", POLICY_ID, "--digest", "cd".repeat(32));
    assertEquals(ExitCodes.OK, named.exitCode(), named::err);
    assertEquals(new JsonObject().put("digest", "cd".repeat(32)), asked.get(2).body());
  }

  @Test
  void rejectsAndWithdraws() {
    assertEquals(ExitCodes.OK, run("approval", "reject", POLICY_ID).exitCode());
    assertEquals(ExitCodes.OK, run("approval", "withdraw", POLICY_ID).exitCode());
    assertEquals("POST /v1/approvals/" + POLICY_ID + "/reject", asked.get(0).line());
    assertEquals("Bearer security-admin-2", asked.get(0).token());
    assertEquals("POST /v1/approvals/" + POLICY_ID + "/withdraw", asked.get(1).line());
    assertEquals("Bearer security-admin", asked.get(1).token());
  }

  private CliRun run(String... args) {
    return CliRun.of(environment, args);
  }

  @Test
  void tagsAreChangedOneByOneWhileNobodyElseDoes() {
    CliRun run = run("key update orders --owner b --tag tier=1,app=shop --untag old".split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("GET /v1/keys/orders", asked.get(0).line());
    assertEquals("PATCH /v1/keys/orders", asked.get(1).line());
    assertEquals("\"7\"", asked.get(1).ifMatch());
    assertEquals("Bearer crypto-officer", asked.get(1).token());
    assertEquals(
        new JsonObject(
            "{\"owner\":\"b\",\"tags\":{\"kept\":\"1\",\"tier\":\"1\",\"app\":\"shop\"}}"),
        asked.get(1).body());
    assertEquals(
        ExitCodes.OK,
        run("key update orders --expires-at 2031-01-01T00:00:00Z".split(" ")).exitCode());
    assertEquals(new JsonObject().put("expiresAt", "2031-01-01T00:00:00Z"), asked.get(2).body());
    assertNull(asked.get(2).ifMatch());
    assertEquals(ExitCodes.USAGE, run("key", "update", "orders").exitCode());
  }

  @Test
  void noticesOrphansAndUsesAreListed() {
    for (String command : List.of("notice list", "orphan list", "key uses orders")) {
      CliRun text = run(command.split(" "));
      assertEquals(ExitCodes.OK, text.exitCode(), text::err);
      CliRun json = run((command + " --output json").split(" "));
      assertEquals(1, new JsonObject(json.text()).getJsonArray("items").size(), json::text);
    }
    assertEquals("GET /v1/notices?limit=200", asked.get(0).line());
    assertEquals("GET /v1/orphans?limit=200", asked.get(2).line());
    assertEquals("GET /v1/keys/orders/uses", asked.get(4).line());
    assertEquals(ExitCodes.USAGE, run("notice", "list", "--limit", "0").exitCode());
  }

  @Test
  void dangerousCommandsAreConfirmedByTheTypedAlias() {
    String id = KEY.getString("id");
    CliRun typed =
        CliRun.of(
            environment, "orders\n".getBytes(StandardCharsets.UTF_8), "key", "compromise", id);
    assertEquals(0, typed.exitCode(), typed.err());
    assertTrue(typed.err().contains("orders"), typed.err());
    assertEquals(
        List.of("GET /v1/keys/" + id, "POST /v1/keys/" + id + "/compromise"),
        asked.stream().map(Asked::line).toList());
    asked.clear();
    for (String wrong : List.of("", "yes\n", id + "\n")) {
      CliRun refused =
          CliRun.of(
              environment,
              wrong.getBytes(StandardCharsets.UTF_8),
              "key",
              "schedule-destruction",
              id);
      assertEquals(ExitCodes.USAGE, refused.exitCode());
      assertTrue(refused.err().contains("--yes"), refused.err());
    }
    assertTrue(asked.stream().allMatch(call -> call.line().startsWith("GET ")), asked.toString());
  }

  @Test
  void changesTheRulesThatAreNamed() {
    CliRun run =
        CliRun.of(
            environment,
            "data-class",
            "update",
            "restricted",
            "--rotation-days",
            "30",
            "--protections",
            "HSM,SOFTWARE",
            "--export-permitted",
            "false",
            "--data-key-seconds-max",
            "20");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("PATCH /v1/data-classes/restricted", asked.getFirst().line());
    assertEquals("Bearer security-admin", asked.getFirst().token());
    assertEquals(
        new JsonObject()
            .put("rotationDays", 30)
            .put("protections", new JsonArray().add("HSM").add("SOFTWARE"))
            .put("exportPermitted", false)
            .put("dataKeys", new JsonObject().put("secondsMax", 20)),
        asked.getFirst().body());
    assertEquals(
        ExitCodes.USAGE, CliRun.of(environment, "data-class", "update", "public").exitCode());
  }

  @Test
  void movesKeysAndVersions() {
    for (String[] command :
        List.of(
            new String[] {"key", "schedule-destruction", "orders", "--days", "9", "--yes"},
            new String[] {"key", "cancel-destruction", "orders"},
            new String[] {"key", "activate", "orders"},
            new String[] {"key", "versions", "orders"},
            new String[] {"key", "version", "disable", "orders", "1"},
            new String[] {"key", "version", "compromise", "orders", "1", "--yes"})) {
      CliRun run = CliRun.of(environment, command);
      assertEquals(0, run.exitCode(), run.err());
    }
    assertEquals(
        List.of(
            "POST /v1/keys/orders/schedule-destruction",
            "POST /v1/keys/orders/cancel-destruction",
            "POST /v1/keys/orders/activate",
            "GET /v1/keys/orders/versions",
            "POST /v1/keys/orders/versions/1/disable",
            "POST /v1/keys/orders/versions/1/compromise"),
        asked.stream().map(Asked::line).toList());
    assertEquals(new JsonObject().put("days", 9), asked.getFirst().body());
  }

  @Test
  void createSendsTheKeyAsTheCryptoOfficer() {
    CliRun run =
        run(
            "key create --alias orders --owner shop --purpose tests --data-class internal --environment dev --expires-at 2030-01-01T02:00:00+02:00 --protection HSM --output json"
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(KEY, new JsonObject(run.text()));
    Asked only = asked.get(0);
    assertEquals("POST /v1/keys", only.line());
    assertEquals("Bearer crypto-officer", only.token());
    assertEquals(
        new JsonObject()
            .put("alias", "orders")
            .put("owner", "shop")
            .put("purpose", "tests")
            .put("dataClass", "internal")
            .put("environment", "dev")
            .put("expiresAt", "2030-01-01T00:00:00Z")
            .put("protection", "HSM"),
        only.body());
  }

  @Test
  void showIsTextWithoutWhatSteersATerminal() {
    CliRun run = run("key", "show", "or/ders");
    assertEquals("GET /v1/keys/or%2Fders", asked.get(0).line());
    assertTrue(run.text().contains("alias           orders\n"), run::text);
    assertTrue(run.text().contains("owner           shop [31m team\n"), run::text);
    assertTrue(run.text().contains("versions        number=2  createdBy=officer\n"), run::text);
  }

  @Test
  void listFollowsThePages() {
    CliRun run = run("key", "list", "--output", "json");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    JsonObject list = new JsonObject(run.text());
    assertEquals(4, list.getJsonArray("items").size());
    assertNull(list.getValue("next"));
    assertEquals("GET /v1/keys?limit=200&after=a%20b%26c", asked.get(1).line());
  }

  @Test
  void listStopsAtItsLimit() {
    CliRun run = run("key", "list", "--limit", "3");
    assertEquals(4, run.text().lines().count(), run::text);
    assertTrue(run.text().startsWith("ALIAS"), run::text);
    assertEquals("GET /v1/keys?limit=3", asked.get(0).line());
    assertEquals("GET /v1/keys?limit=1&after=a%20b%26c", asked.get(1).line());
  }

  @Test
  void disableAndEnableArePosts() {
    assertEquals(ExitCodes.OK, run("key", "disable", "orders").exitCode());
    assertEquals(ExitCodes.OK, run("key", "enable", "orders").exitCode());
    assertEquals("POST /v1/keys/orders/disable", asked.get(0).line());
    assertEquals("POST /v1/keys/orders/enable", asked.get(1).line());
  }

  @Test
  void aProblemIsOneLine() {
    CliRun missing = run("key", "show", "missing");
    assertEquals(ExitCodes.FAILED, missing.exitCode());
    assertEquals("cofre: key_not_found: no such key\n", missing.err());
    CliRun wrong = run("key", "rotate", "orders");
    assertEquals("cofre: invalid_request: fields are wrong [alias: bad]\n", wrong.err());
  }

  @Test
  void aPolicyIsMadeOfOptionsAsTheSecurityAdmin() {
    CliRun run =
        run(
            "policy create --name p --principal a,b --action encrypt --action decrypt --key orders"
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("Bearer security-admin", asked.get(0).token());
    assertEquals(
        new JsonObject(
            """
            {"name":"p","effect":"allow","principals":["a","b"],
             "actions":["encrypt","decrypt"],"keys":["orders"]}
            """),
        asked.get(0).body());
  }

  @Test
  void aPolicyIsMadeOfADocument() {
    CliRun run =
        CliRun.of(
            environment,
            "{\"name\":\"p\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "policy",
            "create",
            "--file",
            "-");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(new JsonObject().put("name", "p"), asked.get(0).body());
  }

  @Test
  void aPolicyIsDeletedWithoutAWord() {
    CliRun run = run("policy", "delete", POLICY_ID);
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("", run.text());
    assertEquals("DELETE /v1/policies/" + POLICY_ID, asked.get(0).line());
  }

  @Test
  void aPolicyIsNamedByItsName() {
    CliRun run = run("policy", "delete", "second one");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("DELETE /v1/policies/second%20one", asked.get(0).line());
  }

  @Test
  void accessIsAskedForWithItsFacts() {
    CliRun run =
        run(
            ("policy explain --principal shop --action encrypt --key orders --context team=a"
                    + " --source-address 10.1.2.3 --authentication mtls")
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("POST /v1/policies/explain", asked.get(0).line());
    assertEquals(
        new JsonObject(
            """
            {"principal":"shop","action":"encrypt","key":"orders","sourceAddress":"10.1.2.3",
             "authentication":"mtls","context":{"team":"a"}}
            """),
        asked.get(0).body());
    run("policy who-can decrypt --key orders --at 2026-11-01T00:00:00Z".split(" "));
    assertEquals(
        "GET /v1/policies/who-can?action=decrypt&key=orders&at=2026-11-01T00%3A00%3A00Z",
        asked.get(1).line());
  }

  @Test
  void aTokenIsMadeHereAndItsDigestIsSent() throws Exception {
    Path file = home.resolve("shop.token");
    CliRun given = run("principal token shop --out".split(" "), file);
    assertEquals(0, given.exitCode(), given.err());
    assertEquals("POST /v1/principals/shop/token", asked.get(0).line());
    String token = Files.readString(file).strip();
    assertTrue(token.matches("cofre_[A-Za-z0-9_-]{43}"));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
    assertEquals(
        new JsonObject().put("sha256", HexFormat.of().formatHex(digest)), asked.get(0).body());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertFalse((given.text() + given.err()).contains(token));

    assertEquals(2, run("principal token shop --out".split(" "), file).exitCode());
    assertEquals(token, Files.readString(file).strip());
    assertEquals(1, asked.size(), "nothing was asked");
    CliRun waits = run("principal token shop --force --reason guarded --out".split(" "), file);
    assertEquals(3, waits.exitCode());
    assertTrue(waits.err().contains("works once this is approved"), waits.err());
    assertNotEquals(token, Files.readString(file).strip());

    Path refused = home.resolve("refused.token");
    assertEquals(1, run("principal token missing-one --out".split(" "), refused).exitCode());
    assertFalse(Files.exists(refused), "there is no file for a token that nobody took");
  }

  private CliRun run(String[] command, Path file) {
    String[] all = Arrays.copyOf(command, command.length + 1);
    all[command.length] = file.toString();
    return CliRun.of(environment, all);
  }

  @Test
  void principalsAndGroupsAreMadeAsTheSecurityAdmin() {
    run("principal create ann --role app-owner,crypto-officer".split(" "));
    assertEquals("POST /v1/principals", asked.get(0).line());
    assertEquals("Bearer security-admin", asked.get(0).token());
    assertEquals(
        new JsonObject("{\"id\":\"ann\",\"roles\":[\"app-owner\",\"crypto-officer\"]}"),
        asked.get(0).body());
    run("group update shop --member a,group:b".split(" "));
    assertEquals("PUT /v1/groups/shop", asked.get(1).line());
    assertEquals(
        new JsonObject("{\"members\":[\"a\",\"group:b\"],\"roles\":[]}"), asked.get(1).body());
  }

  @Test
  void keysAreListedByTagAndOrphansByReason() {
    run("key list --tag team=a&b --tag app=shop --environment prod --limit 1".split(" "));
    assertEquals(
        "GET /v1/keys?limit=1&tag=team%3Da%26b&tag=app%3Dshop&environment=prod",
        asked.get(0).line());
    run("orphan list --only wildcard-policy".split(" "));
    assertEquals("GET /v1/orphans?limit=200&reason=wildcard-policy", asked.get(1).line());
    run("policy lint --unused-days 30".split(" "));
    assertEquals("GET /v1/policies/lint?unusedDays=30", asked.get(2).line());
  }

  @Test
  void aBindingByClaimsAndTheEndOfAnEnrolment() {
    CliRun run =
        run(
            "identity bind ci --provider github --claim repository=a/b --claim environment=prod"
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("POST /v1/principals/ci/bindings", asked.get(0).line());
    assertEquals(
        new JsonObject(
            """
            {"provider":"github","claims":{"repository":"a/b","environment":"prod"}}
            """),
        asked.get(0).body());
    assertEquals(ExitCodes.OK, run("identity", "remove-enrolment", "ci", "e-1").exitCode());
    assertEquals("DELETE /v1/principals/ci/enrolments/e-1", asked.get(1).line());
    assertEquals(ExitCodes.OK, run("identity", "unbind", "ci", "b-1").exitCode());
    assertEquals("DELETE /v1/principals/ci/bindings/b-1", asked.get(2).line());
    assertEquals(ExitCodes.OK, run("identity", "remove-provider", "github").exitCode());
    assertEquals("DELETE /v1/identity-providers/github", asked.get(3).line());
    assertEquals(ExitCodes.OK, run("group", "delete", "shop").exitCode());
    assertEquals("DELETE /v1/groups/shop", asked.get(4).line());
    assertEquals(ExitCodes.OK, run("principal", "delete", "ann").exitCode());
    assertEquals("DELETE /v1/principals/ann", asked.get(5).line());
    assertEquals(ExitCodes.OK, run("quota", "set", "*", "--per-day", "5").exitCode());
    assertEquals("PUT /v1/quotas/*", asked.get(6).line());
    assertEquals(new JsonObject().put("perDay", 5), asked.get(6).body());
  }
}
