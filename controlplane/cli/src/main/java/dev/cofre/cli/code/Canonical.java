package dev.cofre.cli.code;

import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One form for what is said in several ways: keys by alias, times to the millisecond, sets in one
 * order, defaults and nothing left away. What a file says and what the service answers are compared
 * in it. Not changed after it was made.
 *
 * @param alias the alias of a key that is named by its id
 */
record Canonical(UnaryOperator<String> alias) {
  private static final List<String> KEY_FIELDS =
      List.of(
          "alias",
          "owner",
          "purpose",
          "dataClass",
          "environment",
          "expiresAt",
          "protection",
          "usage",
          "tags",
          "preActive",
          "activatesAt",
          "state");
  private static final List<String> DATA_CLASS_FIELDS =
      List.of(
          "name",
          "rotationDays",
          "lifetimeDaysMax",
          "protections",
          "exportPermitted",
          "dataKeys",
          "versions",
          "destructionWaitDays",
          "warnDays",
          "unusedDays");
  private static final List<String> STATEMENT_FIELDS =
      List.of(
          "sid",
          "effect",
          "principals",
          "anyPrincipal",
          "actions",
          "keys",
          "tags",
          "environment",
          "fromEnvironment",
          "notBefore",
          "notAfter");
  private static final List<String> TEST_FIELDS =
      List.of(
          "principal",
          "action",
          "key",
          "fromEnvironment",
          "context",
          "sourceAddress",
          "time",
          "authentication",
          "expect");

  /** {@code object}, of {@code kind}, in the one form; the service's own fields are left away. */
  JsonObject of(DocumentKind kind, JsonObject object) {
    return switch (kind) {
      case KEY -> taken(object, KEY_FIELDS);
      case DATA_CLASS -> taken(object, DATA_CLASS_FIELDS);
      case PRINCIPAL -> taken(object, List.of("id", "roles"));
      case GROUP -> taken(object, List.of("name", "members", "roles"));
      case POLICY -> policy(object);
      case SCOPE -> new JsonObject();
    };
  }

  private JsonObject policy(JsonObject policy) {
    JsonObject form = taken(policy, List.of("name", "description", "notAfter"));
    form.put("statements", each(policy.getJsonArray("statements"), this::statement));
    JsonArray tests = policy.getJsonArray("tests", new JsonArray());
    return tests.isEmpty() ? form : form.put("tests", each(tests, this::test));
  }

  private static JsonArray each(JsonArray array, UnaryOperator<JsonObject> form) {
    JsonArray formed = new JsonArray();
    for (int i = 0; i < array.size(); i++) {
      formed.add(form.apply(array.getJsonObject(i)));
    }
    return formed;
  }

  private JsonObject statement(JsonObject statement) {
    JsonObject form = taken(statement, STATEMENT_FIELDS);
    JsonObject conditions = conditions(statement.getJsonObject("conditions", new JsonObject()));
    return conditions.isEmpty() ? form : form.put("conditions", conditions);
  }

  private JsonObject conditions(JsonObject conditions) {
    JsonObject form = new JsonObject();
    JsonObject context = conditions.getJsonObject("context");
    if (context != null && !context.isEmpty()) {
      JsonObject pairs = new JsonObject();
      context.fieldNames().stream()
          .sorted()
          .forEach(name -> pairs.put(name, pair(context.getJsonObject(name))));
      form.put("context", pairs);
    }
    conditions.fieldNames().stream()
        .filter(name -> !name.equals("context"))
        .forEach(name -> put(form, name, conditions.getValue(name)));
    return form;
  }

  /** One value is equal to it. */
  private static JsonObject pair(JsonObject pair) {
    JsonArray oneOf = pair.getJsonArray("oneOf");
    if (oneOf == null) {
      return pair;
    }
    return oneOf.size() == 1
        ? new JsonObject().put("equals", oneOf.getValue(0))
        : new JsonObject().put("oneOf", sorted(oneOf));
  }

  private JsonObject test(JsonObject test) {
    JsonObject form = taken(test, TEST_FIELDS);
    return form.containsKey("authentication") ? form : form.put("authentication", "token");
  }

  private JsonObject taken(JsonObject object, List<String> fields) {
    JsonObject form = new JsonObject();
    fields.forEach(name -> put(form, name, object.getValue(name)));
    return form;
  }

  private void put(JsonObject form, String name, Object value) {
    Object formed =
        switch (name) {
          case "expiresAt", "activatesAt", "notBefore", "notAfter" -> time(value);
          case "time" -> value instanceof String ? time(value) : withoutEmpty(value);
          case "keys" -> keys(value);
          case "sourceNetworks" -> networks(value);
          case "tags", "context", "rate", "dataKeys", "versions" -> withoutEmpty(value);
          default -> value instanceof JsonArray array ? sorted(array) : value;
        };
    boolean nothing =
        formed == null
            || formed.equals("")
            || (formed instanceof JsonArray array && array.isEmpty())
            || (formed instanceof JsonObject object && object.isEmpty());
    if (!nothing) {
      form.put(name, formed);
    }
  }

  /** Its fields in one order; lists in it are sets. */
  private static JsonObject withoutEmpty(Object value) {
    JsonObject form = new JsonObject();
    if (value instanceof JsonObject object) {
      object.fieldNames().stream()
          .sorted()
          .forEach(
              name -> {
                Object item = object.getValue(name);
                form.put(name, item instanceof JsonArray array ? sorted(array) : item);
              });
    }
    return form;
  }

  private JsonArray keys(Object value) {
    JsonArray names = new JsonArray();
    if (value instanceof JsonArray keys) {
      keys.forEach(key -> names.add(alias.apply(key.toString())));
    }
    return sorted(names);
  }

  private static JsonArray networks(Object value) {
    JsonArray networks = new JsonArray();
    if (value instanceof JsonArray given) {
      given.forEach(network -> networks.add(network(network.toString())));
    }
    return sorted(networks);
  }

  private static String network(String text) {
    int slash = text.lastIndexOf('/');
    try {
      return InetAddress.ofLiteral(text.substring(0, Math.max(slash, 0))).getHostAddress()
          + text.substring(Math.max(slash, 0));
    } catch (IllegalArgumentException e) {
      // It is compared as it is written; the service says what is wrong with it.
      return text;
    }
  }

  private static Object time(Object value) {
    return value instanceof String text
        ? Instant.parse(text).truncatedTo(ChronoUnit.MILLIS).toString()
        : null;
  }

  private static JsonArray sorted(JsonArray array) {
    return new JsonArray(array.stream().map(String::valueOf).distinct().sorted().toList());
  }
}
