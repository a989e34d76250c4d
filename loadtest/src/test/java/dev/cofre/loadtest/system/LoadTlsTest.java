package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./cofre load} over TLS, with and without trust in the target. */
@ExtendWith(SystemExtension.class)
class LoadTlsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void overTls(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Certificates certificates = deployment.useTls("node-1");
    deployment.startBoth();
    Map<String, String> environment = new HashMap<>();
    environment.put("COFRE_DATA_URL", deployment.dataUrl());
    environment.put("COFRE_CA_FILE", certificates.authorityFile().toString());
    environment.put("COFRE_TOKEN_FILE", deployment.tokenFile("app").toString());
    for (String protocol : List.of("raw", "frames", "grpc")) {
      String target =
          "{protocol: %s, connections: 2, timeoutMs: 20000, framesTls: true, frames: \"127.0.0.1:%d\"}"
              .formatted(protocol, deployment.framePort());
      JsonObject summary = run(workspace, environment, target, Set.of(0, 2));
      assertEquals(100, summary.getInteger("done") + LoadRuns.shed(summary), protocol);
    }
    // A server that is trusted by nobody here: raw HTTP needs no preparation, so its name is seen.
    environment.remove("COFRE_CA_FILE");
    String untrusted =
        "{protocol: http, url: \"%s\", connections: 2, timeoutMs: 5000}"
            .formatted(deployment.dataUrl());
    JsonObject summary = run(workspace, environment, untrusted, Set.of(2));
    assertEquals(Set.of("tls_failed"), summary.getJsonObject("errors").fieldNames());
  }

  private static JsonObject run(
      Workspace workspace, Map<String, String> environment, String target, Set<Integer> codes)
      throws Exception {
    boolean http = target.contains("protocol: http");
    Path file =
        Files.writeString(
            workspace.resolve("w.yaml"),
            """
            target: %s
            arrivals: [{shape: constant, rate: 50, seconds: 2}]
            warmUpSeconds: 0.5
            operations: %s
            """
                .formatted(
                    target, http ? "[{path: /health/live}]" : "[{do: encrypt}, {do: decrypt}]"));
    Path out = workspace.resolve("out");
    Child load =
        workspace.launch(
            "load",
            environment,
            "load",
            "-f",
            file.toString(),
            "--no-ceiling",
            "--out",
            out.toString());
    int code = load.exitCode(LIMIT);
    assertTrue(codes.contains(code), load.err());
    return new JsonObject(Files.readString(out.resolve("summary.json")));
  }
}
