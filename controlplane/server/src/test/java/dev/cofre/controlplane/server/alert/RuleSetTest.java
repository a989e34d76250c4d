package dev.cofre.controlplane.server.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.EventField;
import dev.cofre.documents.alert.EventMatch;
import dev.cofre.documents.alert.Trigger;
import dev.cofre.documents.yaml.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules that catch up, and rules that raise too much. */
class RuleSetTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  private final List<Alert> alerts = new ArrayList<>();
  private final RuleSet rules =
      new RuleSet(
          List.of(
              new AlertRule(
                  "each",
                  "d",
                  AlertRule.Severity.WARNING,
                  true,
                  new EventMatch(Map.of()),
                  new Trigger.Each(List.of(EventField.PRINCIPAL)),
                  600,
                  List.of(),
                  new Place("f", 1))),
          Instant.EPOCH,
          new GapReports());
  private long index;

  private void event(Instant time, String principal, Instant now) {
    AuditEvent event =
        AuditEvent.of(time, "n", "r", "decrypt").caller(principal, "token", "192.0.2.1").build();
    rules.event(new LoggedEvent("cofre-audit/n/segment", index++, event, 100), now, alerts);
  }

  @Test
  void quietTimesEndByTheTimeOfEventsWhileItCatchesUp() {
    Instant old = NOW.minusSeconds(7_200);
    for (int i = 0; i < 100; i++) {
      event(old.plusSeconds(i), "p", NOW);
      rules.due(false, NOW, alerts);
    }
    assertEquals(1, alerts.size(), "the quiet time was not over when the last one happened");
    event(old.plusSeconds(700), "other", NOW);
    rules.due(false, NOW, alerts);
    assertEquals(3, alerts.size());
    assertEquals(99, alerts.getLast().repeats());
    event(old.plusSeconds(701), "other", NOW);
    rules.due(true, NOW, alerts);
    assertEquals(4, alerts.size(), "all is read: the clock counts");
  }

  @Test
  void oneAlertStandsForAllBeyondSoManyOfAMinute() {
    for (int i = 0; i < 200; i++) {
      event(NOW, "p" + i, NOW.plusMillis(i));
    }
    assertEquals(RuleSet.ALERTS_PER_MINUTE_MAX + 1, alerts.size());
    assertTrue(
        alerts.getLast().text().startsWith("more than 60 alerts of this rule since"),
        alerts.getLast().text());
    assertEquals(140L, rules.capped().get("each"));
    event(NOW, "next", NOW.plusSeconds(60));
    assertEquals("next", alerts.getLast().subject().get("principal"));
  }
}
