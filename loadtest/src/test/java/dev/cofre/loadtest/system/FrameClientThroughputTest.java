package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The Java client against the raw frames generator: the node on processor 0, generator and client
 * on processor 1.
 */
@ExtendWith(SystemExtension.class)
@Tag("full")
class FrameClientThroughputTest {
  private static final String SECONDS = System.getProperty("cofre.test.benchSeconds", "4");
  private static final String ROUNDS = System.getProperty("cofre.test.benchRounds", "5");
  private static final String CONNECTIONS = System.getProperty("cofre.test.benchConnections", "1");
  private static final double ASYNC_RATIO = 0.5;
  private static final double BLOCKING_RATIO = 0.15;
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @Test
  void againstTheRawGenerator(Workspace workspace) throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor for each side");
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("http.eventLoops", "1");
    deployment.dataPlaneOptions("-XX:ActiveProcessorCount=1");
    Child[] planes = deployment.startBoth();
    Pinned.move(workspace, planes[1].pid(), 0);
    Pinned.move(workspace, planes[0].pid(), 1);
    // Elsewhere it has a machine of its own; here it must not take the client's processor.
    Pinned.giveWay(workspace, planes[0].pid());
    Child bench =
        workspace.start(
            "bench",
            Pinned.java(
                1,
                "loadtest",
                List.of("-XX:ActiveProcessorCount=1", "-Xmx256m"),
                "dev.cofre.loadtest.FrameClientBench",
                List.of(
                    deployment.dataUrl(),
                    deployment.tokenFile("app").toString(),
                    Integer.toString(deployment.framePort()),
                    CONNECTIONS,
                    SECONDS,
                    ROUNDS)));
    assertEquals(0, bench.exitCode(LIMIT), bench::name);
    System.out.println(bench.out());
    assertTrue(median(bench.out(), "async") >= ASYNC_RATIO, "async");
    assertTrue(median(bench.out(), "blocking") >= BLOCKING_RATIO, "blocking");
  }

  private static double median(String out, String what) {
    Matcher line = Pattern.compile(what + " median ratio ([0-9.]+)").matcher(out);
    assertTrue(line.find(), out);
    return Double.parseDouble(line.group(1));
  }
}
