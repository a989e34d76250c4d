package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing of ours blocks an event loop of a loaded data plane (invariant I8). */
@ExtendWith(SystemExtension.class)
class EventLoopTest {
  private static final String LAG = "cofre_event_loop_lag_us";

  /** Frames of ours lie deep below those of Vert.x and Netty. */
  private static final String DEEP_STACKS = "-XX:FlightRecorderOptions:stackdepth=256";

  @Test
  void isNeverBlocked(Workspace workspace) throws Exception {
    underLoad(workspace, 500, Duration.ofSeconds(6));
  }

  @Test
  @Tag("full")
  void isNeverBlockedForLong(Workspace workspace) throws Exception {
    underLoad(workspace, 2_000, Duration.ofSeconds(60));
  }

  private static void underLoad(Workspace workspace, double rate, Duration duration)
      throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    // A short life of data keys: their making and their end are part of what is recorded.
    deployment.dataKeysLast(2_000);
    // The node asks for changes each second, so that this too is recorded.
    deployment.settings(Cofre.DATA_PLANE).put("snapshot.maxAgeMs", "10000");
    deployment.dataPlaneOptions(DEEP_STACKS);
    Child[] planes = deployment.startBoth();
    DataPlaneLoad load = DataPlaneLoad.of(deployment, allKinds(deployment));
    LoadPlan plan = LoadPlan.of(Pacing.constant(rate)).over(32).within(Duration.ofSeconds(20));
    load.run("warm-up", plan.lasting(Duration.ZERO, Duration.ofSeconds(3)));

    Path file = workspace.resolve("load.jfr");
    long pid = planes[1].pid();
    Jcmd.run(pid, "JFR.start", "name=load", "settings=" + FlightRecording.SETTINGS);
    Figures before = Figures.of(deployment.dataApi("app"));
    LoadResult result = load.run("recorded", plan.lasting(Duration.ZERO, duration));
    Figures after = Figures.of(deployment.dataApi("app"));
    Jcmd.run(pid, "JFR.stop", "name=load", "filename=" + file);

    FlightRecording recording = FlightRecording.read(file);
    System.out.println(
        "event loops: "
            + recording.loopEvents()
            + ", HSM calls on other threads: "
            + recording.hsmCallsElsewhere()
            + "; lag in µs p50 "
            + after.percentile(LAG, 0.5, before)
            + ", p99 "
            + after.percentile(LAG, 0.99, before)
            + ", p99.99 "
            + after.percentile(LAG, 0.9999, before)
            + "; "
            + recording.collector()
            + "; steal "
            + 100 * result.disturbance().stealShare()
            + " %");
    assertTrue(result.done() > rate, () -> "" + result.errors());
    assertTrue(recording.loopEvents().containsKey("jdk.SocketWrite"), "the loops were recorded");
    assertTrue(recording.hsmCallsElsewhere() > 0, "HSM calls are traced");
    assertEquals(0, recording.findings().size(), () -> told(recording.findings()));
  }

  /** Small and long, raw and JSON, from the cache and by the HSM. */
  private static List<HttpCall> allKinds(Deployment deployment) throws IOException {
    Calls calls = DataPlaneLoad.calls(deployment);
    List<HttpCall> all = new ArrayList<>(calls.raw(1_024, Kind.ENCRYPT, Kind.DECRYPT));
    all.addAll(calls.raw(64, Kind.ENCRYPT, Kind.DECRYPT));
    all.addAll(calls.raw(300_000, Kind.ENCRYPT));
    all.addAll(calls.json(0, 1, Kind.DATA_KEY).subList(0, 4));
    all.addAll(calls.json(3, 2, Kind.ENCRYPT));
    return all;
  }

  private static String told(List<String> findings) {
    return findings.size()
        + " findings, the first of each place:\n"
        + String.join(
            "\n", findings.stream().map(EventLoopTest::place).distinct().limit(5).toList());
  }

  private static String place(String finding) {
    return finding.replaceFirst(" on vert.x-eventloop-thread-[0-9]+", "");
  }
}
