package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drafts of files against a service that says what it was asked. */
class PolicySimulateCommandTest {
  private static final String DRAFT =
      """
      {"name":"j","statements":[{"effect":"allow","principals":["shop"],"actions":["encrypt"],"keys":["k"]}]}
      """;
  private static final String FILES =
      """
      apiVersion: cofre/v1
      kind: Policy
      name: orders
      statements:
        - effect: allow
          principals: [shop]
          actions: [encrypt]
          keys: [orders]
      ---
      apiVersion: cofre/v1
      kind: Group
      name: team
      members: [shop]
      """;

  @TempDir Path home;
  private AnsweringService service;
  private boolean complete = true;
  private JsonArray failedTests = new JsonArray();

  @BeforeEach
  void start() throws IOException {
    service = new AnsweringService(home, List.of("auditor", "security-admin"), this::answer);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static JsonObject table(JsonObject row, long more) {
    JsonObject item =
        row.put("principal", "a\u001b[31mb")
            .put("action", "encrypt")
            .put("key", "orders")
            .put("events", 1_200)
            .put("first", "2026-01-01T00:00:00Z")
            .put("requestId", "r1");
    return new JsonObject()
        .put("items", new JsonArray().add(item))
        .put("estimated", false)
        .put("more", more);
  }

  private JsonObject answer() {
    return new JsonObject()
        .put("answers", new JsonArray().add(new JsonObject().put("decision", "allow")))
        .put("failedTests", failedTests)
        .put(
            "history",
            new JsonObject()
                .put("complete", complete)
                .put("words", new JsonArray().add("Of 3 decisions").add("Policies are kept"))
                .put("gains", table(new JsonObject().put("alreadySo", true), 4))
                .put("losses", table(new JsonObject().put("alreadySo", false), 0))
                .put("unknown", table(new JsonObject().put("why", "it is gone"), 0)));
  }

  private CliRun run(String... options) {
    return service.run(List.of("policy", "simulate"), options);
  }

  @Test
  void policiesOfFilesAreHeldAgainstWhatWasDecided() throws IOException {
    Path folder = Files.createDirectory(home.resolve("policies"));
    Files.writeString(folder.resolve("all.yaml"), FILES);
    Path draft = Files.writeString(home.resolve("d.json"), DRAFT);
    CliRun run = run("-f", folder.toString(), "-f", draft.toString(), "--days", "30");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("Bearer auditor", service.asked.get(0).authorization());
    JsonObject request = service.asked.get(0).body();
    assertEquals(
        List.of("orders", "j"),
        request.getJsonArray("policies").stream()
            .map(policy -> ((JsonObject) policy).getString("name"))
            .toList());
    assertEquals(30, request.getJsonObject("history").getInteger("days"));
    assertFalse(request.containsKey("questions"));
    assertTrue(run.err().contains("1 documents are no policies"), run::err);
    assertTrue(run.text().startsWith("Of 3 decisions\nPolicies are kept\n"), run::text);
    assertTrue(
        run.text()
            .contains(
                "would be allowed: a [31mb encrypt orders, 1,200 times, the first"
                    + " 2026-01-01T00:00:00Z, request r1 (what is in force says so already)"),
        run::text);
    assertTrue(run.text().contains("would be allowed: and 4 more"), run::text);
    assertTrue(run.text().contains("request r1 (it is gone)"), run::text);
    complete = false;
    CliRun cut = run("-f", draft.toString(), "--days", "1");
    assertEquals(ExitCodes.FAILED, cut.exitCode());
    assertTrue(cut.text().contains("Of 3 decisions"), "what was found is printed");
  }

  @Test
  void aQuestionIsAskedAsEver() throws IOException {
    Path draft = Files.writeString(home.resolve("d.json"), DRAFT);
    CliRun run =
        run("--file", draft.toString(), "--principal", "p", "--action", "encrypt", "--key", "k");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("Bearer security-admin", service.asked.get(0).authorization());
    assertEquals(1, service.asked.get(0).body().getJsonArray("questions").size());
    assertFalse(service.asked.get(0).body().containsKey("history"));
    assertTrue(run.text().contains("allow"), run::text);
  }

  @Test
  void testsOfDraftsThatFailAreTold() throws IOException {
    String draft = Files.writeString(home.resolve("d.json"), DRAFT).toString();
    failedTests.add(
        new JsonObject().put("policy", "j").put("field", "tests[0]").put("message", "is denied"));
    for (CliRun run :
        List.of(
            run("-f", draft, "--days", "1"),
            run("-f", draft, "--principal", "p", "--action", "encrypt", "--key", "k"))) {
      assertEquals(ExitCodes.FAILED, run.exitCode(), run::err);
      assertTrue(run.err().contains("a test of policy j fails: tests[0] is denied"), run::err);
    }
  }

  @Test
  void misuseIsTold() throws IOException {
    String draft = Files.writeString(home.resolve("d.json"), DRAFT).toString();
    Path empty = Files.writeString(home.resolve("e.yaml"), FILES.split("---")[1]);
    for (CliRun run :
        List.of(
            run("-f", draft),
            run("-f", draft, "--principal", "p"),
            run("-f", draft, "--days", "3", "--key", "k"),
            run("-f", draft, "--days", "3", "--timeout", "0"),
            run("-f", empty.toString(), "--days", "3"))) {
      assertEquals(ExitCodes.USAGE, run.exitCode(), run::err);
    }
    assertEquals(List.of(), service.asked);
  }
}
