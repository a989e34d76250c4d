package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a node's audit log costs while it is sealed and shipped: its frames against those of a node
 * that logs no request, both on one processor, the load and the control plane on the other.
 *
 * <p>Told by the processor time of the node's process for an answer, all of its threads in it, for
 * that is what a processor's throughput ends at. The rates are printed beside it: here neither node
 * reaches the end of its processor, as the control plane takes the generator's time while it
 * archives.
 */
@ExtendWith(SystemExtension.class)
@Tag("full")
class AuditCostTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final double SHARE_MIN = 0.9;

  /** What the kernel does for the log, and what waits for whom, is in the rates alone. */
  private static final double RATE_SHARE_MIN = 0.8;

  private static final int FORKS = Integer.getInteger("cofre.test.forks", 3);
  private static final long AUDIT_BYTES_MAX = 16L << 30;

  /** A tenth of a processor that others want too. */
  private static final int CONTROL_PLANE_NICE = 10;

  /** Of what was sealed, that may still have to be shipped at the end. */
  private static final double LAG_SHARE_MAX = 0.05;

  @Test
  void isATenthOfTheProcessorTimeAtMost(Workspace workspace) throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor for each side");
    Deployment deployment = Deployment.create(workspace, "planes");
    Map<String, String> settings = deployment.settings(Cofre.DATA_PLANE);
    settings.put("http.eventLoops", "1");
    settings.put("audit.bytesMax", Long.toString(AUDIT_BYTES_MAX));
    deployment.dataPlaneOptions("-XX:ActiveProcessorCount=1");
    Child controlPlane = deployment.startControlPlane();
    Pinned.move(workspace, controlPlane.pid(), 1);
    // Elsewhere it has a machine of its own; here it must not take the generator's processor, but
    // gets enough of it to archive what is shipped.
    Pinned.giveWay(workspace, controlPlane.pid(), CONTROL_PLANE_NICE);
    Map<String, String> unaudited = deployment.another(Cofre.DATA_PLANE, "unaudited", 10);
    List<FramesBenchRun> runs = new ArrayList<>();
    for (int i = 0; i < FORKS; i++) {
      runs.add(fork(workspace, deployment, unaudited));
    }
    FramesBenchRun all = FramesBenchRun.together(runs);
    double encrypt = all.medianByProcessorTime("encrypt");
    double decrypt = all.medianByProcessorTime("decrypt");
    System.out.printf(
        Locale.ROOT,
        "medians of all rounds of %d forks: encrypt %.3f (by rate %.3f), decrypt %.3f (%.3f)%n",
        FORKS,
        encrypt,
        all.median("encrypt"),
        decrypt,
        all.median("decrypt"));
    assertTrue(encrypt >= SHARE_MIN, "encrypt");
    assertTrue(decrypt >= SHARE_MIN, "decrypt");
    assertTrue(all.median("encrypt") >= RATE_SHARE_MIN, "encrypt, by rate");
    assertTrue(all.median("decrypt") >= RATE_SHARE_MIN, "decrypt, by rate");
  }

  /** Two fresh processes: each compiles its code in its own way, which no round evens out. */
  private static FramesBenchRun fork(
      Workspace workspace, Deployment deployment, Map<String, String> unaudited) throws Exception {
    Child node = deployment.startDataPlane();
    double sealedBefore = Figures.of(deployment.dataApi("app")).value("cofre_audit_sealed_events");
    Pinned.move(workspace, node.pid(), 0);
    Child reference = startUnaudited(workspace, deployment, unaudited);
    Api probe = Api.at("http://127.0.0.1:" + unaudited.get("http.port"), null);
    Await.until(
        "the reference is ready",
        LIMIT,
        () -> reference.process().isAlive() && probe.answers("/health/ready", 200));

    FramesBenchRun run =
        FramesBenchRun.of(
            workspace,
            deployment,
            node,
            "node",
            reference,
            Integer.parseInt(unaudited.get("frames.port")));

    Figures figures = Figures.of(deployment.dataApi("app"));
    double sealed = figures.value("cofre_audit_sealed_events") - sealedBefore;
    double lag = figures.value("cofre_audit_ship_lag_events");
    System.out.printf(
        Locale.ROOT, "%.0f events sealed, %.0f of them yet to be shipped%n", sealed, lag);
    assertTrue(sealed > 0, "the node seals");
    assertTrue(lag <= LAG_SHARE_MAX * sealed, "it ships as fast as it seals");
    assertEquals(
        0,
        Figures.of(probe.as(deployment.token("app"))).value("cofre_audit_records_total"),
        "the reference logs nothing");
    node.terminate();
    reference.terminate();
    return run;
  }

  private static Child startUnaudited(
      Workspace workspace, Deployment deployment, Map<String, String> settings) throws Exception {
    Path file = deployment.write(settings);
    ProcessBuilder builder =
        Pinned.java(
            0,
            "benchmarks",
            List.of(
                "-XX:ActiveProcessorCount=1",
                "-XX:MetaspaceSize=96m",
                "-XX:MaxHeapFreeRatio=100",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=128m",
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"),
            "dev.cofre.benchmarks.node.UnauditedNode",
            List.of("--config", file.toString()));
    builder.environment().put("SOFTHSM2_CONF", deployment.softHsmConf().toString());
    return workspace.start("unaudited", builder);
  }
}
