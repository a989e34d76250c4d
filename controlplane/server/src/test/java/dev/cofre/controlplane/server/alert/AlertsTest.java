package dev.cofre.controlplane.server.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.store.NodeTable;
import dev.cofre.engine.config.ConfigException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
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

/** The shipped rules over a real archive, and a webhook to a real server. */
class AlertsTest {
  private static final byte[] SECRET =
      "a secret of thirty-two bytes ok!".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;
  private AlertFixture fixture;
  private HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<JsonObject> received = new CopyOnWriteArrayList<>();
  private final List<String> ids = new CopyOnWriteArrayList<>();
  private final List<String> wrong = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile int status = 204;
  private volatile boolean hangs;

  @BeforeEach
  void open() throws Exception {
    fixture = new AlertFixture(directory);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/hook", this::handle);
    server.createContext("/other", this::handle);
    server.start();
    fixture.secret("secret", "whsec_" + Base64.getEncoder().encodeToString(SECRET) + "\n");
    webhook("hook", "hook");
  }

  private void webhook(String name, String path) throws IOException {
    fixture.configure(
        name + ".conf",
        "kind = webhook",
        "url = http://127.0.0.1:" + server.getAddress().getPort() + "/" + path,
        "secretFile = secret",
        "timeoutMs = 1000");
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
      boolean other = exchange.getRequestURI().getPath().equals("/other");
      asked.incrementAndGet();
      if (hangs && !other) {
        try {
          wrong.addAll(end.await(60, TimeUnit.SECONDS) ? List.of() : List.of("hung"));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return;
      }
      if (status == 204 || other) {
        if (!isSigned(exchange, body)) {
          wrong.add("not signed");
        }
        ids.add(exchange.getRequestHeaders().getFirst("webhook-id"));
        received.add(new JsonObject(new String(body, StandardCharsets.UTF_8)));
      }
      exchange.sendResponseHeaders(other ? 204 : status, -1);
    }
  }

