package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.report.StoredRun;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SoftHSM2 is slowed under load: who needs it waits for it, whom the cache serves does not. */
@ExtendWith(SystemExtension.class)
class SlowHsmTest {
  private static final int BY_MS = 300;
  private static final int FROM_SECONDS = 3;
  private static final int TO_SECONDS = 7;
  private static final String EVENT = "HSM slower by 300 ms for 4 s";

  private static Histogram latency(Workspace workspace, double fromSeconds, double toSeconds)
      throws IOException {
    Histogram sum = new Histogram(3);
    List<Interval> intervals = StoredRun.read(workspace.resolve("out")).intervals();
    for (Interval interval : intervals) {
      double end = interval.startSeconds() + interval.seconds();
      if (interval.startSeconds() >= fromSeconds && end <= toSeconds) {
        sum.add(interval.latency());
      }
    }
    assertTrue(sum.getTotalCount() > 0, "from " + fromSeconds + " to " + toSeconds);
    return sum;
  }

  private static JsonObject run(
      Cofre cofre, Workspace workspace, String operations, int cold, double recoveryMs)
      throws Exception {
    Path file = workspace.resolve("w.yaml");
    Files.writeString(
        file,
        """
        target: {protocol: raw, connections: 8, timeoutMs: 20000}
        arrivals: [{shape: constant, rate: 4, seconds: 24}]
        operations: [%s]
        coldShare: %d
        events: [{at: 3, do: hsm-slow, byMs: 300, seconds: 4}]
        """
            .formatted(operations, cold));
    Path slo = workspace.resolve("s.yaml");
    Files.writeString(slo, "recovery: {seconds: 20, p99Ms: %s}\n".formatted(recoveryMs));
    JsonObject summary =
        LoadRuns.run(
            cofre, workspace, 0, "-f", file.toString(), "--slo", slo.toString(), "--no-ceiling");
    JsonObject event = summary.getJsonArray("events").getJsonObject(0);
    assertEquals(EVENT, event.getString("name"));
    assertEquals(null, event.getString("failure"));
    assertTrue(event.getDouble("tookSeconds") >= 4, event::encode);
    String report = Files.readString(workspace.resolve("out/report.html"));
    assertTrue(report.contains("class=\"event\"") && report.contains(EVENT), "the report");
    return summary;
  }

  @Test
  void missesTakeLongerAndCachedKeysDoNot(Workspace workspace) throws Exception {
    Cofre cofre = Cofre.start(workspace, "home", "--slowable-hsm");

    JsonObject misses = run(cofre, workspace, "{do: decrypt}", 1, BY_MS - 50.0);
    assertEquals(0, misses.getInteger("failed"), misses::encode);
    Histogram before = latency(workspace, 0, FROM_SECONDS + 0.1);
    Histogram during = latency(workspace, FROM_SECONDS + 0.9, TO_SECONDS + 0.1);
    Histogram after = latency(workspace, TO_SECONDS + 0.9, 25);
    tell("misses", before, during, after);
    assertTrue(during.getMinValue() >= BY_MS * 1_000_000L, "each miss waits for the HSM");
    assertTrue(before.getMinValue() < BY_MS * 1_000_000L, "not before");
    assertTrue(after.getMinValue() < BY_MS * 1_000_000L, "nor after");
    JsonObject recovery = misses.getJsonArray("slo").getJsonObject(0);
    assertEquals("recovery after " + EVENT + " (3 s)", recovery.getString("name"));
    assertTrue(recovery.getDouble("value") >= 3, recovery::encode);

    JsonObject hits = run(cofre, workspace, "{do: encrypt}, {do: decrypt}", 0, 20_000);
    assertEquals(0, hits.getInteger("failed"), hits::encode);
    during = latency(workspace, FROM_SECONDS + 0.9, TO_SECONDS + 0.1);
    tell("hits", latency(workspace, 0, FROM_SECONDS + 0.1), during, latency(workspace, 8, 25));
    assertTrue(during.getValueAtPercentile(50) < BY_MS * 1_000_000L, "the cache serves them");

    try (var files = Files.list(cofre.home().resolve("run"))) {
      assertTrue(files.anyMatch(SlowHsmTest::isOfDelay), "while the node runs");
    }
    cofre.stop();
    try (var files = Files.list(cofre.home().resolve("run"))) {
      assertTrue(files.noneMatch(SlowHsmTest::isOfDelay), "it takes its file away");
    }
  }

  private static boolean isOfDelay(Path file) {
    return file.getFileName().toString().startsWith("hsm-delay");
  }

  private static void tell(String what, Histogram before, Histogram during, Histogram after) {
    System.out.printf(
        "%s: median %.1f ms before, %.1f (least %.1f) while slow, %.1f after%n",
        what,
        before.getValueAtPercentile(50) / 1e6,
        during.getValueAtPercentile(50) / 1e6,
        during.getMinValue() / 1e6,
        after.getValueAtPercentile(50) / 1e6);
  }
}
