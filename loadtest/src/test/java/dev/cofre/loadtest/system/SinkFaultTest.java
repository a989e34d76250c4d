package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.cofre.loadtest.system.Relay.Pace;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sinks of the control plane, a webhook and syslog over TLS at once, that hang or answer a byte a
 * second: requests at the data plane do not feel it, nor does the archive.
 */
@ExtendWith(SystemExtension.class)
class SinkFaultTest {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int BRIEF_SECONDS = 3;
  private static final int READ_MAX = 65_536;
  private static final List<String> SINKS = List.of("hook", "siem");

  private final AtomicLong posted = new AtomicLong();
  private final AtomicLong messages = new AtomicLong();
  private Pace siemPace = Pace.FULL;

  @Test
  void sinksThatHangHoldUpNothing(Workspace workspace) throws Exception {
    with(workspace, Pace.NOTHING, 1, BRIEF_SECONDS);
  }

  @Test
  @Tag("full")
  void sinksThatHangAreNotFelt(Workspace workspace) throws Exception {
    with(workspace, Pace.NOTHING, FaultPairs.PAIRS, FaultPairs.SECONDS);
  }

  @Test
  @Tag("full")
  void sinksOfAByteASecondAreNotFelt(Workspace workspace) throws Exception {
    with(workspace, Pace.BYTE_PER_SECOND, FaultPairs.PAIRS, FaultPairs.SECONDS);
  }

  private void with(Workspace workspace, Pace fault, int pairs, int seconds) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Certificates certificates = new Certificates(workspace.resolve("sink-tls"));
    HttpServer hook = hook();
    try (ServerSocket siem = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Relay toHook = new Relay(hook.getAddress().getPort())) {
      SSLContext tls = certificates.client("siem");
      Thread.ofVirtual().start(() -> accept(siem, tls));
      configure(deployment, certificates, toHook.port(), siem.getLocalPort());
      Child[] planes = deployment.startBoth();
      Api auditor = deployment.controlApi("auditor");
      Api data = deployment.dataApi("app");
      FaultPairs.Switch both =
          faulty -> {
            toHook.pace(faulty ? fault : Pace.FULL);
            pace(faulty ? fault : Pace.FULL);
            if (!faulty) {
              awaitSent(auditor);
            }
          };
      FaultPairs measured = new FaultPairs(deployment, "sinks: " + fault);
      if (seconds == BRIEF_SECONDS) {
        measured.ratios(pairs, seconds, both);
      } else {
        measured.assertNotFelt(both);
      }
      both.set(true);
      measured.ratios(1, BRIEF_SECONDS, faulty -> {});
      assertTrue(Figures.of(data).value("cofre_audit_sealed_events") > 0);
      Await.until(
          "the archive goes on",
          LIMIT,
          () -> Figures.of(data).value("cofre_audit_ship_lag_events") == 0);
      for (String sink : SINKS) {
        Await.until(
            sink + " is said to fail",
            LIMIT,
            () ->
                auditor
                    .get("/health/ready")
                    .json()
                    .getJsonArray("degraded")
                    .contains("audit-sink-" + sink));
        assertTrue(lag(auditor, sink) > 0, sink);
      }
      both.set(false);
      System.out.println(posted + " posts and " + messages + " bytes of syslog were taken");
      assertTrue(posted.get() > 0 && messages.get() > 0);
      assertEquals(0, planes[1].terminate());
      assertEquals(0, planes[0].terminate());
    } finally {
      hook.stop(0);
    }
  }

  /** All that is archived now. */
  private static void awaitSent(Api auditor) throws Exception {
    for (String sink : SINKS) {
      Await.until(sink + " has all", LIMIT, () -> lag(auditor, sink) == 0);
    }
  }

  private static double lag(Api auditor, String sink) throws Exception {
    Figures figures = Figures.of(auditor);
    String name = "cofre_controlplane_sink_lag_events{sink=\"" + sink + "\"}";
    assertTrue(figures.has(name), name);
    return figures.value(name);
  }

  private HttpServer hook() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            posted.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    return server;
  }

  private void accept(ServerSocket server, SSLContext tls) {
    while (true) {
      try {
        Socket plain = server.accept();
        Thread.ofVirtual().start(() -> take(plain, tls));
      } catch (IOException e) {
        // The test has ended.
        return;
      }
    }
  }

  /** Reads to the end of TLS and answers it, as RFC 5425 has receivers do. */
  private void take(Socket plain, SSLContext tls) {
    try (plain;
        SSLSocket socket =
            (SSLSocket) tls.getSocketFactory().createSocket(plain, null, plain.getPort(), true)) {
      socket.setUseClientMode(false);
      InputStream in = socket.getInputStream();
      byte[] bytes = new byte[READ_MAX];
      int length = in.read(bytes, 0, mayRead());
      while (length >= 0) {
        messages.addAndGet(length);
        length = in.read(bytes, 0, mayRead());
      }
    } catch (IOException e) {
      // The sender gave up, as it is to.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void pace(Pace next) {
    siemPace = next;
    notifyAll();
  }

  /** How many bytes the receiver may read now, after a wait for the first. */
  private synchronized int mayRead() throws InterruptedException {
    long byteDueNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (siemPace != Pace.FULL) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(byteDueNs - System.nanoTime());
      if (siemPace == Pace.BYTE_PER_SECOND && leftMs <= 0) {
        return 1;
      }
      wait(siemPace == Pace.NOTHING ? 0 : leftMs);
    }
    return READ_MAX;
  }

  private static void configure(
      Deployment deployment, Certificates certificates, int hookPort, int siemPort)
      throws IOException {
    Path folder = Files.createDirectory(deployment.folder().resolve("sinks"));
    byte[] secret = "a secret of thirty-two bytes ok!".getBytes(StandardCharsets.US_ASCII);
    Deployment.writePrivate(
        folder.resolve("secret"), "whsec_" + Base64.getEncoder().encodeToString(secret) + "\n");
    Files.write(
        folder.resolve("hook.conf"),
        List.of(
            "kind = webhook",
            "url = http://127.0.0.1:" + hookPort + "/hook",
            "secretFile = secret",
            "timeoutMs = 5000"));
    Files.write(
        folder.resolve("siem.conf"),
        List.of(
            "kind = syslog",
            "host = localhost",
            "port = " + siemPort,
            "ca = " + certificates.authorityFile(),
            "timeoutMs = 5000"));
    deployment.settings(Cofre.CONTROL_PLANE).put("sinks.directory", folder.toString());
  }
}
