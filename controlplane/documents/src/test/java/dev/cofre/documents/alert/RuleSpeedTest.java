package dev.cofre.documents.alert;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many events a second the shipped rules take on one thread. */
@Tag("full")
class RuleSpeedTest {
  private static final System.Logger LOG = System.getLogger(RuleSpeedTest.class.getName());
  private static final int EVENTS = 1_000_000;
  private static final long LEAST = 100_000;

  @Test
  void theShippedRulesKeepUpWithABusyInstallation() {
    List<RuleRun> runs = AlertRules.shipped().stream().map(RuleRun::new).toList();
    Random random = new Random(1);
    Instant begin = Instant.parse("2026-01-31T12:00:00Z");
    AuditEvent[] events = new AuditEvent[10_000];
    for (int i = 0; i < events.length; i++) {
      AuditEvent.Builder event =
          AuditEvent.of(begin.plusMillis(i), "n", "r" + i, i % 3 == 0 ? "encrypt" : "decrypt")
              .caller("app-" + random.nextInt(200), "token", "10.0.0." + random.nextInt(250))
              .key("key-" + random.nextInt(100));
      events[i] = (i % 50 == 0 ? event.failed("invalid_ciphertext") : event).build();
    }
    long alerts = 0;
    long beganNs = System.nanoTime();
    for (int i = 0; i < EVENTS; i++) {
      for (RuleRun run : runs) {
        alerts += run.event(events[i % events.length], "a/" + i).isPresent() ? 1 : 0;
      }
    }
    long perSecond = EVENTS * 1_000_000_000L / (System.nanoTime() - beganNs);
    long bytes = runs.stream().mapToLong(run -> run.save().encode().length()).sum();
    LOG.log(
        Level.INFO,
        "{0} events a second, {1} alerts, {2} bytes of state",
        Long.toString(perSecond),
        Long.toString(alerts),
        Long.toString(bytes));
    assertTrue(perSecond >= LEAST, () -> perSecond + " events a second");
  }
}
