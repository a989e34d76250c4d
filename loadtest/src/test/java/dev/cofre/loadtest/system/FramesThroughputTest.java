package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Frames against the lean echo of the same frames: node and echo on processor 0, the generator on
 * processor 1, closed loop, 64 in flight on each of 4 connections, 1 KiB.
 */
@ExtendWith(SystemExtension.class)
@Tag("full")
class FramesThroughputTest {
  private static final double ENCRYPT_RATIO = 0.38;
  private static final double DECRYPT_RATIO = 0.28;

  @Test
  void againstTheLeanEcho(Workspace workspace) throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor for each side");
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.DATA_PLANE).put("http.eventLoops", "1");
    deployment.dataPlaneOptions("-XX:ActiveProcessorCount=1");
    Child[] planes = deployment.startBoth();
    Pinned.move(workspace, planes[1].pid(), 0);
    Pinned.move(workspace, planes[0].pid(), 1);
    int echoPort = Ports.freeBase();
    Child echo =
        workspace.start(
            "echo",
            Pinned.java(
                0,
                "benchmarks",
                List.of("-XX:ActiveProcessorCount=1", "-Xmx256m"),
                "dev.cofre.benchmarks.echo.FrameEcho",
                List.of(Integer.toString(echoPort))));
    Await.until("the echo", Duration.ofSeconds(20), () -> echo.out().contains("echo ready"));
    FramesBenchRun run =
        FramesBenchRun.of(workspace, deployment, planes[1], "echo", echo, echoPort);
    assertTrue(run.median("encrypt") >= ENCRYPT_RATIO, "encrypt against its echo");
    assertTrue(run.median("decrypt") >= DECRYPT_RATIO, "decrypt against its echo");
  }
}
