package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.report.Summary;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Frames to planes as they run in earnest: TLS, Unix socket, stops and kills under load. */
@ExtendWith(SystemExtension.class)
class FramesSystemTest {
  private static final byte[] PLAINTEXT = "order 4711".getBytes(StandardCharsets.UTF_8);
  private static final double RATE = 2_000;

  /**
   * What a caller may see of a node that goes: it is told so, or finds nobody; of one that has just
   * begun on a busy machine, that its requests had waited too long.
   */
  private static final Set<String> GONE =
      Set.of(
          "not_ready",
          "overloaded",
          "connection_closed",
          "connection_reset",
          "connect_failed",
          "timeout");

  @Test
  void devOpensPortAndSocket(Workspace workspace) throws Exception {
    Cofre cofre = Cofre.start(workspace, "h");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cofre.dataPort() + 2)) {
      roundTrip(
          new FrameExchange(socket.getInputStream(), socket.getOutputStream(), cofre.token("app")));
    }
    Path path = cofre.home().resolve("run/dataplane.sock");
    if (Files.readString(cofre.home().resolve("dev/dataplane.conf")).contains("frames.socket")) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        roundTrip(
            new FrameExchange(
                Channels.newInputStream(channel),
                Channels.newOutputStream(channel),
                cofre.token("app")));
      }
    }
    assertEquals(0, cofre.stop());
    assertFalse(Files.exists(path));
  }

  @Test
  void overTls(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Certificates certificates = deployment.useTls("node-1");
    deployment.startBoth();
    try (SSLSocket socket = tls(certificates.client(), deployment.framePort())) {
      roundTrip(
          new FrameExchange(
              socket.getInputStream(), socket.getOutputStream(), deployment.token("app")));
      assertEquals("TLSv1.3", socket.getSession().getProtocol());
    }
    assertThrows(
        IOException.class, () -> tls(SSLContext.getDefault(), deployment.framePort()).close());
  }

  private static SSLSocket tls(SSLContext context, int port) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(60_000);
    socket.startHandshake();
    return socket;
  }

  private static void roundTrip(FrameExchange frames) throws IOException {
    byte[] envelope =
        frames.call(RequestWriter.of(FrameType.ENCRYPT).key("demo").frame(1, PLAINTEXT));
    assertArrayEquals(
        PLAINTEXT, frames.call(RequestWriter.of(FrameType.DECRYPT).frame(2, envelope)));
  }

  @Test
  void aNodeThatStopsAnswersWhatItTook(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child plane = deployment.startBoth()[1];
    FutureTask<LoadResult> load = start(deployment, Duration.ofSeconds(4));
    Await.until(
        "the load runs",
        Duration.ofSeconds(60),
        () -> Figures.of(deployment.dataApi("app")).value("cofre_frames_total") > 2 * RATE);
    long beganNs = System.nanoTime();
    assertEquals(0, plane.terminate());
    System.out.println("stopped after " + (System.nanoTime() - beganNs) / 1_000_000 + " ms");
    LoadResult result = load.get(120, TimeUnit.SECONDS);
    assertTrue(result.done() > RATE, () -> Summary.text(result));
    assertTrue(GONE.containsAll(result.errors().keySet()), () -> "" + result.errors());
  }

  @Test
  void whatWasAnsweredBeforeAKillIsOnTheLog(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child plane = deployment.startBoth()[1];
    FutureTask<LoadResult> load = start(deployment, Duration.ofSeconds(4));
    Await.until(
        "the load runs",
        Duration.ofSeconds(60),
        () -> Figures.of(deployment.dataApi("app")).value("cofre_frames_total") > 2 * RATE);
    plane.kill();
    LoadResult result = load.get(120, TimeUnit.SECONDS);
    assertTrue(GONE.containsAll(result.errors().keySet()), () -> "" + result.errors());
    long logged =
        AuditLogReader.events(deployment.folder().resolve("data-audit")).stream()
            .filter(event -> event.requestId() != null && event.requestId().contains("/"))
            .filter(event -> event.code() == null)
            .mapToLong(AuditEvent::items)
            .sum();
    System.out.println(result.done() + " answered, " + logged + " on the log");
    assertTrue(result.done() > 0 && logged >= result.done(), () -> logged + " are on the log");
  }

  private static FutureTask<LoadResult> start(Deployment deployment, Duration duration)
      throws IOException {
    Calls frames = DataPlaneLoad.calls(deployment);
    Protocol protocol = frames.protocol(frames.frames(1_024, Kind.ENCRYPT, Kind.DECRYPT), 64);
    SocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), deployment.framePort());
    // No warm-up: all that is answered counts.
    LoadPlan plan =
        LoadPlan.of(Pacing.constant(RATE))
            .lasting(Duration.ZERO, duration)
            .over(4)
            .within(Duration.ofSeconds(10));
    FutureTask<LoadResult> task =
        new FutureTask<>(() -> LoadGenerator.run(address, protocol, plan));
    Thread.ofPlatform().daemon().name("load").start(task);
    return task;
  }
}
