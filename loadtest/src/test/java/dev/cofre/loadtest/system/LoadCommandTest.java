package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./cofre load} against {@code ./cofre dev}. */
@ExtendWith(SystemExtension.class)
class LoadCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void eventsAreDoneDrawnAndRecoveredFrom(Cofre cofre, Workspace workspace) throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: {connections: 8, timeoutMs: 20000}
            arrivals: [{shape: constant, rate: 100, seconds: 10}]
            operations: [{do: encrypt}]
            events:
              - {at: 1, do: rotate}
              - {at: 2, do: disable}
              - {at: 3, do: enable}
              - {at: 4, do: exec, argv: [/bin/true], name: nothing}
            """);
    Path slo =
        Files.writeString(
            workspace.resolve("s.yaml"),
            "errors: {share: 0.9, codes: {key_disabled: 0.9}}\nrecovery: {seconds: 10, p99Ms: 20000}\n");
    JsonObject summary =
        LoadRuns.run(
            cofre,
            workspace,
            0,
            "-f",
            file.toString(),
            "--slo",
            slo.toString(),
            "--allow-exec",
            "/bin/true");
    assertEquals(Set.of("key_disabled"), summary.getJsonObject("errors").fieldNames());
    JsonArray events = summary.getJsonArray("events");
    assertEquals(4, events.size());
    for (int i = 0; i < 4; i++) {
      assertEquals(null, events.getJsonObject(i).getString("failure"));
    }
    JsonArray checks = summary.getJsonArray("slo");
    assertEquals(2 + 4, checks.size());
    assertTrue(Files.readString(workspace.resolve("out/report.html")).contains("class=\"event\""));
    assertTrue(Files.readString(workspace.resolve("out/junit.xml")).contains("tests=\"7\""));
  }

  /** The shared planes are as {@code ./cofre dev} starts them. */
  @Test
  void theHsmOfAUsualNodeIsNotSlowed(Cofre cofre, Workspace workspace) throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            operations: [{do: encrypt}]
            events: [{at: 1, do: hsm-slow, byMs: 5, seconds: 2}]
            """);
    String out = workspace.resolve("out").toString();
    for (String[] command :
        new String[][] {
          {"load", "-f", file.toString(), "--out", out},
          {"load", "event", "hsm-slow", "--by-ms", "5", "--seconds", "1"}
        }) {
      CliRun run = cofre.cli(new byte[0], command);
      assertEquals(2, run.exitCode(), run::err);
      assertTrue(run.err().contains("start it by  ./cofre dev --slowable-hsm"), run::err);
    }
  }

  @Test
  void ctrlCStillWritesTheReport(Cofre cofre, Workspace workspace) throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            arrivals: [{shape: constant, rate: 100, seconds: 600}]
            warmUpSeconds: 0
            operations: [{do: encrypt}]
            """);
    Path out = workspace.resolve("out");
    Child load =
        workspace.launch(
            "load",
            cofre.environment(),
            "load",
            "-f",
            file.toString(),
            "--no-ceiling",
            "--out",
            out.toString());
    Await.until("it sends", LIMIT, () -> load.err().contains("done, "));
    Child kill =
        workspace.start(
            "kill", Launcher.program(Map.of(), java.util.List.of("kill", "-INT", "" + load.pid())));
    assertEquals(0, kill.exitCode(LIMIT));
    assertEquals(2, load.exitCode(LIMIT), "a run that was cut short says nothing");
    JsonObject summary = LoadRuns.summary(out);
    assertEquals("stopped", summary.getString("valid"));
    assertTrue(summary.getInteger("done") >= 400, summary::encode);
    assertTrue(Files.readString(out.resolve("report.html")).contains("stopped before its end"));
    assertFalse(load.err().contains("Exception"), load.err());
  }

  @Test
  void severalGeneratorsSendWhatOneWould(Cofre cofre, Workspace workspace) throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: {timeoutMs: 20000}
            arrivals: [{shape: constant, rate: 101, seconds: 2}]
            operations: [{do: encrypt}]
            """);
    JsonObject summary =
        LoadRuns.run(cofre, workspace, 0, "-f", file.toString(), "--generators", "2");
    assertEquals(202, summary.getInteger("done"));
    assertEquals(
        202,
        LoadRuns.summary(workspace.resolve("out/part-1")).getInteger("done")
            + LoadRuns.summary(workspace.resolve("out/part-2")).getInteger("done"));
  }
}
