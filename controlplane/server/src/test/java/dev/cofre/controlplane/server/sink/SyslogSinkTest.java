package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.TestCertificates;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink to a real receiver of syslog over TLS that misbehaves. */
class SyslogSinkTest {
  private static final Pattern MESSAGE =
      Pattern.compile("<(\\d{1,3})>1 (\\S+) (\\S+) cofre - (\\S+) - (\\{.*})");

  private static final System.Logger LOG = System.getLogger(SyslogSinkTest.class.getName());

  @TempDir Path directory;
  private SinkFixture fixture;
  private ServerSocket server;
  private SSLContext tls;
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger faults = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;

  /** How the receiver misbehaves. */
  private enum Fault {
    NONE,
    /** Reads nothing. */
    HANGS,
    /** Takes one message and is gone. */
    RESETS,
    /** Reads all, and never says so. */
    SILENT
  }

  @BeforeEach
  void open() throws Exception {
    fixture = new SinkFixture(directory);
    TestCertificates certificates = new TestCertificates();
    certificates.writeAuthority(directory.resolve("conf/ca.pem"));
    tls = certificates.client(certificates.identity("siem", "localhost"));
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    fixture.configure(
        "siem",
        "kind = syslog",
        "host = localhost",
        "port = " + server.getLocalPort(),
        "ca = ca.pem",
        "batchEvents = 20",
        "timeoutMs = 1500");
  }

  @AfterEach
  void close() throws IOException {
    end.countDown();
    fixture.close();
    server.close();
  }

  private void accept() {
    while (end.getCount() > 0) {
      try {
        Socket socket = server.accept();
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket plain) {
    Fault now = fault;
    try (plain) {
      SSLSocket socket =
          (SSLSocket) tls.getSocketFactory().createSocket(plain, null, plain.getPort(), false);
      socket.setUseClientMode(false);
      InputStream in = socket.getInputStream();
      if (now == Fault.HANGS) {
        socket.startHandshake();
        meet(60);
        return;
      }
      for (String message = next(in); message != null; message = next(in)) {
        received.add(message);
        if (now == Fault.RESETS) {
          // As a kill leaves it: the end of TLS is not told.
          meet(0);
          return;
        }
      }
      if (now == Fault.SILENT) {
        meet(60);
      } else {
        socket.close();
      }
    } catch (IOException e) {
      // The sender gave up.
      faults.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void meet(int seconds) throws InterruptedException {
    faults.incrementAndGet();
    boolean ended = end.await(seconds, TimeUnit.SECONDS);
    LOG.log(System.Logger.Level.DEBUG, "the test has ended: {0}", ended);
  }

  /** One message by octet counting; null at the end. */
  private static String next(InputStream in) throws IOException {
    int length = 0;
    int octet = in.read();
    if (octet < 0) {
      return null;
    }
    while (octet != ' ') {
      if (octet < '0' || octet > '9' || length > 1_000_000) {
        throw new IOException("no length");
      }
      length = length * 10 + octet - '0';
      octet = in.read();
    }
    byte[] message = in.readNBytes(length);
    if (message.length < length) {
      throw new IOException("cut");
    }
    return new String(message, StandardCharsets.US_ASCII);
  }

  private List<String> json() {
    return received.stream()
        .map(
            message -> {
              Matcher parts = MESSAGE.matcher(message);
              assertTrue(parts.matches(), message);
              return parts.group(5);
            })
        .toList();
  }

  @Test
  void eachFaultIsGotOver() throws Exception {
    fixture.add("n1", 50);
    fixture.start();
    fixture.awaitSent("siem");
    for (Fault one : Fault.values()) {
      if (one == Fault.NONE) {
        continue;
      }
      int before = faults.get();
      fault = one;
      fixture.add("n1", 30);
      fixture.add("n2", 5);
      Await.until(one + " is met", () -> faults.get() > before);
      Await.until("it is told", () -> fixture.degradations().equals(List.of("audit-sink-siem")));
      assertTrue(fixture.metric("lag_events", "siem") >= 5, one::name);
      fault = Fault.NONE;
      fixture.awaitSent("siem");
    }
    assertEquals(fixture.expected(), SinkFixture.firstComings(json()));
  }

  @Test
  void aMessageIsAsTheStandardsWantIt() {
    AuditEvent event =
        AuditEvent.of(Instant.parse("2026-01-31T12:00:00.123456789Z"), "n 1", "r1", "decrypt")
            .caller("é", "token", "192.0.2.1")
            .denied("forbidden")
            .build();
    String frame =
        new String(
            SyslogTarget.frame(
                EventFormat.COFRE.write(new LoggedEvent("cofre-audit/n1/segment", 7, event, 100))),
            StandardCharsets.US_ASCII);
    String json =
        "{\"id\":\"cofre-audit/n1/segment/7\",\"log\":\"cofre-audit/n1/segment\",\"index\":7,"
            + "\"v\":1,\"time\":\"2026-01-31T12:00:00.123456789Z\",\"node\":\"n 1\",\"requestId\":\"r1\","
            + "\"principal\":\"\\u00e9\",\"authentication\":\"token\",\"address\":\"192.0.2.1\","
            + "\"action\":\"decrypt\",\"phase\":\"whole\",\"outcome\":\"denied\",\"code\":\"forbidden\"}";
    String message = "<108>1 2026-01-31T12:00:00.123456Z n1 cofre - decrypt - " + json;
    assertEquals(message.length() + " " + message, frame);
  }
}
