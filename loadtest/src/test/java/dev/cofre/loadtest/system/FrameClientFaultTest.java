package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.TokenSource;
import dev.cofre.client.frames.FrameClient;
import dev.cofre.client.frames.FrameLimits;
import dev.cofre.client.frames.FrameMetrics;
import dev.cofre.client.frames.FrameOptions;
import dev.cofre.client.frames.Operation;
import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three nodes under the load of one client: one is killed, one is drained, both come back; then a
 * client is killed. No answer is wrong, none that was given is lost, and errors are there only
 * where the retry budget was used up.
 */
@ExtendWith(SystemExtension.class)
class FrameClientFaultTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int CALLERS = 16;

  private final LongAdder retried = new LongAdder();
  private final LongAdder refusedRetries = new LongAdder();
  private final ConcurrentLinkedQueue<String> nodesSeen = new ConcurrentLinkedQueue<>();

  private final FrameMetrics metrics =
      new FrameMetrics() {
        @Override
        public void retried(Operation operation, String reason) {
          retried.increment();
        }

        @Override
        public void retryRefused(Operation operation, String reason) {
          refusedRetries.increment();
        }

        @Override
        public void ejected(String node, String reason, long ejectedMs) {
          nodesSeen.add(node + " ejected: " + reason);
        }

        @Override
        public void returned(String node) {
          nodesSeen.add(node + " returned");
        }
      };

  @Test
  void nodesThatGo(Workspace workspace) throws Exception {
    nodesThatGo(workspace, false);
  }

  @Test
  @Tag("full")
  void nodesThatGoAndComeBack(Workspace workspace) throws Exception {
    nodesThatGo(workspace, true);
  }

  private void nodesThatGo(Workspace workspace, boolean andComeBack) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startControlPlane();
    Map<String, String> second = deployment.another(Cofre.DATA_PLANE, "data-2", 5);
    Map<String, String> third = deployment.another(Cofre.DATA_PLANE, "data-3", 7);
    Child killed = deployment.start(Cofre.DATA_PLANE, second);
    Child drained = deployment.start(Cofre.DATA_PLANE, third);
    deployment.startDataPlane();
    Deployment.awaitReady(killed, api(second));
    Deployment.awaitReady(drained, api(third));
    int port = deployment.dataPort();
    FrameOptions options =
        FrameOptions.of(
                TokenSource.file(deployment.tokenFile("app")),
                address(port + 2),
                address(port + 6),
                address(port + 8))
            .withLimits(FrameLimits.DEFAULT.withTimeoutMs(20_000).withRetries(10, 0.1))
            .withMetrics(metrics);
    try (FrameClient client = FrameClient.create(options)) {
      FrameClientLoad load = new FrameClientLoad(client, CALLERS);
      goesOn(load);
      killed.kill();
      goesOn(load);
      assertEquals(0, drained.terminate());
      goesOn(load);
      if (andComeBack) {
        comeBack(deployment, second);
        comeBack(deployment, third);
        goesOn(load);
      }
      load.stop();
      System.out.println(load + ", " + retried + " retries; " + nodesSeen);
      assertEquals(0, load.wrong(), load::toString);
      assertTrue(load.failed() <= refusedRetries.sum(), load::toString);
      assertEquals(0, load.lost());
      long logged =
          logged(deployment, "data-audit")
              + logged(deployment, "data-2-audit")
              + logged(deployment, "data-3-audit");
      assertTrue(logged >= load.encrypted(), () -> logged + " on the logs, " + load);
    }
  }

  /** Starts the node and waits until it has answered calls of the load. */
  private void comeBack(Deployment deployment, Map<String, String> node) throws Exception {
    deployment.startReady(Cofre.DATA_PLANE, node);
    Await.until(
        () -> "it is back: " + nodesSeen,
        Duration.ofSeconds(60),
        () -> Figures.of(api(node)).value("cofre_frames_total") > 0);
  }

  private static Api api(Map<String, String> node) {
    return Api.at("http://127.0.0.1:" + node.get("http.port"), null);
  }

  private static String address(int port) {
    return "tcp://127.0.0.1:" + port;
  }

  private static void goesOn(FrameClientLoad load) throws Exception {
    long before = load.done();
    Await.until(() -> "more answers: " + load, LIMIT, () -> load.done() > before + 1_000);
  }

  private static long logged(Deployment deployment, String folder) throws Exception {
    Path log = deployment.folder().resolve(folder);
    return AuditLogReader.events(log).stream()
        .filter(event -> "encrypt".equals(event.action()) && event.code() == null)
        .mapToLong(AuditEvent::items)
        .sum();
  }

  @Test
  void aClientThatIsKilledLeavesNothingBehind(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    Api api = deployment.dataApi("app");
    FrameOptions options =
        FrameOptions.of(
            TokenSource.file(deployment.tokenFile("app")), address(deployment.framePort()));
    try (FrameClient client = FrameClient.create(options)) {
      FrameClientLoad load = new FrameClientLoad(client, 4);
      goesOn(load);
      double connections = Figures.of(api).value("cofre_frames_connections");
      Child victim =
          workspace.start(
              "victim",
              Launcher.program(
                  Map.of(),
                  Pinned.javaCommand(
                      "loadtest",
                      List.of("-Xmx128m"),
                      "dev.cofre.loadtest.FrameClientBench",
                      List.of(
                          deployment.dataUrl(),
                          deployment.tokenFile("app").toString(),
                          Integer.toString(deployment.framePort()),
                          "2",
                          "60",
                          "1"))));
      Await.until(
          "the other client works",
          LIMIT,
          () -> Figures.of(api).value("cofre_frames_connections") > connections);
      goesOn(load);
      victim.kill();
      Await.until(
          "its connections are gone",
          LIMIT,
          () -> Figures.of(api).value("cofre_frames_connections") == connections);
      goesOn(load);
      load.stop();
      System.out.println(load);
      assertEquals(0, load.wrong(), load::toString);
      assertTrue(load.failed() <= refusedRetries.sum(), load::toString);
      assertEquals(0, load.lost());
      Await.until(
          "nothing is open", LIMIT, () -> Figures.of(api).value("cofre_frames_held_bytes") == 0);
    }
  }
}
