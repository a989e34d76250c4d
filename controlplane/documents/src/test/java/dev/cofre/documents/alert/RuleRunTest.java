package dev.cofre.documents.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.documents.alert.AlertRule.Severity;
import dev.cofre.documents.yaml.Place;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules at work: quiet times, restarts, limits, and names that attackers chose. */
class RuleRunTest {
  private static final Instant BEGIN = Instant.parse("2026-01-31T12:00:00Z");
  private static final Instant LATER = BEGIN.plusSeconds(400 * 86_400L);

  private static AlertRule rule(Trigger trigger, long quietS) {
    return new AlertRule(
        "r",
        "d",
        Severity.WARNING,
        true,
        new EventMatch(Map.of(EventField.ACTION, List.of("decrypt"))),
        trigger,
        quietS,
        List.of(),
        new Place("f", 1));
  }

  private static AuditEvent event(long second, String principal, String key) {
    return AuditEvent.of(BEGIN.plusSeconds(second), "n", "q" + second, "decrypt")
        .caller(principal, "token", "192.0.2.1")
        .key(key)
        .failed("invalid_ciphertext")
        .build();
  }

  private static final Trigger EACH = new Trigger.Each(List.of(EventField.PRINCIPAL));

  @Test
  void theSameIsToldOnceInItsQuietTimeAndThenWithItsCount() {
    RuleRun run = new RuleRun(rule(EACH, 100));
    assertEquals(1, run.event(event(0, "p", "k"), "a/0").orElseThrow().repeats());
    assertTrue(run.event(event(1, "p", "k"), "a/1").isEmpty());
    assertTrue(run.event(event(99, "p", "k"), "a/2").isEmpty());
    assertTrue(run.event(event(50, "other", "k"), "a/3").isPresent());
    assertEquals(3, run.event(event(100, "p", "k"), "a/4").orElseThrow().repeats());
    run.event(event(150, "p", "k"), "a/5");
    assertEquals(List.of(), run.due(BEGIN.plusSeconds(199)));
    List<Alert> due = run.due(BEGIN.plusSeconds(200));
    assertEquals(1, due.size());
    assertEquals(1, due.getFirst().repeats());
    assertEquals("p", due.getFirst().subject().get("principal"));
    assertEquals(List.of(), run.due(BEGIN.plusSeconds(2_000)));
  }

  @Test
  void theSameEventsMakeTheSameId() {
    Alert first = new RuleRun(rule(EACH, 0)).event(event(0, "p", "k"), "a/0").orElseThrow();
    Alert again = new RuleRun(rule(EACH, 0)).event(event(0, "p", "k"), "a/0").orElseThrow();
    Alert other = new RuleRun(rule(EACH, 0)).event(event(0, "p", "k"), "a/1").orElseThrow();
    assertEquals(first, again);
    assertNotEquals(first.id(), other.id());
    assertEquals(first, Alert.fromJson(new JsonObject(first.toJson().encode())));
  }

  /** Cut off at every place, what was saved goes on as if it had not been. */
  @Test
  void aRunThatWasSavedGoesOnAsOneThatWasNot() {
    long seed = System.nanoTime();
    List<Trigger> triggers =
        List.of(
            EACH,
            new Trigger.Count(List.of(EventField.PRINCIPAL), 5, 60),
            new Trigger.Distinct(EventField.KEY, List.of(EventField.PRINCIPAL), 3, 60),
            new Trigger.FirstSeen(EventField.PRINCIPAL, List.of(EventField.KEY), 100),
            new Trigger.Rate(List.of(EventField.PRINCIPAL), 2, 3, 30, 3),
            new Trigger.Hour(List.of(EventField.PRINCIPAL), 1));
    for (Trigger trigger : triggers) {
      Random random = new Random(seed);
      RuleRun whole = new RuleRun(rule(trigger, 40));
      RuleRun cut = new RuleRun(rule(trigger, 40));
      List<Alert> expected = new ArrayList<>();
      List<Alert> made = new ArrayList<>();
      long second = 0;
      for (int i = 0; i < 2_000; i++) {
        second += random.nextInt(trigger instanceof Trigger.Hour ? 3_000 : 20);
        AuditEvent event =
            event(second - random.nextInt(5), "p" + random.nextInt(4), "k" + random.nextInt(3));
        whole.event(event, "a/" + i).ifPresent(expected::add);
        if (random.nextInt(10) == 0) {
          JsonObject saved = new JsonObject(cut.save().encode());
          cut = new RuleRun(rule(trigger, 40));
          cut.restore(saved, LATER);
        }
        cut.event(event, "a/" + i).ifPresent(made::add);
      }
      assertFalse(expected.isEmpty(), "seed " + seed + ": " + trigger);
      assertEquals(expected, made, "seed " + seed + ": " + trigger);
    }
  }

  @Test
  void aRuleThatCountsOtherwiseBeginsAnew() {
    RuleRun before = new RuleRun(rule(new Trigger.Count(List.of(EventField.KEY), 2, 60), 0));
    before.event(event(0, "p", "k"), "a/0");
    RuleRun after = new RuleRun(rule(new Trigger.Count(List.of(EventField.KEY), 2, 61), 0));
    after.restore(before.save(), LATER);
    assertTrue(after.event(event(1, "p", "k"), "a/1").isEmpty());
  }

