package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A run of {@code FramesBench} on the second processor, and what it printed. */
record FramesBenchRun(String out) {
  private static final String SECONDS = System.getProperty("cofre.test.benchSeconds", "2");
  private static final String ROUNDS = System.getProperty("cofre.test.benchRounds", "11");
  private static final Duration LIMIT = Duration.ofMinutes(4);

  /**
   * Measures {@code deployment}'s node, whose process is {@code node}.
   *
   * @param kind what {@code reference} is, which listens on {@code port}: {@code echo} or {@code
   *     node}
   */
  static FramesBenchRun of(
      Workspace workspace,
      Deployment deployment,
      Child node,
      String kind,
      Child reference,
      int port)
      throws Exception {
    Child bench =
        workspace.start(
            "bench",
            Pinned.java(
                1,
                "loadtest",
                List.of("-XX:ActiveProcessorCount=1", "-Xmx256m"),
                "dev.cofre.loadtest.FramesBench",
                List.of(
                    deployment.dataUrl(),
                    deployment.tokenFile("app").toString(),
                    Integer.toString(deployment.framePort()),
                    kind,
                    Integer.toString(port),
                    SECONDS,
                    ROUNDS,
                    Long.toString(node.pid()),
                    Long.toString(reference.pid()))));
    assertEquals(0, bench.exitCode(LIMIT), bench::name);
    System.out.println(bench.out());
    return new FramesBenchRun(bench.out());
  }

  /** All rounds of {@code runs} as one run. */
  static FramesBenchRun together(List<FramesBenchRun> runs) {
    return new FramesBenchRun(
        runs.stream().map(FramesBenchRun::out).collect(Collectors.joining("\n")));
  }

  /** The median of the node's speed in parts of the reference's, of {@code what}. */
  double median(String what) {
    return medianOf(what + ": [0-9,]+ a second, .*? ratio ([0-9.]+); processor time");
  }

  /** The same by the processor time that each of the two takes for an answer. */
  double medianByProcessorTime(String what) {
    return medianOf(what + ": [0-9,]+ a second, .*; processor time .*? ratio ([0-9.]+); generator");
  }

  private double medianOf(String rounds) {
    double[] ratios =
        Pattern.compile("^" + rounds, Pattern.MULTILINE)
            .matcher(out)
            .results()
            .mapToDouble(round -> Double.parseDouble(round.group(1)))
            .sorted()
            .toArray();
    assertTrue(ratios.length > 0, out);
    return ratios[ratios.length / 2];
  }
}
