package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands about keys, their classes and what there is to know of them. */
class KeyCommandsTest extends ControlCommands {
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
            "20",
            "--version-messages-max",
            "1000",
            "--version-data-keys-max",
            "4294967296");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("PATCH /v1/data-classes/restricted", asked.getFirst().line());
    assertEquals("Bearer security-admin", asked.getFirst().token());
    assertEquals(
        new JsonObject()
            .put("rotationDays", 30)
            .put("protections", new JsonArray().add("HSM").add("SOFTWARE"))
            .put("exportPermitted", false)
            .put("dataKeys", new JsonObject().put("secondsMax", 20))
            .put(
                "versions",
                new JsonObject().put("messagesMax", 1_000).put("dataKeysMax", 4_294_967_296L)),
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
}
