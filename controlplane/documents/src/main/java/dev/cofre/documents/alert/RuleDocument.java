package dev.cofre.documents.alert;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.documents.alert.AlertRule.Severity;
import dev.cofre.documents.shape.Shape;
import dev.cofre.documents.shape.Shape.Count;
import dev.cofre.documents.shape.Shape.Field;
import dev.cofre.documents.shape.Shape.Fields;
import dev.cofre.documents.shape.Shape.Flag;
import dev.cofre.documents.shape.Shape.Items;
import dev.cofre.documents.shape.Shape.OneOf;
import dev.cofre.documents.shape.Shape.Rule;
import dev.cofre.documents.shape.Shape.Text;
import dev.cofre.documents.shape.Shape.Time;
import dev.cofre.documents.shape.Shape.True;
import dev.cofre.documents.shape.Shape.Whole;
import dev.cofre.documents.shape.ShapeCheck;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes a rule of its YAML document. Stateless. */
final class RuleDocument {
  private static final long DAY_S = 86_400;
  private static final long YEAR_S = 366 * DAY_S;
  private static final int VALUES_MAX = 100;
  private static final int TESTS_MAX = 50;
  private static final int GIVEN_MAX = 100;
  private static final int TIMES_MAX = 1_000;

  private static final Text NAME =
      text(
          "[a-z0-9][a-z0-9-]{0,63}",
          64,
          "1 to 64 of a-z, 0-9 and '-', beginning with a letter or digit");
  private static final Text LINE =
      text(
          "(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+",
          1_000,
          "text of 1 to 1000 characters without control characters");
  private static final Text SELECTION =
      text(
          "(?=.)[^\\s*\\u0000-\\u001f\\u007f-\\u009f]*\\*?",
          256,
          "a value, or the beginning of values with a * at its end");
  private static final Text VALUE =
      text("[^\\u0000-\\u001f\\u007f-\\u009f]{1,256}", 256, "text of 1 to 256 characters");
  private static final OneOf FIELD = new OneOf(EventField.texts());
  private static final Items BY = new Items(FIELD, 1, EventField.values().length);
  private static final Items SELECTIONS = new Items(SELECTION, 1, VALUES_MAX);
  private static final List<String> TRIGGERS =
      List.of("each", "count", "distinct", "firstSeen", "rate", "hour", "silence", "gap");

  private static final Fields GIVEN =
      new Fields(
          List.of(
              required("at", new Time(), "When it happens."),
              optional("action", VALUE, "An event: what was done."),
              optional(
                  "signal",
                  new OneOf(List.of("silence", "gap")),
                  "Something about a node's log, in the place of an event."),
              optional("silentS", new Whole(0, YEAR_S), "For how long the node is silent."),
              optional(
                  "outcome", new OneOf(List.of("allowed", "denied", "failed")), "How it ended."),
              optional("code", VALUE, "The error code."),
              optional("principal", VALUE, "Who."),
              optional("address", VALUE, "From where."),
              optional("key", VALUE, "With what key."),
              optional("node", VALUE, "On which node."),
              optional("times", new Whole(1, TIMES_MAX), "How many there are."),
              optional("everyS", new Whole(0, YEAR_S), "How long after each the next comes.")),
          List.of(new Rule(Count.EXACTLY_ONE, List.of("action", "signal"))));

  static final Fields SHAPE = shape();

  private RuleDocument() {}

