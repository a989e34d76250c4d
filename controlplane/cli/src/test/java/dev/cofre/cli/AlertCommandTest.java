package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/**
 * {@code alert}: what is printed, what is asked, and rules that are looked at without a service.
 */
class AlertCommandTest {
  @TempDir Path home;
  private AnsweringService service;
  private final JsonObject answer =
      new JsonObject().put("on", true).put("items", new JsonArray()).putNull("next");

  @BeforeEach
  void start() throws IOException {
    service = new AnsweringService(home, List.of("auditor", "security-admin"), () -> answer);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private CliRun run(String... options) {
    return service.run(List.of("alert"), options);
  }

  @Test
  void alertsAreListedWithWhatBecameOfThem() {
    answer
        .getJsonArray("items")
        .add(
            new JsonObject()
                .put("time", "2026-01-31T12:00:00Z")
                .put("severity", "critical")
                .put("repeats", 3)
                .put("title", "failed-decryptions: principal eve\u001b[31m")
                .put(
                    "deliveries",
                    new JsonObject().put("mail", new JsonObject().put("state", "pending"))));
    CliRun run = run("list", "--limit", "7");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("/v1/alerts?limit=7", service.asked.getFirst().uri());
    assertTrue(run.text().contains("mail pending"), run::text);
    assertTrue(run.text().contains("failed-decryptions: principal eve"), run::text);
    assertTrue(run.text().indexOf('\u001b') < 0, "nothing steers the terminal");
  }

  @Test
  void aTestIsAskedForByTheSecurityAdministratorAndItsFailureIsTheExitCode() {
    answer
        .getJsonArray("items")
        .add(
            new JsonObject()
                .put("channel", "mail")
                .put("kind", "smtp")
                .put("sent", false)
                .put("answer", "535 no")
                .put("tookMs", 5));
    CliRun run = run("test", "--channel", "mail");
    assertEquals(ExitCodes.FAILED, run.exitCode());
    assertTrue(run.text().contains("535 no"), run::text);
    assertEquals("Bearer security-admin", service.asked.getFirst().authorization());
    assertEquals(new JsonObject().put("channel", "mail"), service.asked.getFirst().body());
  }

  @Test
  void thatNothingIsEvaluatedIsTold() {
    answer.put("on", false);
    CliRun run = run("rules");
    assertEquals(ExitCodes.OK, run.exitCode());
    assertTrue(run.err().contains("alerts.directory"), run::err);
  }

  @Test
  void aFileIsCheckedWithoutAService() throws IOException {
    Path file = home.resolve("r.yaml");
    String rule =
        """
        apiVersion: cofre/v1
        kind: AlertRule
        name: own
        description: Of our own.
        severity: info
        match: {action: [decrypt]}
        each: {by: [key]}
        quietS: 0
        tests:
        - {name: one, given: [{at: "2026-01-31T12:00:00Z", action: decrypt, key: k}], alerts: 1}
        """;
    Files.writeString(file, rule);
    CliRun right = run("rules", "--check", file.toString());
    assertEquals(ExitCodes.OK, right.exitCode(), right::err);
    assertEquals("1 rules, 1 tests hold\n", right.text());
    Files.writeString(file, rule.replace("alerts: 1", "alerts: 0"));
    CliRun wrong = run("rules", "--check", file.toString());
    assertEquals(ExitCodes.FAILED, wrong.exitCode());
    assertTrue(
        wrong.err().contains("r.yaml:10: tests[0]: the test \"one\" expects 0 alerts"), wrong::err);
    assertEquals(List.of(), service.asked);
    assertEquals(
        ExitCodes.USAGE, run("rules", "--check", home.resolve("none").toString()).exitCode());
  }
}