  /** Written anew from the specification of Standard Webhooks. */
  private static boolean isSigned(HttpExchange exchange, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
      String head =
          exchange.getRequestHeaders().getFirst("webhook-id")
              + "."
              + exchange.getRequestHeaders().getFirst("webhook-timestamp")
              + ".";
      mac.update(head.getBytes(StandardCharsets.UTF_8));
      return ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)))
          .equals(exchange.getRequestHeaders().getFirst("webhook-signature"));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private List<JsonObject> alerts() {
    return received.stream().map(body -> body.getJsonObject("alert")).toList();
  }

  @Test
  void failedDecryptionsCauseOneSignedWebhookThatSaysHowToInvestigate() throws Exception {
    fixture.start();
    fixture.fail("mallory", 30);
    fixture.fail("app", 5);
    JsonObject told = fixture.awaitDelivery("hook", "sent");
    fixture.fail("mallory", 30);
    fixture.awaitRead();
    assertEquals(List.of(), wrong);
    assertEquals(1, received.size());
    assertEquals("audit.alert", received.getFirst().getString("type"));
    JsonObject alert = alerts().getFirst();
    assertEquals("failed-decryptions", alert.getString("rule"));
    assertEquals("critical", alert.getString("severity"));
    assertEquals(new JsonObject().put("principal", "mallory"), alert.getJsonObject("subject"));
    assertTrue(
        alert.getString("command").startsWith("./cofre audit investigate --principal mallory "),
        alert.encodePrettily());
    assertTrue(alert.getString("path").startsWith("/v1/audit/investigations?principal=mallory&"));
    assertEquals(alert.getString("id"), told.getString("id"));
    assertEquals("HTTP 204", AlertFixture.delivery(told, "hook").getString("answer"));
    Await.until("it is counted", () -> fixture.metric("sent_total", "hook") == 1);
  }

  @Test
  void aRestartSendsNothingTwiceAndMissesNothing() throws Exception {
    fixture.start();
    fixture.fail("mallory", 6);
    fixture.awaitRead();
    fixture.stop();
    // Archived while nobody looked: with those before, they are ten.
    fixture.fail("mallory", 6);
    fixture.start();
    fixture.awaitDelivery("hook", "sent");
    fixture.stop();
    fixture.start();
    fixture.fail("eve", 10);
    Await.until("eve's arrives", () -> received.size() >= 2);
    fixture.awaitRead();
    assertEquals(
        List.of("mallory", "eve"),
        alerts().stream().map(a -> a.getJsonObject("subject").getString("principal")).toList());
    assertEquals(2, fixture.alerts.newest(10).size());
  }

  @Test
  void whatWasNotSentIsSentAfterARestartWithTheSameId() throws Exception {
    status = 500;
    fixture.start();
    fixture.fail("mallory", 10);
    Await.until("it is tried", () -> asked.get() > 0);
    Await.until("that is told", () -> fixture.alerts.degradations().contains("alert-channel-hook"));
    String id = fixture.alerts.newest(1).getFirst().getString("id");
    fixture.stop();
    status = 204;
    fixture.start();
    fixture.awaitDelivery("hook", "sent");
    assertEquals(List.of(id), alerts().stream().map(alert -> alert.getString("id")).toList());
  }

  @Test
  void aReceiverThatHangsHoldsUpNoOtherAndNotTheRules() throws Exception {
    webhook("other", "other");
    hangs = true;
    fixture.start();
    fixture.fail("mallory", 10);
    Await.until("the other has it", () -> received.size() == 1);
    Await.until("the one fails", () -> fixture.metric("failures_total", "hook") > 0);
    fixture.fail("eve", 10);
    Await.until("the other has the next", () -> received.size() == 2);
    assertEquals(0, fixture.metric("sent_total", "hook"));
    Await.until("that is counted", () -> fixture.metric("sent_total", "other") == 2);
    hangs = false;
    Await.until("it has both", () -> fixture.metric("sent_total", "hook") == 2);
    Await.until("it is well", () -> fixture.alerts.degradations().isEmpty());
    assertEquals(List.of(), wrong);
    assertEquals(2, ids.stream().distinct().count(), "the id of a delivery is the body's");
  }

  @Test
  void lessSevereAlertsStayAway() throws Exception {
    Files.writeString(
        fixture.conf().resolve("hook.conf"),
        Files.readString(fixture.conf().resolve("hook.conf")) + "severity = critical\n");
    webhook("other", "other");
    fixture.start();
    fixture.add(
        "n1",
        List.of(
            AuditEvent.of(Instant.now(), "n1", "r", "policy:update")
                .caller("admin", "token", "192.0.2.1")
                .key("p")
                .build()));
    fixture.awaitDelivery("other", "sent");
    fixture.fail("mallory", 10);
    fixture.awaitDelivery("hook", "sent");
    assertEquals(1, fixture.metric("sent_total", "hook"));
    Await.until("the other has both", () -> fixture.metric("sent_total", "other") == 2);
  }

  @Test
  void whatWasArchivedBeforeTheFirstStartIsLearnedFromAndNotTold() throws Exception {
    fixture.fail("mallory", 20);
    fixture.start();
    fixture.awaitRead();
    fixture.fail("eve", 10);
    fixture.awaitDelivery("hook", "sent");
    assertEquals(1, fixture.alerts.newest(10).size());
  }

  @Test
  void aLogThatIsNotWhatItWasAndANodeThatDoesNotShipAreTold() throws Exception {
    fixture.start();
    Instant now = Instant.now();
    fixture.store.note(
        tx ->
            tx.notices()
                .tell(
                    Notice.Kind.AUDIT_LOG_INCONSISTENT,
                    "default",
                    "cofre-audit/n7/segment: its first 5 events are not what they were",
                    now));
    fixture.awaitDelivery("hook", "sent");
    assertEquals("audit-gap", alerts().getFirst().getString("rule"));
    assertEquals("n7", alerts().getFirst().getJsonObject("subject").getString("node"));
    fixture.stop();
    // A node that follows the installation, and shipped for the last time three minutes ago.
    fixture.store.note(
        tx -> tx.auditShipping().note("cofre-audit/n8/segment", fixture.archiveId(), 5, 9));
    fixture.pass(Duration.ofMinutes(3));
    fixture.store.note(
        tx ->
            tx.nodes()
                .seen(
                    new NodeTable.Sighting(
                        "node", "0123456789abcdef0123456789abcdef", "n8", 0, 0, 600_000, 60_000)));
    LogWatch watch = fixture.watch();
    assertEquals(0, watch.silent().getFirst().silentS(), "nobody could ship before the start");
    fixture.start();
    fixture.fail("mallory", 10);
    Await.until("it is looked at", () -> received.size() == 2);
    assertEquals("failed-decryptions", alerts().getLast().getString("rule"));
    fixture.pass(Duration.ofMinutes(3));
    assertEquals(180, watch.silent().getFirst().silentS());
    Await.until("the silence is told", () -> received.size() == 3);
    assertEquals("silent-node", alerts().getLast().getString("rule"));
    assertEquals("n8", alerts().getLast().getJsonObject("subject").getString("node"));
    assertTrue(alerts().getLast().getString("text").contains("has stopped shipping"));
  }

  @Test
  void aTestSaysWhatEachChannelAnswers() throws Exception {
    webhook("other", "other");
    status = 503;
    fixture.start();
    List<Alerts.Tested> tested = fixture.alerts.test(List.of("hook", "other"), "admin");
    assertEquals(List.of("hook", "other"), tested.stream().map(Alerts.Tested::channel).toList());
    assertFalse(tested.getFirst().isSent());
    assertEquals("the answer's status is 503", tested.getFirst().answer());
    assertTrue(tested.getLast().isSent());
    assertTrue(alerts().getFirst().getBoolean("test"));
    assertEquals("TEST alert-test: principal admin", alerts().getFirst().getString("title"));
    assertEquals(List.of(), fixture.alerts.newest(10), "it is no alert");
  }

  @Test
  void whatIsWrongInTheFolderStopsTheStartWithItsPlace() throws Exception {
    fixture.configure("bad.yaml", "apiVersion: cofre/v1", "kind: AlertRule", "name: x");
    ConfigException rule =
        assertThrows(ConfigException.class, () -> AlertSettings.read(fixture.conf()));
    assertTrue(rule.getMessage().contains("bad.yaml:1: description: is missing"), rule::getMessage);
    Files.delete(fixture.conf().resolve("bad.yaml"));
    fixture.configure("bad.conf", "kind = webhook", "url = http://example.com/");
    ConfigException channel =
        assertThrows(ConfigException.class, () -> AlertSettings.read(fixture.conf()));
    assertTrue(channel.getMessage().contains("bad.conf"), channel::getMessage);
  }
}
