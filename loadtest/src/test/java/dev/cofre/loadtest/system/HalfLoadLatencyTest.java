package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The latency of encrypting 1 KiB at half of the capacity, open loop: the node on processor 0, the
 * generator on processor 1; the quietest ten of twelve windows of 5 s.
 */
@ExtendWith(SystemExtension.class)
@Tag("full")
class HalfLoadLatencyTest {
  private static final String SEARCH_SECONDS =
      System.getProperty("cofre.test.capacitySeconds", "12");

  /** Options of the node's JVM, as for a log of its collections. */
  private static final String NODE_OPTIONS = System.getProperty("cofre.test.nodeOptions", "");

  private static final int WINDOWS = Integer.getInteger("cofre.test.windows", 12);
  private static final int QUIETEST = 10;
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final Pattern WINDOW = Pattern.compile("window \\d+ p99 ([0-9.]+) us");

  @ParameterizedTest
  @CsvSource({"http, 3000", "frames, 1000"})
  void isBounded(String protocol, double p99UsMax, Workspace workspace) throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor for each side");
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("http.eventLoops", "1");
    deployment.dataPlaneOptions("-XX:ActiveProcessorCount=1 " + NODE_OPTIONS);
    Child[] planes = deployment.startBoth();
    Pinned.move(workspace, planes[1].pid(), 0);
    Pinned.move(workspace, planes[0].pid(), 1);
    Pinned.giveWay(workspace, planes[0].pid());
    int port = protocol.equals("http") ? deployment.dataPort() : deployment.framePort();
    Child bench =
        workspace.start(
            "bench",
            Pinned.java(
                1,
                "loadtest",
                List.of("-XX:ActiveProcessorCount=1", "-Xmx512m", "-Xmn256m", "-XX:+UseSerialGC"),
                "dev.cofre.loadtest.LatencyBench",
                List.of(
                    deployment.dataUrl(),
                    deployment.tokenFile("app").toString(),
                    protocol,
                    Integer.toString(port),
                    SEARCH_SECONDS,
                    Integer.toString(WINDOWS))));
    assertEquals(0, bench.exitCode(LIMIT), bench::name);
    System.out.println(protocol + "\n" + bench.out());
    double[] sorted =
        WINDOW
            .matcher(bench.out())
            .results()
            .mapToDouble(window -> Double.parseDouble(window.group(1)))
            .sorted()
            .toArray();
    assertEquals(WINDOWS, sorted.length);
    double worst = sorted[Math.min(WINDOWS, QUIETEST) - 1];
    assertTrue(worst <= p99UsMax, () -> "p99 of the quietest windows: " + worst + " us");
  }
}