  private static Fields shape() {
    Field by = required("by", BY, "What the subject of an alert consists of.");
    List<Field> match = new ArrayList<>();
    for (String field : EventField.texts()) {
      match.add(optional(field, SELECTIONS, "One of these."));
    }
    Fields test =
        new Fields(
            List.of(
                required("name", LINE, "What it shows."),
                required("given", new Items(GIVEN, 1, GIVEN_MAX), "What happens."),
                required("alerts", new Whole(0, TIMES_MAX), "How many alerts that makes.")),
            List.of());
    return new Fields(
        List.of(
            required("apiVersion", new OneOf(List.of("cofre/v1")), "The version."),
            required("kind", new OneOf(List.of("AlertRule")), "What it is."),
            required("name", NAME, "The rule's name."),
            required("description", LINE, "What it means, and what to do."),
            required(
                "severity", new OneOf(List.of("info", "warning", "critical")), "How bad it is."),
            optional("enabled", new Flag(), "Whether it is evaluated."),
            optional("match", new Fields(match, List.of()), "Which events it is about."),
            optional("each", fields(by), "At each event."),
            optional(
                "count",
                fields(
                    by,
                    required("atLeast", new Whole(1, 1_000_000), "So many events."),
                    required("withinS", new Whole(1, 30 * DAY_S), "Within so many seconds.")),
                "When many come."),
            optional(
                "distinct",
                fields(
                    by,
                    required("of", FIELD, "Whose values are told apart."),
                    required(
                        "atLeast",
                        new Whole(2, DistinctEvaluation.VALUES_MAX),
                        "So many different ones."),
                    required("withinS", new Whole(1, 30 * DAY_S), "Within so many seconds.")),
                "When many different values come."),
            optional(
                "firstSeen",
                fields(
                    by,
                    required("of", FIELD, "Whose value is new."),
                    required("learnS", new Whole(0, YEAR_S), "How long all values are taken.")),
                "When a value was never there."),
            optional(
                "rate",
                fields(
                    by,
                    required("factor", new Whole(2, 1_000_000), "So many times the usual."),
                    required("atLeast", new Whole(1, 1_000_000_000), "Fewer are never unusual."),
                    required("windowS", new Whole(1, 7 * DAY_S), "How long a window is."),
                    required(
                        "learnWindows", new Whole(1, 100_000), "How many are only learned from.")),
                "When more come than before."),
            optional(
                "hour",
                fields(by, required("days", new Whole(1, 366), "How long an hour is known.")),
                "At an unusual hour of the day."),
            optional(
                "silence",
                fields(required("afterS", new Whole(10, YEAR_S), "After so many seconds.")),
                "When a node does not ship."),
            optional("gap", new True(), "When records are missing."),
            required("quietS", new Whole(0, YEAR_S), "How long it is not sent again."),
            required("tests", new Items(test, 1, TESTS_MAX), "What the rule makes of events.")),
        List.of(new Rule(Count.EXACTLY_ONE, TRIGGERS)));
  }

  private static Fields fields(Field... fields) {
    return new Fields(List.of(fields), List.of());
  }

  private static Text text(String pattern, int most, String rule) {
    return new Text(Pattern.compile(pattern), most, rule);
  }

  private static Field required(String name, Shape shape, String description) {
    return new Field(name, shape, true, description);
  }

  private static Field optional(String name, Shape shape, String description) {
    return new Field(name, shape, false, description);
  }

  /** The rule of {@code value}; empty when anything is wrong, which {@code errors} tells then. */
  static Optional<AlertRule> read(YamlValue value, FileErrors errors) {
    int before = errors.count();
    ShapeCheck check = new ShapeCheck(errors);
    JsonObject json = (JsonObject) check.check("", value, SHAPE);
    if (errors.count() != before) {
      return Optional.empty();
    }
    Trigger trigger = trigger(json);
    boolean ofEvents = !(trigger instanceof Trigger.Silence || trigger instanceof Trigger.Gap);
    if (ofEvents != (json.getJsonObject("match", new JsonObject()).size() > 0)) {
      errors.add(
          check.places().getOrDefault("match", value.place()),
          "match",
          ofEvents
              ? "is missing: it must name one field of events at least"
              : "must not be there: the rule is about logs, not events");
    }
    if (trigger instanceof Trigger.FirstSeen seen && seen.with().contains(seen.of())) {
      errors.add(check.places().get("firstSeen.of"), "firstSeen.of", "must not stand in by too");
    }
    if (trigger instanceof Trigger.Distinct distinct && distinct.by().contains(distinct.of())) {
      errors.add(check.places().get("distinct.of"), "distinct.of", "must not stand in by too");
    }
    AlertRule rule =
        new AlertRule(
            json.getString("name"),
            json.getString("description"),
            Severity.parse(json.getString("severity")),
            json.getBoolean("enabled", true),
            match(json.getJsonObject("match", new JsonObject())),
            trigger,
            json.getLong("quietS"),
            tests(json.getJsonArray("tests"), check.places()),
            value.place());
    return errors.count() == before ? Optional.of(rule) : Optional.empty();
  }

