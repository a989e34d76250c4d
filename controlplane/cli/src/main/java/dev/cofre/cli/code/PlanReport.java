package dev.cofre.cli.code;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A plan for people and for programs. Stateless. */
public final class PlanReport {
  private PlanReport() {}

  /**
   * In lines.
   *
   * @param values whether each field is shown as it is and as it is to be, or named alone
   */
  public static List<String> lines(Plan plan, boolean values) {
    List<String> lines = new ArrayList<>();
    for (Change change : plan.changes()) {
      lines.add(
          sign(change.action())
              + " "
              + change.title()
              + (change.place().isEmpty() ? "" : "  (" + change.place() + ")"));
      if (!change.note().isEmpty()) {
        lines.add("    " + change.note());
      }
      if (values) {
        change.fields().forEach(field -> field.lines().forEach(line -> lines.add("    " + line)));
      } else if (change.action() != Change.Action.CREATE && !change.fields().isEmpty()) {
        lines.add("    " + String.join(", ", names(change.fields())));
      }
      if (change.pending() != null) {
        lines.add("    waits for approval: " + change.pending().getString("id"));
      }
    }
    lines.add(summary(plan));
    if (plan.unmanagedCount() > 0) {
      lines.add("in no file, and left alone: " + String.join(", ", plan.unmanaged()) + more(plan));
    }
    return lines;
  }

  private static String more(Plan plan) {
    long more = plan.unmanagedCount() - plan.unmanaged().size();
    return more > 0 ? " and " + more + " more" : "";
  }

  private static Set<String> names(List<FieldChange> fields) {
    Set<String> names = new TreeSet<>();
    fields.forEach(field -> names.add(field.field()));
    return names;
  }

  private static String sign(Change.Action action) {
    return switch (action) {
      case CREATE -> "+";
      case UPDATE -> "~";
      case DELETE -> "-";
      case BLOCKED -> "!";
    };
  }

  private static String summary(Plan plan) {
    if (!plan.isDrift()) {
      return "no changes: " + plan.unchanged() + " objects are as the files say";
    }
    return count(plan, Change.Action.CREATE)
        + " to make, "
        + count(plan, Change.Action.UPDATE)
        + " to change, "
        + count(plan, Change.Action.DELETE)
        + " to remove, "
        + count(plan, Change.Action.BLOCKED)
        + " that apply leaves, "
        + plan.unchanged()
        + " as the files say";
  }

  private static long count(Plan plan, Change.Action action) {
    return plan.changes().stream().filter(change -> change.action() == action).count();
  }

  /** As JSON. */
  public static JsonObject json(Plan plan) {
    JsonArray changes = new JsonArray();
    plan.changes().forEach(change -> changes.add(json(change)));
    return new JsonObject()
        .put("drift", plan.isDrift())
        .put("changes", changes)
        .put("unchanged", plan.unchanged())
        .put("unmanaged", new JsonArray(plan.unmanaged()))
        .put("unmanagedCount", plan.unmanagedCount());
  }

  private static JsonObject json(Change change) {
    JsonArray fields = new JsonArray();
    change
        .fields()
        .forEach(
            field ->
                fields.add(
                    new JsonObject()
                        .put("field", field.field())
                        .put("before", field.before())
                        .put("after", field.after())));
    JsonObject json = titled(change).put("fields", fields);
    if (!change.note().isEmpty()) {
      json.put("note", change.note());
    }
    return change.pending() == null ? json : json.put("approval", change.pending().getString("id"));
  }

  /** Which change it is, and where it is described. */
  static JsonObject titled(Change change) {
    JsonObject json =
        new JsonObject()
            .put("kind", change.kind().wireName())
            .put("name", change.name())
            .put("action", change.action().name().toLowerCase(java.util.Locale.ROOT));
    if (change.document() != null) {
      json.put("file", change.document().place().file())
          .put("line", change.document().place().line());
    }
    return json;
  }
}
