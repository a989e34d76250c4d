package dev.cofre.documents.alert;

import dev.cofre.contract.audit.AuditEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A rule at work: takes events, and raises an alert when it fires, the same one once in its quiet
 * time. What it remembers is bounded, and can be saved. Not thread-safe.
 */
public final class RuleRun {
  private static final int SUBJECTS_MAX = 10_000;
  private static final int ID_BYTES = 16;
  private static final Set<String> OF_SECRETS = Set.of("secret:read", "secret:export");

  private final AlertRule rule;
  private final Evaluation evaluation;
  private final Lately<Quiet> quiets = new Lately<>(SUBJECTS_MAX);
  private Instant since;

  /** Begins with nothing remembered. */
  public RuleRun(AlertRule rule) {
    this(rule, Instant.EPOCH);
  }

  /** The same; from events before {@code since} it learns alone. */
  public RuleRun(AlertRule rule, Instant since) {
    this.rule = rule;
    this.since = since;
    this.evaluation = Evaluation.of(rule.trigger());
  }

  /** An alert that was raised, and what came since that was not told. */
  private static final class Quiet {
    private long untilMs;
    private long repeats;
    private Firing last;
  }

  /** Which rule. */
  public AlertRule rule() {
    return rule;
  }

  /**
   * Takes {@code event}.
   *
   * @param cause names the event for ever
   */
  public Optional<Alert> event(AuditEvent event, String cause) {
    return event(event, Instant.MAX, cause);
  }

  /**
   * The same, an event that claims to be later than {@code latest} being taken as of then: one of
   * the far future would end its group's window and begin a quiet time that is never over.
   */
  public Optional<Alert> event(AuditEvent event, Instant latest, String cause) {
    Trigger trigger = rule.trigger();
    if (trigger instanceof Trigger.Silence
        || trigger instanceof Trigger.Gap
        || !rule.match().matches(event)) {
      return Optional.empty();
    }
    List<EventField> grouping =
        trigger instanceof Trigger.FirstSeen seen ? seen.with() : trigger.by();
    String group =
        grouping.stream().map(field -> field.of(event)).collect(Collectors.joining("\n"));
    String value =
        switch (trigger) {
          case Trigger.FirstSeen seen -> seen.of().of(event);
          case Trigger.Distinct distinct -> distinct.of().of(event);
          default -> "";
        };
    Instant time = event.time().isAfter(latest) ? latest : event.time();
    return evaluation
        .take(group, value, time.toEpochMilli(), Math.max(1, event.count()))
        .flatMap(
            reason -> {
              Map<String, String> subject = new LinkedHashMap<>();
              trigger.by().forEach(field -> subject.put(named(field, event), field.of(event)));
              return fired(
                  new Firing(
                      subject,
                      time,
                      Instant.ofEpochMilli(reason.sinceMs()),
                      reason.events(),
                      reason.text().isEmpty() ? what(event) : reason.text() + "; " + what(event),
                      cause,
                      event.requestId()));
            });
  }

  /** A key and a secret may have the same name, and are investigated each by itself. */
  private static String named(EventField field, AuditEvent event) {
    return field == EventField.KEY && OF_SECRETS.contains(event.action())
        ? Alert.SECRET
        : field.text();
  }

  private static String what(AuditEvent event) {
    return event.action()
        + " was "
        + event.outcome()
        + (event.code() == null ? "" : " (" + event.code() + ")");
  }

  /** Takes what is known of a log beside its events. */
  public Optional<Alert> signal(LogSignal signal, String cause) {
    boolean isAbout =
        switch (rule.trigger()) {
          case Trigger.Silence silence ->
              signal.kind() == LogSignal.Kind.SILENCE && signal.silentS() >= silence.afterS();
          case Trigger.Gap ignored -> signal.kind() == LogSignal.Kind.GAP;
          default -> false;
        };
    return isAbout
        ? fired(
            new Firing(
                Map.of(EventField.NODE.text(), signal.node()),
                signal.time(),
                signal.time().minusSeconds(signal.silentS()),
                1,
                signal.text(),
                cause,
                ""))
        : Optional.empty();
  }

  private Optional<Alert> fired(Firing firing) {
    if (firing.time().isBefore(since)) {
      return Optional.empty();
    }
    String subject = String.join("\n", firing.subject().values());
    Quiet quiet = quiets.get(subject);
    long timeMs = firing.time().toEpochMilli();
    if (quiet != null && timeMs < quiet.untilMs) {
      quiet.repeats++;
      quiet.last = firing;
      return Optional.empty();
    }
    long repeats = 1;
    if (quiet == null) {
      quiet = new Quiet();
      quiets.put(subject, quiet);
    } else {
      repeats += quiet.repeats;
    }
    quiet.untilMs = timeMs + rule.quietS() * 1_000;
    quiet.repeats = 0;
    quiet.last = null;
    return Optional.of(alert(firing, repeats));
  }

