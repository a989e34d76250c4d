package dev.cofre.cli.code;

import dev.cofre.cli.code.Change.Action;
import dev.cofre.cli.code.Change.Request;
import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the service has and no file describes. What a {@link DocumentKind#SCOPE} names is the
 * files': it is drift, and can be removed. Of all else the plan only tells. Not thread-safe.
 */
final class Unmanaged {
  private static final Set<String> GONE = Set.of("PENDING_DESTRUCTION", "DESTROYED");

  /** Who is named by others goes after them. */
  private static final List<DocumentKind> REMOVAL =
      List.of(DocumentKind.POLICY, DocumentKind.GROUP, DocumentKind.PRINCIPAL, DocumentKind.KEY);

  private final Map<DocumentKind, List<String>> scopes = new EnumMap<>(DocumentKind.class);
  private final Set<String> titles = new HashSet<>();
  private final Existing existing;
  private final List<Change> owned = new ArrayList<>();
  private final List<String> hints = new ArrayList<>();
  private long count;

  Unmanaged(List<Document> documents, Existing existing, Set<DocumentKind> kinds) {
    this.existing = existing;
    for (Document document : documents) {
      titles.add(document.title());
      if (document.kind() == DocumentKind.SCOPE) {
        REMOVAL.forEach(kind -> scope(kind, document.json()));
      }
    }
    Set<DocumentKind> described = new HashSet<>(scopes.keySet());
    documents.forEach(document -> described.add(document.kind()));
    REMOVAL.stream()
        .filter(kind -> kinds.contains(kind) && described.contains(kind))
        .forEach(this::find);
  }

  /** The kinds that a scope in {@code documents} names. */
  static Set<DocumentKind> scoped(List<Document> documents) {
    Set<DocumentKind> scoped = new HashSet<>();
    for (Document document : documents) {
      if (document.kind() == DocumentKind.SCOPE) {
        REMOVAL.stream()
            .filter(kind -> document.json().containsKey(kind.folder()))
            .forEach(scoped::add);
      }
    }
    return scoped;
  }

  private void scope(DocumentKind kind, JsonObject scope) {
    JsonArray selections = scope.getJsonArray(kind.folder());
    if (selections != null) {
      List<String> all = scopes.computeIfAbsent(kind, none -> new ArrayList<>());
      selections.forEach(selection -> all.add(selection.toString()));
    }
  }

  private void find(DocumentKind kind) {
    List<Change> found = new ArrayList<>();
    existing
        .all(kind)
        .forEach(
            (name, object) -> {
              if (!titles.contains(kind.wireName() + " " + name) && isManageable(object)) {
                if (isScoped(kind, name)) {
                  found.add(removal(kind, name, object));
                } else {
                  hint(kind.wireName() + " " + name);
                }
              }
            });
    owned.addAll(kind == DocumentKind.GROUP ? outerFirst(found) : found);
  }

  /** A group that another one holds is removed after it. */
  private List<Change> outerFirst(List<Change> groups) {
    List<Change> ordered = new ArrayList<>();
    List<Change> left = new ArrayList<>(groups);
    while (!left.isEmpty()) {
      List<Change> free = left.stream().filter(group -> !isHeld(group, left)).toList();
      if (free.isEmpty()) {
        ordered.addAll(left);
        return ordered;
      }
      ordered.addAll(free);
      left.removeAll(free);
    }
    return ordered;
  }

  private boolean isHeld(Change group, List<Change> others) {
    return others.stream()
        .map(other -> existing.all(DocumentKind.GROUP).get(other.name()))
        .anyMatch(
            other ->
                other.getJsonArray("members", new JsonArray()).contains("group:" + group.name()));
  }

  /** Nodes are no business of files, and what is destroyed is not there any more. */
  private static boolean isManageable(JsonObject object) {
    return !object.getJsonArray("roles", new JsonArray()).contains("node")
        && !GONE.contains(object.getString("state", ""));
  }

  private boolean isScoped(DocumentKind kind, String name) {
    return scopes.getOrDefault(kind, List.of()).stream()
        .anyMatch(
            selection ->
                selection.endsWith("*")
                    ? name.startsWith(selection.substring(0, selection.length() - 1))
                    : name.equals(selection));
  }

  private static Change removal(DocumentKind kind, String name, JsonObject object) {
    boolean key = kind == DocumentKind.KEY;
    return new Change(
        kind,
        name,
        null,
        key ? Action.BLOCKED : Action.DELETE,
        List.of(),
        key ? List.of() : List.of(new Request(HttpMethod.DELETE, Service.path(kind, name), null)),
        object.getLong("revision", 0L),
        key
            ? "is in the scope and in no file; apply removes no key (see cofre key"
                + " schedule-destruction)"
            : "is in the scope and in no file; apply --prune removes it",
        null);
  }

  private void hint(String title) {
    count++;
    if (hints.size() < Plan.UNMANAGED_MAX) {
      hints.add(title);
    }
  }

  /** What the files own and do not describe. */
  List<Change> owned() {
    return owned;
  }

  /** The titles of the first that nobody owns. */
  List<String> hints() {
    return hints;
  }

  /** How many nobody owns. */
  long count() {
    return count;
  }
}
