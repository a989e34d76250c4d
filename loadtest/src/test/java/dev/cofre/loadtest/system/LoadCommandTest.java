package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./cofre load} against {@code ./cofre dev}. */
@ExtendWith(SystemExtension.class)
class LoadCommandTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

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
    LoadRuns.shed(summary, "key_disabled");
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
    ProcessBuilder command =
        Launcher.command(
            cofre.environment(),
            "load",
            "-f",
            file.toString(),
            "--no-ceiling",
            "--out",
            out.toString());
    // Who was started in the background of a shell ignores SIGINT, and so would all that it starts.
    command.command().addAll(0, List.of("env", "--default-signal=INT"));
    Child load = workspace.start("load", command);
    Await.until("it sends", LIMIT, () -> load.err().contains("done, "));
    Child kill =
        workspace.start(
            "kill", Launcher.program(Map.of(), List.of("kill", "-INT", "" + load.pid())));
    assertEquals(0, kill.exitCode(LIMIT));
    assertEquals(2, load.exitCode(LIMIT), "a run that was cut short says nothing");
    JsonObject summary = LoadRuns.summary(out);
    assertEquals("stopped", summary.getString("valid"));
    assertTrue(summary.getInteger("done") > 0, summary::encode);
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
    assertEquals(202, summary.getInteger("done") + LoadRuns.shed(summary));
    assertEquals(
        summary.getInteger("done"),
        LoadRuns.summary(workspace.resolve("out/part-1")).getInteger("done")
            + LoadRuns.summary(workspace.resolve("out/part-2")).getInteger("done"));
  }
}
