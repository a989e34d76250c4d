package dev.cofre.controlplane.server.api;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What changes from one document to another, in lines for people. Stateless. */
final class Difference {
  /** What the service writes by itself. */
  private static final Set<String> NOT_ASKED_FOR =
      Set.of("createdAt", "createdBy", "updatedAt", "updatedBy", "revision", "shipped");

  private static final JsonObject NOTHING = new JsonObject();

  private Difference() {}

  /** All of {@code document}, which is new; its id is not known before it is made. */
  static List<String> made(JsonObject document) {
    JsonObject named = document.copy();
    named.remove("id");
    return between(NOTHING, named);
  }

  /** All of {@code document}, which goes. */
  static List<String> removed(JsonObject document) {
    return between(document, NOTHING);
  }

  /** The fields that differ: {@code - field: value} as it was, {@code + field: value} as it is. */
  static List<String> between(JsonObject before, JsonObject after) {
    Set<String> fields = new TreeSet<>(before.fieldNames());
    fields.addAll(after.fieldNames());
    fields.removeAll(NOT_ASKED_FOR);
    List<String> lines = new ArrayList<>();
    for (String field : fields) {
      if (!Objects.equals(before.getValue(field), after.getValue(field))) {
        line(lines, "- ", before, field);
        line(lines, "+ ", after, field);
      }
    }
    return lines;
  }

  private static void line(List<String> lines, String sign, JsonObject document, String field) {
    if (document.containsKey(field)) {
      lines.add(sign + field + ": " + Json.encode(document.getValue(field)));
    }
  }
}
