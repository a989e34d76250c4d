package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Validity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A rate that any machine of two processors holds, as a service level: every request done, the tail
 * bounded when the generator itself was not disturbed. What came of it stays in {@code
 * loadtest/target/throughput}.
 */
@ExtendWith(SystemExtension.class)
class ThroughputTest {
  private static final double RATE = 300;
  private static final double P99_US_MAX = 250_000;
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final int TRIES = 5;

  @Test
  void theServiceLevelHolds(Workspace workspace) throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "throughput").toAbsolutePath());
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    LoadPlan plan =
        LoadPlan.of(Pacing.constant(RATE))
            .within(PATIENT)
            .lasting(Duration.ofSeconds(3), Duration.ofSeconds(5));
    LoadResult result = DataPlaneLoad.both(deployment).run("service level", plan, folder);
    // In five seconds of which the machine stands still for a part the rate is not the node's.
    for (int i = 1; i < TRIES && !reached(result); i++) {
      result = DataPlaneLoad.both(deployment).run("service level", plan, folder);
    }
    assertEquals(Map.of(), result.errors());
    assertTrue(reached(result), "reached " + result.reached());
    if (result.validity() == Validity.VALID) {
      assertTrue(result.latencyUs(99) <= P99_US_MAX, "p99 " + result.latencyUs(99));
    }
    assertTrue(Files.size(folder.resolve("latency.hlog")) > 0);
    assertTrue(Files.readString(folder.resolve("summary.json")).contains("\"p99.99\""));
  }

  private static boolean reached(LoadResult result) {
    return result.reached() > 0.95 * RATE;
  }

  /** The same for half a minute at each of several rates up to the capacity, for the figures. */
  @Test
  @Tag("full")
  void figuresAtSeveralRates(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child plane = deployment.startBoth()[1];
    DataPlaneLoad load = DataPlaneLoad.both(deployment);
    double capacity = load.capacity(Duration.ofSeconds(10), Duration.ofSeconds(10));
    for (int percent : new int[] {25, 50, 70, 90}) {
      Path folder =
          Files.createDirectories(Path.of("target", "throughput-" + percent).toAbsolutePath());
      LoadPlan plan =
          LoadPlan.of(Pacing.constant(capacity * percent / 100))
              .lasting(Duration.ofSeconds(2), Duration.ofSeconds(30));
      Duration before = plane.processorTime();
      LoadResult result = load.run(percent + " % of the capacity", plan, folder);
      assertEquals(Map.of(), result.errors());
      double seconds = plan.warmUp().plus(plan.duration()).toMillis() / 1e3;
      System.out.printf(
          "of processor time, a request: the node %.1f µs, the generator %.1f µs%n",
          plane.processorTime().minus(before).toNanos()
              / 1e3
              / (seconds * plan.pacing().ratePerSecond()),
          1e6 * result.busyShare() / result.reached());
    }
  }
}