  private static final List<Trigger> WITH_TIMES =
      List.of(
          EACH,
          new Trigger.Count(List.of(EventField.PRINCIPAL), 3, 60),
          new Trigger.Rate(List.of(EventField.PRINCIPAL), 2, 3, 60, 1),
          new Trigger.FirstSeen(EventField.KEY, List.of(EventField.PRINCIPAL), 3_600),
          new Trigger.Hour(List.of(EventField.PRINCIPAL), 2));

  /** Events that make each of {@link #WITH_TIMES} fire at their end, three days after the first. */
  private static boolean fires(RuleRun run, Instant latest) {
    boolean fired = false;
    long dayS = 86_400;
    for (int i = 0; i < 6; i++) {
      long second = i == 0 ? 0 : 3 * dayS + 12 * 3_600 + i;
      fired = run.event(event(second, "p", "k" + i), latest, "a/" + i).isPresent() || fired;
    }
    return fired;
  }

  @Test
  void anEventOfTheFarFutureBlindsNoRuleForThoseAfterIt() {
    for (Trigger trigger : WITH_TIMES) {
      RuleRun run = new RuleRun(rule(trigger, 100));
      run.event(event(20 * 365 * 86_400L, "p", "far"), BEGIN.plusSeconds(-3_600), "a/far");
      assertTrue(fires(run, LATER), () -> "blind: " + trigger);
    }
  }

  @Test
  void whatWasSavedOfTheFarFutureBlindsNoRule() {
    for (Trigger trigger : WITH_TIMES) {
      RuleRun before = new RuleRun(rule(trigger, 100));
      before.event(event(20 * 365 * 86_400L, "p", "far"), "a/far");
      RuleRun run = new RuleRun(rule(trigger, 100));
      run.restore(before.save(), BEGIN.plusSeconds(-3_600));
      assertTrue(fires(run, LATER), () -> "blind: " + trigger);
    }
  }

  @Test
  void anEventWithoutAnOutcomeIsReadAsEachOther() {
    EventMatch match = new EventMatch(Map.of(EventField.OUTCOME, List.of("denied", "fail*")));
    AuditEvent event =
        new AuditEvent(
            BEGIN, "n", "q", "p", null, "token", null, "decrypt", "k", null, -1, null, null, -1, -1,
            List.of(), null, "whole", null, null, -1);
    assertFalse(match.matches(event));
    assertEquals("-", EventField.OUTCOME.of(event));
  }

  @Test
  void fromOldEventsItLearnsAlone() {
    RuleRun run = new RuleRun(rule(EACH, 1_000), BEGIN);
    assertTrue(run.event(event(-1, "p", "k"), "a/0").isEmpty());
    assertTrue(run.event(event(0, "p", "k"), "a/1").isPresent());
  }

  @Test
  void whatItRemembersIsBoundedAndForgettingIsCounted() {
    RuleRun run = new RuleRun(rule(new Trigger.Count(List.of(EventField.KEY), 100, 60), 0));
    for (int i = 0; i < Evaluation.GROUPS_MAX + 500; i++) {
      run.event(event(0, "p", "k" + i), "a/" + i);
    }
    assertEquals(500, run.forgotten());
    assertEquals(Evaluation.GROUPS_MAX, run.save().getJsonObject("evaluation").size());
  }

  @Test
  void aCountSlides() {
    RuleRun run = new RuleRun(rule(new Trigger.Count(List.of(EventField.KEY), 3, 20), 0));
    assertEquals(Optional.empty(), run.event(event(0, "p", "k"), "1"));
    assertEquals(Optional.empty(), run.event(event(15, "p", "k"), "2"));
    assertEquals(Optional.empty(), run.event(event(25, "p", "k"), "3"));
    Alert alert = run.event(event(30, "p", "k"), "4").orElseThrow();
    assertEquals(3, alert.events());
    assertEquals(BEGIN.plusSeconds(10), alert.since());
    assertEquals(Optional.empty(), run.event(event(5, "p", "k"), "late, and too old to count"));
  }

  @Test
  void namesThatAttackersChoseEndUpInNoCommandOrLine() {
    String hostile = "k'; rm -rf / #\n\r\u001b[31m\u202e--to";
    RuleRun run = new RuleRun(rule(new Trigger.Each(List.of(EventField.KEY)), 0));
    Alert alert = run.event(event(0, "p", hostile), "a/0").orElseThrow();
    assertTrue(alert.title().chars().noneMatch(c -> c < ' ' || c == 0x202e), alert.title());
    assertEquals(
        "./cofre audit investigate --key 'k'\\''; rm -rf / #???[31m?--to' --from"
            + " 2026-01-31T11:55:00Z --to 2026-01-31T12:05:00Z",
        alert.command());
    assertTrue(alert.path().startsWith("/v1/audit/investigations?key=k%27%3B+rm"), alert.path());
    Alert plain = run.event(event(0, "p", "orders"), "a/1").orElseThrow();
    assertTrue(plain.command().startsWith("./cofre audit investigate --key orders --from "));
  }
}