  /** What came in quiet times that are over at {@code now}, and was not told yet. */
  public List<Alert> due(Instant now) {
    List<Alert> due = new ArrayList<>();
    quiets.forEach(
        (subject, quiet) -> {
          if (quiet.repeats > 0 && quiet.untilMs <= now.toEpochMilli()) {
            due.add(alert(quiet.last, quiet.repeats));
            quiet.untilMs += rule.quietS() * 1_000;
            quiet.repeats = 0;
            quiet.last = null;
          }
        });
    quiets.removeIf(quiet -> quiet.repeats == 0 && quiet.untilMs <= now.toEpochMilli());
    return due;
  }

  private Alert alert(Firing firing, long repeats) {
    return new Alert(
        id(rule.name() + "\n" + firing.subject() + "\n" + firing.cause()),
        rule.name(),
        rule.severity(),
        rule.description(),
        firing.subject(),
        firing.time(),
        firing.since(),
        firing.events(),
        repeats,
        firing.text(),
        firing.requestId(),
        false);
  }

  /**
   * An alert of {@code rule} that stands for all that it raises between {@code from} and {@code to}
   * beyond {@code most}; {@code first} is the first of these.
   */
  public static Alert summary(AlertRule rule, Alert first, long most, Instant from, Instant to) {
    return new Alert(
        id(rule.name() + "\nsummary\n" + first.id()),
        rule.name(),
        rule.severity(),
        rule.description(),
        Map.of(),
        first.time(),
        first.since(),
        first.events(),
        1,
        "more than "
            + most
            + " alerts of this rule since "
            + from
            + ": what it raises until "
            + to
            + " is counted, and not sent one by one; the first of these is about "
            + first.subjectText(),
        first.requestId(),
        false);
  }

  /**
   * An alert that no rule raised: somebody is to be told of {@code subject}.
   *
   * @param name what stands in the place of a rule's name
   * @param cause names it for ever: of the same cause and subject there is one alert
   * @param since from when on events are of interest
   */
  public static Alert told(
      String name,
      String description,
      Map<String, String> subject,
      Instant time,
      Instant since,
      String text,
      String cause) {
    return new Alert(
        id(name + "\n" + new java.util.TreeMap<>(subject) + "\n" + cause),
        name,
        AlertRule.Severity.CRITICAL,
        description,
        subject,
        time,
        since,
        1,
        1,
        text,
        "",
        false);
  }

  /** An alert of {@code rule} that tells that nothing happened. */
  public static Alert test(Instant now, String by) {
    return new Alert(
        id("test\n" + now + "\n" + by),
        "alert-test",
        AlertRule.Severity.INFO,
        "A test of the way that alerts take. Nothing happened.",
        Map.of("principal", by),
        now,
        now,
        0,
        1,
        "asked for by alert test",
        "",
        true);
  }

  private static String id(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing", e);
    }
  }

  /** How many groups and subjects were forgotten, because there were more than it remembers. */
  public long forgotten() {
    return evaluation.forgotten() + quiets.forgotten();
  }

  /** What it remembers. */
  public JsonObject save() {
    JsonArray saved = new JsonArray();
    quiets.forEach(
        (subject, quiet) -> {
          JsonObject line =
              new JsonObject()
                  .put("subject", subject)
                  .put("untilMs", quiet.untilMs)
                  .put("repeats", quiet.repeats);
          if (quiet.last != null) {
            line.put("last", alert(quiet.last, 1).toJson()).put("cause", quiet.last.cause());
          }
          saved.add(line);
        });
    return new JsonObject()
        .put("rule", fingerprint())
        .put("since", since.toString())
        .put("evaluation", evaluation.save())
        .put("quiet", saved);
  }

  /**
   * Remembers what was saved, unless it was of a rule that counts otherwise.
   *
   * @param latest no time of events is remembered as a later one: the clock may have been wrong
   */
  public void restore(JsonObject saved, Instant latest) {
    long latestMs = latest.toEpochMilli();
    if (!fingerprint().equals(saved.getString("rule"))) {
      return;
    }
    Instant begun = Instant.parse(saved.getString("since"));
    since = begun.isAfter(latest) ? latest : begun;
    evaluation.restore(saved.getJsonObject("evaluation"), latestMs);
    for (Object item : saved.getJsonArray("quiet")) {
      JsonObject line = (JsonObject) item;
      Quiet quiet = new Quiet();
      quiet.untilMs = Math.min(line.getLong("untilMs"), latestMs + rule.quietS() * 1_000);
      quiet.repeats = line.getLong("repeats");
      if (line.containsKey("last")) {
        Alert last = Alert.fromJson(line.getJsonObject("last"));
        quiet.last =
            new Firing(
                last.subject(),
                last.time(),
                last.since(),
                last.events(),
                last.text(),
                line.getString("cause"),
                last.requestId());
      }
      quiets.put(line.getString("subject"), quiet);
    }
  }

  private String fingerprint() {
    return id(new java.util.TreeMap<>(rule.match().values()) + "\n" + rule.trigger());
  }
}
