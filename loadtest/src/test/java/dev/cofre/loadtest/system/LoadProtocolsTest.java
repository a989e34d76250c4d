package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./cofre load} sends to {@code ./cofre dev}, and as whom. */
@ExtendWith(SystemExtension.class)
class LoadProtocolsTest {
  @ParameterizedTest
  @ValueSource(strings = {"raw", "json", "frames", "grpc"})
  void allOperationsGetRightAnswers(String protocol, Cofre cofre, Workspace workspace)
      throws Exception {
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: {protocol: %s, connections: 4, timeoutMs: 20000}
            arrivals: [{shape: constant, rate: 200, seconds: 1}]
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
    JsonObject summary = LoadRuns.run(cofre, workspace, 0, "-f", file.toString(), "--no-ceiling");
    assertEquals(200, summary.getInteger("done") + LoadRuns.shed(summary));
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
            arrivals: [{shape: constant, rate: 200, seconds: 1}]
            warmUpSeconds: 0.2
            operations: [{do: encrypt}]
            callers:
              - {tokenFile: "%s/app.token", share: 3}
              - {tokenFile: "%<s/auditor.token"}
            """
                .formatted(protocol, dev));
    JsonObject summary = LoadRuns.run(cofre, workspace, 0, "-f", file.toString(), "--no-ceiling");
    int shed = LoadRuns.shed(summary, "forbidden");
    int refused = summary.getJsonObject("errors").getInteger("forbidden");
    assertTrue(refused >= 20 && refused <= 80, summary::encode);
    assertEquals(200, summary.getInteger("done") + refused + shed);
  }
}
