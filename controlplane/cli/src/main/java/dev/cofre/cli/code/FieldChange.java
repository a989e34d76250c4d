package dev.cofre.cli.code;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A field that is to be another one. Immutable.
 *
 * @param field its path
 * @param before as it is; null when it is not there
 * @param after as it is to be; null when it is not to be there
 */
public record FieldChange(String field, Object before, Object after) {
  /** The lines of a difference: {@code - field: value} and {@code + field: value}. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (before != null) {
      lines.add("- " + field + ": " + Json.encode(before));
    }
    if (after != null) {
      lines.add("+ " + field + ": " + Json.encode(after));
    }
    return lines;
  }

  /** What differs, field by field; lists of objects by their index, other lists as a whole. */
  static List<FieldChange> between(JsonObject before, JsonObject after) {
    List<FieldChange> changes = new ArrayList<>();
    objects("", before, after, changes);
    return changes;
  }

  private static void objects(
      String path, JsonObject before, JsonObject after, List<FieldChange> changes) {
    Set<String> names = new LinkedHashSet<>(after.fieldNames());
    names.addAll(before.fieldNames());
    for (String name : names) {
      String at = path.isEmpty() ? name : path + "." + name;
      values(at, before.getValue(name), after.getValue(name), changes);
    }
  }

  private static void values(String path, Object before, Object after, List<FieldChange> changes) {
    if (before instanceof JsonObject old && after instanceof JsonObject now) {
      objects(path, old, now, changes);
    } else if (before instanceof JsonArray old
        && after instanceof JsonArray now
        && (holdsObjects(old) || holdsObjects(now))) {
      for (int i = 0; i < Math.max(old.size(), now.size()); i++) {
        values(
            path + "[" + i + "]",
            i < old.size() ? old.getValue(i) : null,
            i < now.size() ? now.getValue(i) : null,
            changes);
      }
    } else if (!same(before, after)) {
      changes.add(new FieldChange(path, before, after));
    }
  }

  private static boolean holdsObjects(JsonArray array) {
    return !array.isEmpty() && array.stream().allMatch(JsonObject.class::isInstance);
  }

  /** A number may have come in another width. */
  private static boolean same(Object before, Object after) {
    return (before instanceof Number old && after instanceof Number now)
        ? old.longValue() == now.longValue()
        : Objects.equals(before, after);
  }
}
