package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands of retention and holds ask, by whose token, and what they print. */
class AuditRetentionCommandTest {
  @TempDir Path home;
  private AnsweringService service;
  private JsonObject answer = new JsonObject();

  @BeforeEach
  void start() throws IOException {
    service =
        new AnsweringService(
            home, List.of("platform-admin", "security-admin", "auditor"), () -> answer);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private CliRun run(String... words) {
    return service.run(List.of(words));
  }

  @Test
  void periodsAreSetAsThePlatformAdmin() {
    CliRun run = run("audit", "retention", "set", "--no-key-days", "400", "--internal-days", "500");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    AnsweringService.Asked asked = service.asked.get(0);
    assertEquals("/v1/audit/retention", asked.uri());
    assertEquals("Bearer platform-admin", asked.authorization());
    assertEquals(new JsonObject("{\"noKeyDays\":400,\"internalDays\":500}"), asked.body());
    assertEquals(ExitCodes.OK, run("audit", "retention", "set", "--forever").exitCode());
    assertEquals(new JsonObject(), service.asked.get(1).body());
    for (CliRun misused :
        List.of(
            run("audit", "retention", "set"),
            run("audit", "retention", "set", "--forever", "--public-days", "1"))) {
      assertEquals(ExitCodes.USAGE, misused.exitCode());
    }
  }

  @Test
  void aPlanSaysWhatStaysAndThatItIsNotWhole() {
    JsonObject item =
        new JsonObject()
            .put("log", "cofre-audit/n/segment")
            .put("segment", 4)
            .put("events", 17)
            .put("newest", "2026-01-01T00:00:00Z")
            .put("outcome", "held")
            .put("why", "under legal hold: case-1");
    answer =
        new JsonObject()
            .put("items", new JsonArray().add(item))
            .putNull("next")
            .put("complete", true);
    CliRun run = run("audit", "retention", "plan");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(run.text().contains("under legal hold: case-1"), run::text);
    answer.put("complete", false);
    assertEquals(ExitCodes.FAILED, run("audit", "retention", "plan").exitCode());
    assertEquals("/v1/audit/retention/plan?limit=500", service.asked.get(0).uri());
  }

  @Test
  void holdsArePlacedAndLiftedAsTheSecurityAdmin() {
    CliRun placed = run("audit", "hold", "place", "case-1", "--for", "order 7", "--key", "demo");
    assertEquals(ExitCodes.OK, placed.exitCode(), placed::err);
    assertEquals("Bearer security-admin", service.asked.get(0).authorization());
    assertEquals(
        new JsonObject("{\"name\":\"case-1\",\"reason\":\"order 7\",\"key\":\"demo\"}"),
        service.asked.get(0).body());
    assertEquals(ExitCodes.OK, run("audit", "hold", "lift", "case-1").exitCode());
    assertEquals("/v1/audit/holds/case-1/lift", service.asked.get(1).uri());
    assertEquals(ExitCodes.OK, run("audit", "hold", "show", "case-1").exitCode());
    for (CliRun misused :
        List.of(
            run("audit", "hold", "place", "c", "--for", "x"),
            run("audit", "hold", "place", "c", "--for", "x", "--all", "--key", "k"),
            run("audit", "hold", "place", "c", "--all"))) {
      assertEquals(ExitCodes.USAGE, misused.exitCode());
    }
  }

  @Test
  void aSearchSaysFirstWhatIsNotThereAnyMore() {
    answer =
        new JsonObject()
            .put("items", new JsonArray())
            .putNull("next")
            .put(
                "removed",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("log", "cofre-audit/n/segment")
                            .put("events", 40)
                            .put("to", "2026-01-01T00:00:00Z")));
    CliRun run = run("audit", "search");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(run.err().contains("40 events up to 2026-01-01T00:00:00Z"), run::err);
  }
}