  private static EventMatch match(JsonObject json) {
    Map<EventField, List<String>> values = new EnumMap<>(EventField.class);
    for (String name : json.fieldNames()) {
      values.put(
          EventField.parse(name),
          json.getJsonArray(name).stream().map(String.class::cast).toList());
    }
    return new EventMatch(values);
  }

  private static Trigger trigger(JsonObject json) {
    String kind = TRIGGERS.stream().filter(json::containsKey).findFirst().orElseThrow();
    if (kind.equals("gap")) {
      return new Trigger.Gap();
    }
    JsonObject of = json.getJsonObject(kind);
    List<EventField> by =
        of.getJsonArray("by", new JsonArray()).stream()
            .map(name -> EventField.parse((String) name))
            .toList();
    return switch (kind) {
      case "each" -> new Trigger.Each(by);
      case "count" -> new Trigger.Count(by, of.getLong("atLeast"), of.getLong("withinS"));
      case "distinct" ->
          new Trigger.Distinct(
              EventField.parse(of.getString("of")),
              by,
              of.getLong("atLeast"),
              of.getLong("withinS"));
      case "firstSeen" ->
          new Trigger.FirstSeen(EventField.parse(of.getString("of")), by, of.getLong("learnS"));
      case "rate" ->
          new Trigger.Rate(
              by,
              of.getLong("factor"),
              of.getLong("atLeast"),
              of.getLong("windowS"),
              of.getLong("learnWindows"));
      case "hour" -> new Trigger.Hour(by, of.getLong("days"));
      default -> new Trigger.Silence(of.getLong("afterS"));
    };
  }

  private static List<RuleTest> tests(JsonArray array, Map<String, Place> places) {
    List<RuleTest> tests = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      JsonObject test = array.getJsonObject(i);
      tests.add(
          new RuleTest(
              test.getString("name"),
              test.getJsonArray("given").stream().map(one -> given((JsonObject) one)).toList(),
              test.getLong("alerts"),
              places.get("tests[" + i + "]")));
    }
    return tests;
  }

  private static RuleTest.Given given(JsonObject json) {
    Instant at = Instant.parse(json.getString("at"));
    String node = json.getString("node", "node-1");
    String signal = json.getString("signal");
    Optional<LogSignal> ofLog =
        Optional.ofNullable(signal)
            .map(
                kind ->
                    new LogSignal(
                        kind.equals("gap") ? LogSignal.Kind.GAP : LogSignal.Kind.SILENCE,
                        node,
                        at,
                        json.getLong("silentS", 0L),
                        kind));
    Optional<AuditEvent> event =
        Optional.ofNullable(json.getString("action")).map(action -> event(json, at, node, action));
    return new RuleTest.Given(event, ofLog, json.getLong("times", 1L), json.getLong("everyS", 0L));
  }

  private static AuditEvent event(JsonObject json, Instant at, String node, String action) {
    AuditEvent.Builder event =
        AuditEvent.of(at, node, "test", action)
            .caller(json.getString("principal"), "token", json.getString("address"))
            .key(json.getString("key"));
    String code = json.getString("code");
    return switch (json.getString("outcome", "allowed")) {
      case "denied" -> event.denied(code).build();
      case "failed" -> event.failed(code).build();
      default -> event.build();
    };
  }
}
