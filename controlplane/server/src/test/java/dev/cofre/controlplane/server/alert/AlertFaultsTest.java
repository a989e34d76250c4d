package dev.cofre.controlplane.server.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.server.Await;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.EventField;
import dev.cofre.documents.alert.EventMatch;
import dev.cofre.documents.alert.LogSignal;
import dev.cofre.documents.alert.Trigger;
import dev.cofre.documents.yaml.Place;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with one event, rule, log or file is told, and ends nothing else. */
class AlertFaultsTest {
  @TempDir Path directory;
  private AlertFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new AlertFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void aRuleThatFailsTakesNoEventFromTheOthers() throws Exception {
    List<AlertRule> rules = new ArrayList<>();
    rules.add(
        new AlertRule(
            "faulty",
            "divides by zero",
            AlertRule.Severity.INFO,
            true,
            new EventMatch(Map.of(EventField.ACTION, List.of("decrypt"))),
            new Trigger.Rate(List.of(EventField.PRINCIPAL), 2, 2, 0, 2),
            60,
            List.of(),
            new Place("f", 1)));
    rules.addAll(AlertSettings.read(fixture.conf()).rules());
    fixture.start(new AlertSettings(true, rules, List.of()));
    fixture.fail("mallory", 10);
    fixture.awaitAlert("failed-decryptions", "10 events");
    fixture.awaitAlert("audit-gap", "the rule faulty cannot evaluate the event ");
    assertEquals(2, fixture.alerts.newest(10).size(), "one gap for all ten");
    assertEquals(10, fixture.ruleMetric("errors_total", "faulty"));
  }

  @Test
  void anEventOfTheFutureIsToldAndBlindsNothing() throws Exception {
    fixture.start();
    fixture.add(
        "n1",
        List.of(
            AuditEvent.of(Instant.now().plus(Duration.ofDays(9_000)), "n1", "r", "decrypt")
                .caller("mallory", "token", "192.0.2.1")
                .failed("invalid_ciphertext")
                .build()));
    fixture.awaitAlert("audit-gap", "the clock of the node is wrong");
    fixture.fail("mallory", 10);
    fixture.awaitAlert("failed-decryptions", "events within 60 s");
  }

  @Test
  void aLogThatCannotBeReadSwitchesNothingElseOff() throws Exception {
    fixture.fail("app", 1);
    fixture.add("n2", List.of(AuditEvent.of(Instant.now(), "n2", "r", "encrypt").key("k").build()));
    try (Stream<Path> files = Files.walk(directory.resolve("archive"))) {
      for (Path file :
          files.filter(f -> Files.isRegularFile(f) && f.toString().contains("n2")).toList()) {
        Files.delete(file);
      }
    }
    AtomicLong nowNs = new AtomicLong(1);
    GapReports reports = new GapReports();
    ArchiveFeed feed = new ArchiveFeed(fixture.archive(), reports, nowNs::get);
    ArchiveFeed.Read read = feed.next();
    assertEquals(1, read.events().size());
    assertTrue(read.failure().orElseThrow().getMessage().contains("cofre-audit/n2/"));
    assertEquals(List.of(), reports.take());
    nowNs.addAndGet(TimeUnit.SECONDS.toNanos(61));
    feed.next();
    feed.next();
    List<LogSignal> told = reports.take();
    assertEquals(1, told.size());
    assertEquals("n2", told.getFirst().node());

    fixture.start();
    Await.until("it is told", () -> fixture.alerts.degradations().contains("alert-rules"));
    fixture.fail("mallory", 10);
    fixture.awaitAlert("failed-decryptions", "10 events");
    fixture.store.note(
        tx ->
            tx.notices()
                .tell(
                    Notice.Kind.AUDIT_LOG_INCONSISTENT,
                    "default",
                    "cofre-audit/n7/segment: its first 5 events are not what they were",
                    Instant.now()));
    fixture.awaitAlert("audit-gap", "its first 5 events");
  }

  @Test
  void aStateOfNoUseIsKeptAsideAndToldAndTheStartGoesOn() throws Exception {
    Files.createDirectories(fixture.state().getParent());
    List<String> states =
        List.of(
            "no json {",
            "{\"v\":2,\"cursor\":{}}",
            "{\"v\":\"1\"}",
            "{\"v\":1}",
            "{\"v\":1,\"savedAt\":\"2026-01-31T12:00:00Z\",\"noticesAfter\":\"2026-01-31T12:00:00Z\","
                + "\"cursor\":{},\"rules\":{\"key-export\":7},\"alerts\":[]}",
            "{\"v\":1,\"savedAt\":\"2026-01-31T12:00:00Z\",\"noticesAfter\":\"2026-01-31T12:00:00Z\","
                + "\"cursor\":{\"x\":1},\"rules\":{},\"alerts\":[{\"id\":\"a\"}]}");
    for (String state : states) {
      Files.writeString(fixture.state(), state);
      fixture.start();
      assertTrue(fixture.alerts.degradations().contains("alert-state"), state);
      fixture.awaitAlert("audit-gap", "it is kept as state.json.unusable-");
      assertEquals("cp-1", subject().getString("node"));
      fixture.stop();
      assertTrue(kept().contains(state), state);
      fixture.start();
      assertEquals(List.of(), fixture.alerts.degradations(), state);
      fixture.stop();
    }
    assertEquals(states.size(), kept().size());
  }

  private JsonObject subject() {
    return fixture.alerts.newest(1).getFirst().getJsonObject("subject");
  }

  private List<String> kept() throws IOException {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.list(fixture.state().getParent())) {
      for (Path file : files.filter(f -> f.toString().contains(".unusable-")).toList()) {
        texts.add(Files.readString(file));
      }
    }
    return texts;
  }
}
