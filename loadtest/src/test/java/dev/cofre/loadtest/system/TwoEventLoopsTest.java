package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a frame costs in processor time on a node with two event loops, beside a node with one: both
 * on the same two processors, with the load on them too, by turns.
 */
@ExtendWith(SystemExtension.class)
@Tag("full")
class TwoEventLoopsTest {
  private static final double COST_MAX = 1.1;
  private static final int ROUNDS = Integer.getInteger("cofre.test.benchRounds", 5);
  private static final Duration WARM_UP = Duration.ofSeconds(12);
  private static final Duration ROUND = Duration.ofSeconds(3);
  private static final int BYTES = 1_024;
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;

  @Test
  void aFrameCostsHardlyMore(Workspace workspace) throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "two processors for two loops");
    Node one = Node.start(workspace, 1);
    Node two = Node.start(workspace, 2);
    one.costNs(WARM_UP);
    two.costNs(WARM_UP);
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double reference = one.costNs(ROUND);
      double cost = two.costNs(ROUND);
      ratios.add(cost / reference);
      System.out.printf(
          "processor time of a frame: one loop %.0f ns, two loops %.0f ns, ratio %.3f%n",
          reference, cost, cost / reference);
    }
    double median = ratios.stream().sorted().toList().get(ROUNDS / 2);
    assertTrue(median <= COST_MAX, () -> "two loops cost " + median + " of one");
  }

  private record Node(Child process, Api api, InetSocketAddress address, FramesProtocol protocol) {
    static Node start(Workspace workspace, int loops) throws Exception {
      Deployment deployment = Deployment.create(workspace, "loops-" + loops);
      deployment.settings(Cofre.DATA_PLANE).put("http.eventLoops", "" + loops);
      Child process = deployment.startBoth()[1];
      Calls calls = DataPlaneLoad.calls(deployment);
      return new Node(
          process,
          deployment.dataApi("app"),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), deployment.framePort()),
          calls.protocol(calls.frames(BYTES, Kind.ENCRYPT), IN_FLIGHT));
    }

    /** Of one frame in a closed loop that lasts {@code duration}, all that the process does. */
    double costNs(Duration duration) throws Exception {
      double framesBefore = Figures.of(api).value("cofre_frames_total");
      Duration before = process.processorTime();
      LoadResult result =
          LoadGenerator.run(
              address,
              protocol,
              LoadPlan.of(Pacing.closed()).lasting(Duration.ZERO, duration).over(CONNECTIONS));
      Duration after = process.processorTime();
      assertEquals(Map.of(), result.errors());
      double frames = Figures.of(api).value("cofre_frames_total") - framesBefore;
      return after.minus(before).toNanos() / frames;
    }
  }
}
