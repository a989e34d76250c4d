package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.archive.LoggedEvent;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.LogSignal;
import dev.cofre.documents.alert.RuleRun;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * All rules at work. A rule that fails at an event takes neither the event from the other rules nor
 * the next one from itself. Not thread-safe, but for {@link #errors} and {@link #capped}.
 */
final class RuleSet {
  /** Beyond so many alerts of a rule within a minute there is one that stands for the others. */
  static final int ALERTS_PER_MINUTE_MAX = 60;

  /** How far a node's clock may be ahead. */
  static final Duration AHEAD_MAX = Duration.ofSeconds(60);

  private static final System.Logger LOG = System.getLogger(RuleSet.class.getName());
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final List<RuleRun> runs;
  private final GapReports reports;
  private final Map<String, Minute> minutes = new HashMap<>();
  private final Map<String, Long> errors = new ConcurrentHashMap<>();
  private final Map<String, Long> capped = new ConcurrentHashMap<>();
  private Instant newest = Instant.EPOCH;

  /** The alerts of a rule in the minute since {@code began}. */
  private record Minute(Instant began, int alerts) {}

  /**
   * Of those of {@code rules} that are enabled; of events before {@code since} they learn alone.
   */
  RuleSet(List<AlertRule> rules, Instant since, GapReports reports) {
    this.runs =
        rules.stream().filter(AlertRule::isEnabled).map(rule -> new RuleRun(rule, since)).toList();
    this.reports = reports;
  }

  /** Remembers what {@link #save} gave. */
  void restore(JsonObject saved, Instant now) {
    for (RuleRun run : runs) {
      if (saved.containsKey(run.rule().name())) {
        run.restore(saved.getJsonObject(run.rule().name()), now.plus(AHEAD_MAX));
      }
    }
  }

  JsonObject save() {
    JsonObject saved = new JsonObject();
    runs.forEach(run -> saved.put(run.rule().name(), run.save()));
    return saved;
  }

  /** Takes {@code logged}, and adds what it raises to {@code alerts}. */
  void event(LoggedEvent logged, Instant now, List<Alert> alerts) {
    String cause = logged.origin() + "/" + logged.index();
    Instant latest = now.plus(AHEAD_MAX);
    Instant time = logged.event().time();
    if (time.isAfter(latest)) {
      reports.report(
          "clock",
          logged.origin(),
          "the clock of the node is wrong, or somebody forges events: the event "
              + cause
              + " is of "
              + time
              + ", and was taken as of "
              + now);
      // Not as of the latest time: that would end windows, each time for a minute.
      time = now;
    }
    Instant taken = time;
    newest = taken.isAfter(newest) ? taken : newest;
    for (RuleRun run : runs) {
      try {
        run.event(logged.event(), taken, cause).ifPresent(alert -> add(run, alert, now, alerts));
      } catch (RuntimeException e) {
        failed(run, logged.origin(), "the event " + cause, e);
      }
    }
  }

  /** Takes {@code signal}, and adds what it raises to {@code alerts}. */
  void signal(LogSignal signal, String cause, List<Alert> alerts) {
    for (RuleRun run : runs) {
      try {
        run.signal(signal, cause).ifPresent(alert -> add(run, alert, Instant.now(), alerts));
      } catch (RuntimeException e) {
        failed(run, signal.node(), "a signal", e);
      }
    }
  }

  private void failed(RuleRun run, String origin, String what, RuntimeException e) {
    errors.merge(run.rule().name(), 1L, Long::sum);
    LOG.log(Level.DEBUG, "the cause", e);
    reports.report(
        "unreadable",
        origin,
        "the rule "
            + run.rule().name()
            + " cannot evaluate "
            + what
            + ": "
            + ChannelRunner.reason(e));
  }

  /**
   * Adds what came in quiet times that are over.
   *
   * @param isCaughtUp whether all events are taken; else only quiet times that were over when the
   *     newest one happened are
   */
  void due(boolean isCaughtUp, Instant now, List<Alert> alerts) {
    Instant until = isCaughtUp || newest.isAfter(now) ? now : newest;
    for (RuleRun run : runs) {
      run.due(until).forEach(alert -> add(run, alert, now, alerts));
    }
  }

  private void add(RuleRun run, Alert alert, Instant now, List<Alert> alerts) {
    String name = run.rule().name();
    Minute minute = minutes.get(name);
    boolean isOver =
        minute == null
            || now.isBefore(minute.began())
            || !now.isBefore(minute.began().plus(MINUTE));
    minute = isOver ? new Minute(now, 1) : new Minute(minute.began(), minute.alerts() + 1);
    minutes.put(name, minute);
    if (minute.alerts() <= ALERTS_PER_MINUTE_MAX) {
      alerts.add(alert);
      return;
    }
    capped.merge(name, 1L, Long::sum);
    if (minute.alerts() == ALERTS_PER_MINUTE_MAX + 1) {
      alerts.add(
          RuleRun.summary(
              run.rule(),
              alert,
              ALERTS_PER_MINUTE_MAX,
              minute.began(),
              minute.began().plus(MINUTE)));
    }
  }

  /** How often each rule could not evaluate an event. */
  Map<String, Long> errors() {
    return errors;
  }

  /** How many alerts of each rule were not sent one by one. */
  Map<String, Long> capped() {
    return capped;
  }

  /** How many groups each rule has forgotten for want of room. */
  Map<String, Long> forgotten() {
    return runs.stream().collect(Collectors.toMap(run -> run.rule().name(), RuleRun::forgotten));
  }
}
