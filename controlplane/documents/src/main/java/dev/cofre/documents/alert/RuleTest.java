package dev.cofre.documents.alert;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.documents.yaml.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Events, and how many alerts a rule makes of them. Immutable.
 *
 * @param name what it shows
 * @param given what happens, in its order
 * @param alerts how many alerts there have to be
 * @param place where it stands
 */
public record RuleTest(String name, List<Given> given, long alerts, Place place) {
  /** Takes a copy. */
  public RuleTest {
    given = List.copyOf(given);
  }

  /**
   * Events that are alike.
   *
   * @param event the first; empty: a signal
   * @param signal likewise
   * @param times how many there are
   * @param everyS how long after each the next one comes, seconds
   */
  public record Given(
      Optional<AuditEvent> event, Optional<LogSignal> signal, long times, long everyS) {}

  /**
   * Evaluates {@code rule} with these events.
   *
   * @return what is wrong; empty when nothing is
   */
  Optional<String> run(AlertRule rule) {
    RuleRun run = new RuleRun(rule);
    List<String> raised = new ArrayList<>();
    long number = 0;
    for (Given one : given) {
      for (long i = 0; i < one.times(); i++) {
        long laterS = i * one.everyS();
        String cause = "test/" + number++;
        one.event()
            .flatMap(event -> run.event(at(event, event.time().plusSeconds(laterS)), cause))
            .ifPresent(alert -> raised.add(alert.title()));
        one.signal()
            .flatMap(signal -> run.signal(signal, cause))
            .ifPresent(alert -> raised.add(alert.title()));
      }
    }
    return raised.size() == alerts
        ? Optional.empty()
        : Optional.of(
            "the test \""
                + name
                + "\" expects "
                + alerts
                + " alerts, the rule makes "
                + raised.size()
                + (raised.isEmpty() ? "" : ": " + String.join("; ", first(raised))));
  }

  private static List<String> first(List<String> raised) {
    return raised.subList(0, Math.min(3, raised.size()));
  }

  private static AuditEvent at(AuditEvent event, Instant time) {
    return new AuditEvent(
        time,
        event.node(),
        event.requestId(),
        event.principal(),
        event.tenant(),
        event.authentication(),
        event.address(),
        event.action(),
        event.key(),
        null,
        event.keyVersion(),
        event.dataKeyId(),
        null,
        event.items(),
        event.bytes(),
        event.contextKeys(),
        event.contexts(),
        event.phase(),
        event.outcome(),
        event.code(),
        event.count());
  }
}
