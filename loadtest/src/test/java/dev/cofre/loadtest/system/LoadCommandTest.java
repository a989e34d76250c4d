package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./cofre load} against {@code ./cofre dev}. */
@ExtendWith(SystemExtension.class)
class LoadCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What the generator says of itself on a machine that is busy with other tests. */
  private static final Set<Integer> RAN = Set.of(0, 2);

  @ParameterizedTest
  @ValueSource(strings = {"raw", "json", "frames", "grpc"})
  void allOperationsGetRightAnswers(String protocol, Cofre cofre, Workspace workspace)
      throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: {protocol: %s, connections: 4, timeoutMs: 20000}
            arrivals: [{shape: constant, rate: 150, seconds: 2}]
            warmUpSeconds: 0.5
            operations:
              - {do: encrypt, share: 3, size: {distribution: uniform, min: 0, max: 4000}, batch: %d}
              - {do: decrypt, share: 3, bytes: 500, batch: %<d}
              - {do: encrypt, share: 1, bytes: 100000}
              - {do: data-key, share: 1}
              - {do: unwrap, share: 1}
              - {do: bad, share: 1, bytes: 300}
            context: {app: load}
            contexts: 3
            coldShare: 0.2
            """
                .formatted(protocol, protocol.equals("raw") ? 1 : 5));
    JsonObject summary = run(cofre, workspace, 0, "-f", file.toString(), "--no-ceiling");
    assertEquals(new JsonObject(), summary.getJsonObject("errors"));
    assertEquals(300, summary.getInteger("done"));
    String page = Files.readString(workspace.resolve("out/report.html"));
    assertTrue(page.contains("Data key cache: hits"), "it saw the node's metrics");
    assertFalse(page.contains(cofre.token("app")));
  }

  /** One whom nothing is granted is refused by name, beside one who is served. */
  @ParameterizedTest
  @ValueSource(strings = {"raw", "frames", "grpc"})
  void severalCallersSendEachWithItsToken(String protocol, Cofre cofre, Workspace workspace)
      throws Exception {
    Path dev = cofre.home().resolve("dev");
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: {protocol: %s, connections: 4, timeoutMs: 20000}
            arrivals: [{shape: constant, rate: 100, seconds: 2}]
            warmUpSeconds: 0.2
            operations: [{do: encrypt}]
            callers:
              - {tokenFile: "%s/app.token", share: 3}
              - {tokenFile: "%<s/auditor.token"}
            """
                .formatted(protocol, dev));
    JsonObject summary = run(cofre, workspace, 0, "-f", file.toString(), "--no-ceiling");
    JsonObject errors = summary.getJsonObject("errors");
    assertEquals(1, errors.size(), errors::encode);
    int refused = summary.getInteger("failed");
    assertTrue(refused >= 20 && refused <= 80, errors::encode);
    assertEquals(200, summary.getInteger("done") + refused);
  }

  @Test
  void eventsAreDoneDrawnAndRecoveredFrom(Cofre cofre, Workspace workspace) throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: {connections: 8, timeoutMs: 20000}
            arrivals: [{shape: constant, rate: 100, seconds: 12}]
            operations: [{do: encrypt}]
            events:
              - {at: 1, do: rotate}
              - {at: 2, do: disable}
              - {at: 4, do: enable}
              - {at: 5, do: exec, argv: [/bin/true], name: nothing}
            """);
    Path slo =
        Files.writeString(
            workspace.resolve("s.yaml"),
            "errors: {share: 0.9, codes: {key_disabled: 0.9}}\nrecovery: {seconds: 12, p99Ms: 20000}\n");
    JsonObject summary =
        run(
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
    JsonObject summary = summary(out);
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
    JsonObject summary = run(cofre, workspace, 0, "-f", file.toString(), "--generators", "2");
    assertEquals(202, summary.getInteger("done"));
    assertEquals(
        202,
        summary(workspace.resolve("out/part-1")).getInteger("done")
            + summary(workspace.resolve("out/part-2")).getInteger("done"));
  }

  /** The summary of a run whose exit code is {@code code}, or 2 where the machine was too busy. */
  private static JsonObject run(Cofre cofre, Workspace workspace, int code, String... arguments)
      throws Exception {
    Path out = workspace.resolve("out");
    String[] all = new String[arguments.length + 3];
    all[0] = "load";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--out";
    all[arguments.length + 2] = out.toString();
    CliRun run = cofre.cli(new byte[0], all);
    assertTrue(RAN.contains(run.exitCode()), run::err);
    JsonObject summary = summary(out);
    boolean behind = summary.getString("valid").equals("fell_behind");
    assertEquals(behind ? 2 : code, run.exitCode(), () -> run.text() + run.err());
    return summary;
  }

  private static JsonObject summary(Path out) throws IOException {
    return new JsonObject(Files.readString(out.resolve("summary.json")));
  }
}
