package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cofre.client.CofreException;
import dev.cofre.client.TokenSource;
import dev.cofre.client.frames.BlockingFrameClient;
import dev.cofre.client.frames.FrameClient;
import dev.cofre.client.frames.FrameLimits;
import dev.cofre.client.frames.FrameOptions;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three times what a node can do is offered to it: it goes on doing nearly as much, what it takes
 * is answered soon, what it does not take is told so, and a caller who asks little is served.
 */
@ExtendWith(SystemExtension.class)
class OverloadTest {
  private static final int CONNECTIONS = 4;
  private static final double TIMES = 3;
  private static final int QUEUE_DELAY_MS = 50;

  /** The share of {@code hsm.queueMax} that one principal may have, as shipped. */
  private static final int HSM_SHARE = 1_024;

  private static final Set<String> REFUSALS =
      Set.of("overloaded", "hsm_unavailable", "deadline_exceeded");

  /** What came of a load beside what the quiet caller saw. */
  private record Outcome(double peak, LoadResult offered, long asked, long answered) {
    double goodput() {
      return offered.done() / offered.seconds() / peak;
    }

    double p99Ms() {
      return offered.service().getValueAtPercentile(99) / 1e6;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "peak %,.0f a second; offered %,.0f: goodput %.2f, p99 of accepted %.1f ms, %s; a quiet"
              + " caller was answered %d of %d times; generator busy %.0f %%",
          peak,
          offered.plan().pacing().ratePerSecond(),
          goodput(),
          p99Ms(),
          offered.errors(),
          answered,
          asked,
          100 * offered.busyShare());
    }
  }

  @Test
  void boundByTheHsm(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    Outcome outcome = overload(deployment, dataKeys(), Duration.ofSeconds(2));
    System.out.println("bound by the HSM: " + outcome);
    assertTrue(outcome.offered().done() > 0, outcome::toString);
    assertTrue(REFUSALS.containsAll(outcome.offered().errors().keySet()), outcome::toString);
    deployment.dataApi("app").raw("/v1/keys/demo/encrypt", new byte[10]);
  }

  @Test
  @Tag("full")
  void goodputBoundByTheHsm(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    Outcome outcome = overload(deployment, dataKeys(), Duration.ofSeconds(5));
    System.out.println("bound by the HSM: " + outcome);
    // SoftHSM2 computes on the processors that also refuse: it has less of them than at its peak.
    assertTrue(outcome.goodput() >= 0.9, outcome::toString);
    assertTrue(
        outcome.p99Ms() <= 2_000.0 * HSM_SHARE / outcome.peak() + 2 * QUEUE_DELAY_MS,
        outcome::toString);
  }

  @Test
  @Tag("full")
  void goodputWithAPartOfAProcessor(Workspace workspace) throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor for each side");
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("http.eventLoops", "1");
    deployment.dataPlaneOptions("-XX:ActiveProcessorCount=1");
    Child[] planes = deployment.startBoth();
    Pinned.move(workspace, planes[1].pid(), 0);
    Pinned.move(workspace, planes[0].pid(), 1);
    Pinned.move(workspace, ProcessHandle.current().pid(), 1);
    for (int i = 0; i < 4; i++) {
      workspace.start(
          "burner",
          Launcher.program(
              Map.of(), List.of("taskset", "-c", "0", "sh", "-c", "while :; do :; done")));
    }
    try {
      List<FrameCall> calls = frames(deployment).frames(1_024, Kind.ENCRYPT);
      overload(deployment, calls, Duration.ofSeconds(2));
      Outcome outcome = overload(deployment, calls, Duration.ofSeconds(5));
      System.out.println("a fifth of a processor: " + outcome);
      assertTrue(outcome.goodput() >= 0.9, outcome::toString);
      assertTrue(outcome.p99Ms() <= 4 * QUEUE_DELAY_MS, outcome::toString);
      assertTrue(outcome.answered() >= 0.9 * outcome.asked(), outcome::toString);
    } finally {
      Pinned.move(workspace, ProcessHandle.current().pid(), "0-1");
    }
  }

  private static Calls frames(Deployment deployment) {
    return DataPlaneLoad.calls(deployment);
  }

  /** Each takes a wrap by the HSM. */
  private static List<FrameCall> dataKeys() {
    byte[] frame = RequestWriter.of(FrameType.GENERATE_DATA_KEY).key("demo").frame(0);
    return List.of(FrameCall.expectingLength(frame, 140));
  }

  private static Outcome overload(Deployment deployment, List<FrameCall> calls, Duration duration)
      throws Exception {
    Duration warmUp = duration.dividedBy(2);
    LoadPlan closed = LoadPlan.of(Pacing.closed()).lasting(warmUp, duration).over(CONNECTIONS);
    double peak = load(deployment, calls, 64, closed).reached();
    LoadPlan open =
        LoadPlan.of(Pacing.constant(TIMES * peak))
            .lasting(warmUp, duration)
            .over(CONNECTIONS)
            .within(Duration.ofSeconds(30));
    QuietCaller quiet = new QuietCaller(deployment);
    Thread thread = Thread.ofPlatform().daemon().start(quiet);
    LoadResult offered = load(deployment, calls, 1_000, open);
    quiet.stopped = true;
    thread.join();
    return new Outcome(peak, offered, quiet.asked, quiet.answered);
  }

  private static LoadResult load(
      Deployment deployment, List<FrameCall> calls, int openMax, LoadPlan plan) throws Exception {
    return LoadGenerator.run(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), deployment.framePort()),
        frames(deployment).protocol(calls, openMax),
        plan);
  }

  /** Encrypts one small text after the other, and asks nothing twice. */
  private static final class QuietCaller implements Runnable {
    private final FrameClient client;
    private volatile boolean stopped;
    private long asked;
    private long answered;

    /** Its data key is in use before the load begins. */
    QuietCaller(Deployment deployment) throws Exception {
      FrameOptions options =
          FrameOptions.of(
                  TokenSource.file(deployment.tokenFile("app")),
                  "tcp://127.0.0.1:" + deployment.framePort())
              .withLimits(
                  FrameLimits.DEFAULT
                      .withConnectionsPerNode(1)
                      .withTimeoutMs(2_000)
                      .withRetries(1, 0));
      client = FrameClient.create(options);
      // What the load before it has left may still be on its way.
      Await.until("it is served", Duration.ofSeconds(60), this::isServed);
    }

    private boolean isServed() {
      try {
        return client.blocking().encrypt("demo", new byte[100], Map.of()).length > 0;
      } catch (CofreException e) {
        return false;
      }
    }

    @Override
    public void run() {
      try (client) {
        BlockingFrameClient blocking = client.blocking();
        while (!stopped) {
          asked++;
          try {
            blocking.encrypt("demo", new byte[100], Map.of());
            answered++;
          } catch (CofreException e) {
            assertTrue(e.kind() != CofreException.Kind.PROTOCOL, e::toString);
          }
        }
      }
    }
  }
}
