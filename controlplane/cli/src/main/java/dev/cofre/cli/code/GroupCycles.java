package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds groups that hold themselves: among the files, and with groups that exist and that no file
 * describes. Not thread-safe. It keeps its own stack, so that a chain of any length is walked.
 */
final class GroupCycles {
  private static final String GROUP = "group:";

  private final Map<String, Document> described = new HashMap<>();
  private final Existing existing;
  private final FileErrors errors;
  private final Set<String> done = new HashSet<>();

  private GroupCycles(Existing existing, FileErrors errors) {
    this.existing = existing;
    this.errors = errors;
  }

  static void check(List<Document> documents, Existing existing, FileErrors errors) {
    GroupCycles cycles = new GroupCycles(existing, errors);
    List<Document> groups =
        documents.stream().filter(document -> document.kind() == DocumentKind.GROUP).toList();
    groups.forEach(group -> cycles.described.put(group.name(), group));
    groups.forEach(group -> cycles.walk(group.name()));
  }

  /** One group on the way, and those in it that are still to be gone into. */
  private record Step(String name, Iterator<String> inner) {}

  private void walk(String first) {
    Deque<Step> way = new ArrayDeque<>();
    Set<String> open = new HashSet<>();
    enter(first, way, open);
    while (!way.isEmpty()) {
      Step step = way.peek();
      if (!step.inner.hasNext()) {
        way.pop();
        open.remove(step.name);
        done.add(step.name);
        continue;
      }
      String next = step.inner.next();
      if (open.contains(next)) {
        report(way, next);
      } else if (!done.contains(next)) {
        enter(next, way, open);
      }
    }
  }

  private void enter(String name, Deque<Step> way, Set<String> open) {
    if (!done.contains(name)) {
      open.add(name);
      way.push(new Step(name, inner(name).iterator()));
    }
  }

  private List<String> inner(String name) {
    Document document = described.get(name);
    JsonObject group =
        document != null
            ? document.json()
            : existing.find(DocumentKind.GROUP, name).orElse(new JsonObject());
    List<String> inner = new ArrayList<>();
    for (Object member : group.getJsonArray("members", new JsonArray())) {
      if (member instanceof String text && text.startsWith(GROUP)) {
        inner.add(text.substring(GROUP.length()));
      }
    }
    return inner;
  }

  /** The cycle is the end of {@code way} from {@code back} on; it is told at a line of a file. */
  private void report(Deque<Step> way, String back) {
    List<String> cycle = new ArrayList<>();
    for (Step step : way) {
      cycle.addFirst(step.name);
      if (step.name.equals(back)) {
        break;
      }
    }
    cycle.add(back);
    for (int i = 0; i + 1 < cycle.size(); i++) {
      Document document = described.get(cycle.get(i));
      if (document != null) {
        List<?> members = document.json().getJsonArray("members").getList();
        String field = "members[" + members.indexOf(GROUP + cycle.get(i + 1)) + "]";
        errors.add(
            document.placeOf(field),
            field,
            "makes a cycle: " + String.join(" holds ", cycle) + "; a group must not hold itself");
        return;
      }
    }
  }
}
