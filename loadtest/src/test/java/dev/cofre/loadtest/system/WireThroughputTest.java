package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Encryption over HTTP/1.1 and gRPC against the echo of the same requests through the same stack
 * and codecs: node and echo in one process on processor 0, the generator on processor 1, closed
 * loops by turns, plain and over TLS 1.3. Each kind has a process of its own, so that none is
 * measured with code that was compiled for another; one of them takes about a minute.
 */
@ExtendWith(SystemExtension.class)
class WireThroughputTest {
  private static final String SECONDS = System.getProperty("cofre.test.benchSeconds", "2");
  private static final String ROUNDS = System.getProperty("cofre.test.benchRounds", "5");

  /** As the launcher gives them to a node; then others, as for a flight recording. */
  private static final List<String> NODE_OPTIONS =
      Stream.concat(
              Stream.of(
                  "-XX:MetaspaceSize=96m",
                  "-XX:MaxHeapFreeRatio=100",
                  "-XX:MaxDirectMemorySize=128m",
                  "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"),
              Stream.of(System.getProperty("cofre.test.nodeOptions", "").split(" "))
                  .filter(option -> !option.isEmpty()))
          .toList();

  private static final Duration LIMIT = Duration.ofMinutes(4);

  /** Every kind is answered rightly by node and echo; no ratio is asked of a busy machine. */
  @Test
  void everyKindIsAnswered(Workspace workspace) throws Exception {
    String out = bench(workspace, true, false, "raw,frames,grpc,json", "0.5", "1");
    for (String kind : List.of("raw", "frames", "grpc", "json")) {
      assertTrue(median(out, kind) > 0, out);
    }
  }

  @ParameterizedTest
  @Tag("full")
  @CsvSource({"raw, 0.85", "frames, 0.55", "grpc, 0.8", "json, 0.7"})
  void plain(String kind, double gate, Workspace workspace) throws Exception {
    againstTheEcho(workspace, false, kind, gate);
  }

  @ParameterizedTest
  @Tag("full")
  @CsvSource({"raw, 0.85", "frames, 0.55", "grpc, 0.8", "json, 0.7"})
  void overTls(String kind, double gate, Workspace workspace) throws Exception {
    againstTheEcho(workspace, true, kind, gate);
  }

  private static void againstTheEcho(Workspace workspace, boolean tls, String kind, double gate)
      throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor for each side");
    String out = bench(workspace, tls, true, kind, SECONDS, ROUNDS);
    System.out.println((tls ? "TLS 1.3\n" : "plain\n") + out);
    assertTrue(median(out, kind) >= gate, () -> kind + " against its echo\n" + out);
  }

  private static String bench(
      Workspace workspace, boolean tls, boolean pinned, String kinds, String seconds, String rounds)
      throws Exception {
    assumeTrue(
        Files.isDirectory(Launcher.ROOT.resolve("benchmarks/target/lib")),
        "the echo is of the module benchmarks: build it too");
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("http.eventLoops", "1");
    Certificates certificates = tls ? deployment.useTls("node-1") : null;
    Child control = deployment.startControlPlane();
    int echoPort = Ports.freeBase();
    List<String> listening = new ArrayList<>(List.of(Integer.toString(echoPort)));
    if (tls) {
      Certificates.Identity identity = certificates.identity("echo");
      listening.add(identity.certificate().toString());
      listening.add(identity.key().toString());
    }
    Child node = startNode(workspace, deployment, pinned, String.join(",", listening));
    if (pinned) {
      Pinned.move(workspace, control.pid(), 1);
      // It takes the node's audit events where the generator runs, and is to wait for that one.
      Pinned.giveWay(workspace, control.pid());
    }
    Child bench =
        workspace.start(
            "bench",
            java(
                pinned ? 1 : -1,
                "loadtest",
                List.of(),
                "dev.cofre.loadtest.wire.WireBench",
                List.of(
                    deployment.dataUrl(),
                    deployment.tokenFile("app").toString(),
                    (tls ? "https" : "http") + "://127.0.0.1:" + echoPort,
                    tls ? certificates.authorityFile().toString() : "-",
                    seconds,
                    rounds,
                    kinds,
                    Long.toString(node.pid()))));
    assertEquals(0, bench.exitCode(LIMIT), () -> "see " + bench.name());
    return bench.out();
  }

  private static Child startNode(
      Workspace workspace, Deployment deployment, boolean pinned, String echo) throws Exception {
    Path file = deployment.write(deployment.settings(Cofre.DATA_PLANE));
    ProcessBuilder builder =
        java(
            pinned ? 0 : -1,
            "benchmarks",
            NODE_OPTIONS,
            "dev.cofre.benchmarks.node.EchoingNode",
            List.of("--echo", echo, "--config", file.toString()));
    builder.environment().put("SOFTHSM2_CONF", deployment.softHsmConf().toString());
    Child node = workspace.start("node", builder);
    Deployment.awaitReady(node, deployment.dataApi("app"));
    return node;
  }

  private static double median(String out, String what) {
    Matcher line = Pattern.compile(what + " median: .* ratio ([0-9.]+)").matcher(out);
    assertTrue(line.find(), out);
    return Double.parseDouble(line.group(1));
  }

  private static ProcessBuilder java(
      int processor, String module, List<String> more, String main, List<String> arguments) {
    List<String> options = new ArrayList<>(List.of("-XX:ActiveProcessorCount=1", "-Xmx256m"));
    options.addAll(more);
    return processor < 0
        ? Launcher.program(Map.of(), Pinned.javaCommand(module, options, main, arguments))
        : Pinned.java(processor, module, options, main, arguments);
  }
}
