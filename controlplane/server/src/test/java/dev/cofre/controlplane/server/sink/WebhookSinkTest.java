package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.TestCertificates;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink to a real HTTPS server that misbehaves. */
class WebhookSinkTest {
  private static final byte[] SECRET =
      "a secret of thirty-two bytes ok!".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;
  private SinkFixture fixture;
  private HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final List<String> wrong = new CopyOnWriteArrayList<>();
  private final AtomicInteger faults = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;

  /** How the server misbehaves. */
  private enum Fault {
    NONE,
    HANGS,
    BYTE_PER_SECOND,
    STATUS_500,
    CLOSES,
    REDIRECTS
  }

  @BeforeEach
  void open() throws Exception {
    fixture = new SinkFixture(directory);
    TestCertificates certificates = new TestCertificates();
    certificates.writeAuthority(directory.resolve("conf/ca.pem"));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(certificates.client(certificates.identity("hook", "localhost"))));
    server.setExecutor(threads);
    server.createContext("/hook", this::handle);
    server.start();
    Path secret = directory.resolve("conf/secret");
    Files.writeString(secret, "whsec_" + Base64.getEncoder().encodeToString(SECRET) + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    fixture.configure(
        "hook",
        "kind = webhook",
        "url = https://localhost:" + server.getAddress().getPort() + "/hook",
        "secretFile = secret",
        "ca = ca.pem",
        "batchEvents = 10",
        "timeoutMs = 1500");
    fixture.configure("lake", "kind = file", "directory = ../out");
  }

  @AfterEach
  void close() {
    end.countDown();
    fixture.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      switch (fault) {
        case NONE -> take(exchange, body);
        case HANGS -> {
          faults.incrementAndGet();
          await(60);
        }
        case BYTE_PER_SECOND -> {
          faults.incrementAndGet();
          exchange.sendResponseHeaders(200, 60);
          OutputStream out = exchange.getResponseBody();
          for (int i = 0; i < 60 && !await(1); i++) {
            out.write('x');
            out.flush();
          }
        }
        case STATUS_500 -> {
          faults.incrementAndGet();
          exchange.sendResponseHeaders(500, -1);
        }
        case REDIRECTS -> {
          faults.incrementAndGet();
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(307, -1);
        }
        case CLOSES -> faults.incrementAndGet();
      }
    }
  }

  private boolean await(int seconds) {
    try {
      return end.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void take(HttpExchange exchange, byte[] body) throws IOException {
    if (!isSigned(exchange, body)) {
      wrong.add(exchange.getRequestHeaders().entrySet().toString());
    }
    JsonArray events =
        new JsonObject(new String(body, StandardCharsets.UTF_8)).getJsonArray("events");
    for (int i = 0; i < events.size(); i++) {
      received.add(events.getJsonObject(i).encode());
    }
    exchange.sendResponseHeaders(204, -1);
  }

  /** Written anew from the specification of Standard Webhooks. */
  private static boolean isSigned(HttpExchange exchange, byte[] body) {
    try {
      String id = exchange.getRequestHeaders().getFirst("webhook-id");
      String time = exchange.getRequestHeaders().getFirst("webhook-timestamp");
      long ageS = System.currentTimeMillis() / 1_000 - Long.parseLong(time);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
      mac.update((id + "." + time + ".").getBytes(StandardCharsets.UTF_8));
      String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
      return expected.equals(exchange.getRequestHeaders().getFirst("webhook-signature"))
          && Math.abs(ageS) < 300;
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void eachFaultIsGotOverAndNoOtherSinkFeelsIt() throws Exception {
    fixture.add("n1", 25);
    fixture.start();
    fixture.awaitSent("hook");
    for (Fault one : Fault.values()) {
      if (one == Fault.NONE) {
        continue;
      }
      int before = faults.get();
      fault = one;
      fixture.add("n1", 15);
      fixture.add("n2", 5);
      Await.until(one + " is met", () -> faults.get() > before);
      Await.until("it is told", () -> fixture.degradations().equals(List.of("audit-sink-hook")));
      fixture.awaitSent("lake");
      assertTrue(fixture.metric("lag_events", "hook") >= 10, one::name);
      fault = Fault.NONE;
      fixture.awaitSent("hook");
      Await.until("it is well", () -> fixture.degradations().isEmpty());
    }
    assertEquals(List.of(), wrong, "each is signed");
    assertEquals(fixture.expected(), SinkFixture.firstComings(received));
    assertTrue(fixture.metric("failures_total", "hook") >= 5);
    assertEquals(0, fixture.metric("failures_total", "lake"));
  }

  @Test
  void anotherCertificateAuthorityIsNotTrusted() throws Exception {
    new TestCertificates().writeAuthority(directory.resolve("conf/ca.pem"));
    fixture.add("n1", 5);
    fixture.start();
    Await.until("it fails", () -> fixture.metric("failures_total", "hook") >= 2);
    assertEquals(List.of(), received);
    assertEquals(5, fixture.metric("lag_events", "hook"));
  }
}
