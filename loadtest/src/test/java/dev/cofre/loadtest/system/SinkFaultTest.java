package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.system.Relay.Pace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A receiver that hangs, or answers a byte a second, is not felt by requests at a node. */
@ExtendWith(SystemExtension.class)
@Tag("full")
class SinkFaultTest {
  private static final String LAG = "cofre_controlplane_sink_lag_events{sink=\"hook\"}";
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int PAIRS = 5;
  private static final int SECONDS = Integer.getInteger("cofre.faultSeconds", 60);
  private static final double RATE = 1_000;
  private static final double TAIL_RATIO_MAX = 1.2;

  @Test
  void aReceiverThatHangsIsNotFelt(Workspace workspace) throws Exception {
    assertNotFelt(workspace, Pace.NOTHING);
  }

  @Test
  void aReceiverOfAByteASecondIsNotFelt(Workspace workspace) throws Exception {
    assertNotFelt(workspace, Pace.BYTE_PER_SECOND);
  }

  private static void assertNotFelt(Workspace workspace, Pace fault) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    double[] ratios = new double[PAIRS];
    try (Relay relay = new Relay(receiver.getAddress().getPort())) {
      configure(deployment, relay.port());
      Child[] planes = deployment.startBoth();
      Api control = deployment.controlApi("auditor");
      tail(deployment, Pace.FULL);
      for (int i = 0; i < PAIRS; i++) {
        // Which one comes first changes, so that a drift of the machine favours neither.
        double[] tails = new double[2];
        for (int half = 0; half < 2; half++) {
          Pace pace = (i + half) % 2 == 0 ? fault : Pace.FULL;
          relay.pace(pace);
          tails[(i + half) % 2] = tail(deployment, pace);
          if (pace == fault) {
            assertTrue(Figures.of(control).value(LAG) > RATE, "the sink was held up");
          }
        }
        ratios[i] = tails[0] / tails[1];
        System.out.printf(
            "pair %d: p99 %.0f µs with the fault, %.0f without%n", i + 1, tails[0], tails[1]);
      }
      relay.pace(Pace.FULL);
      Await.until("all is sent", LIMIT, () -> Figures.of(control).value(LAG) < RATE);
      assertEquals(0, planes[1].terminate());
      assertEquals(0, planes[0].terminate());
    } finally {
      receiver.stop(0);
    }
    Arrays.sort(ratios);
    System.out.println(fault + ", ratios of the p99: " + Arrays.toString(ratios));
    assertTrue(ratios[PAIRS / 2] <= TAIL_RATIO_MAX, () -> Arrays.toString(ratios));
  }

  private static void configure(Deployment deployment, int port) throws Exception {
    Path sinks = Files.createDirectory(deployment.folder().resolve("sinks"));
    Deployment.writePin(
        sinks.resolve("secret"), "whsec_" + Base64.getEncoder().encodeToString(new byte[32]));
    Files.write(
        sinks.resolve("hook.conf"),
        List.of(
            "kind = webhook",
            "url = http://127.0.0.1:" + port + "/hook",
            "secretFile = secret",
            "timeoutMs = 5000"));
    deployment.settings(Cofre.CONTROL_PLANE).put("sinks.directory", sinks.toString());
  }

  private static double tail(Deployment deployment, Pace pace) throws Exception {
    LoadPlan plan =
        LoadPlan.of(Pacing.constant(RATE))
            .over(16)
            .lasting(Duration.ofSeconds(2), Duration.ofSeconds(SECONDS));
    LoadResult result = DataPlaneLoad.both(deployment).run("receiver: " + pace, plan);
    assertEquals(Map.of(), result.errors());
    assertTrue(result.validity() != Validity.NOTHING_DONE, result::reason);
    return result.latencyUs(99);
  }
}
