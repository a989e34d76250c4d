package dev.cofre.controlplane.domain;

import dev.cofre.controlplane.domain.PolicyConditions.ContextCondition;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes policies' documents as {@link PolicyReader} reads them: the same document gives the same
 * text. Stateless.
 */
public final class PolicyWriter {
  private PolicyWriter() {}

  /** The document, without the fields that say nothing. */
  public static Map<String, Object> write(PolicyDocument document) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", document.name());
    put(json, "description", document.description());
    put(json, "notAfter", document.notAfter());
    json.put("statements", document.statements().stream().map(PolicyWriter::statement).toList());
    if (!document.tests().isEmpty()) {
      json.put("tests", document.tests().stream().map(PolicyWriter::test).toList());
    }
    return json;
  }

  private static Map<String, Object> statement(PolicyStatement statement) {
    Map<String, Object> json = new LinkedHashMap<>();
    put(json, "sid", statement.sid());
    json.put("effect", statement.effect().wireName());
    if (statement.anyPrincipal()) {
      json.put("anyPrincipal", true);
    } else {
      json.put("principals", statement.principals());
    }
    json.put("actions", statement.actions().stream().map(KeyUse::wireName).sorted().toList());
    if (!statement.keys().isEmpty()) {
      json.put("keys", statement.keys());
    }
    if (!statement.tags().isEmpty()) {
      json.put("tags", new TreeMap<>(statement.tags()));
    }
    put(json, "environment", name(statement.environment()));
    put(json, "fromEnvironment", name(statement.fromEnvironment()));
    put(json, "notBefore", statement.notBefore());
    put(json, "notAfter", statement.notAfter());
    if (!statement.conditions().equals(PolicyConditions.NONE)) {
      json.put("conditions", conditions(statement.conditions()));
    }
    return json;
  }

  private static Map<String, Object> conditions(PolicyConditions conditions) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (!conditions.context().isEmpty()) {
      Map<String, Object> context = new LinkedHashMap<>();
      conditions.context().forEach(pair -> context.put(pair.key(), pair(pair)));
      json.put("context", context);
    }
    if (!conditions.sourceNetworks().isEmpty()) {
      json.put(
          "sourceNetworks", conditions.sourceNetworks().stream().map(Object::toString).toList());
    }
    Map<String, Object> time = new LinkedHashMap<>();
    if (!conditions.weekdays().isEmpty()) {
      time.put("weekdays", conditions.weekdays());
    }
    if (conditions.fromMinute() != conditions.toMinute()) {
      time.put("from", hour(conditions.fromMinute()));
      time.put("to", hour(conditions.toMinute()));
    }
    put(json, "time", time.isEmpty() ? null : time);
    put(json, "authentication", conditions.authentication());
    Map<String, Object> rate = new LinkedHashMap<>();
    put(rate, "perSecond", conditions.perSecond() == 0 ? null : conditions.perSecond());
    put(rate, "perDay", conditions.perDay() == 0 ? null : conditions.perDay());
    put(json, "rate", rate.isEmpty() ? null : rate);
    return json;
  }

  private static Map<String, Object> pair(ContextCondition pair) {
    if (pair.values().isEmpty()) {
      return Map.of("present", pair.present());
    }
    return pair.values().size() == 1
        ? Map.of("equals", pair.values().getFirst())
        : Map.of("oneOf", pair.values());
  }

  private static String hour(int minute) {
    return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
  }

  private static Map<String, Object> test(PolicyExpectation test) {
    AccessQuestion question = test.question();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("principal", question.principal());
    json.put("action", question.action().wireName());
    json.put("key", question.key());
    put(json, "fromEnvironment", name(question.fromEnvironment()));
    if (!question.context().isEmpty()) {
      json.put("context", new TreeMap<>(question.context()));
    }
    put(json, "sourceAddress", question.sourceAddress());
    put(json, "time", question.time());
    put(json, "authentication", question.authentication());
    json.put("expect", test.effect().wireName());
    return json;
  }

  private static String name(Environment environment) {
    return environment == null ? "" : environment.wireName();
  }

  private static void put(Map<String, Object> json, String field, Object value) {
    if (value instanceof Instant time) {
      json.put(field, time.toString());
    } else if (value != null && !value.equals("") && !List.of().equals(value)) {
      json.put(field, value);
    }
  }
}
