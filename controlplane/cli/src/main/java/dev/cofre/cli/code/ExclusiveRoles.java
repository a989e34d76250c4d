package dev.cofre.cli.code;

import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds principals who would have two roles that nobody may have together, by themselves or through
 * groups: the service would refuse some of the changes, after it has taken others. Not thread-safe.
 *
 * <p>Files come before what exists under the same name.
 */
public final class ExclusiveRoles {
  private static final Set<String> ALL =
      Set.of(
          "platform-admin",
          "security-admin",
          "crypto-officer",
          "app-owner",
          "workload",
          "auditor",
          "node");

  /** As the service has them: whoever has the role on the left has none on the right. */
  private static final Map<String, Set<String>> EXCLUDED =
      Map.of(
          "workload",
          ALL,
          "node",
          ALL,
          "security-admin",
          Set.of("crypto-officer"),
          "auditor",
          Set.of("platform-admin", "security-admin", "crypto-officer", "app-owner"));

  private final Map<String, Document> files = new HashMap<>();
  private final Map<String, JsonObject> principals = new TreeMap<>();
  private final Map<String, JsonObject> groups = new TreeMap<>();

  /** By reference, {@code id} or {@code group:name}: the groups that list it. */
  private final Map<String, Set<String>> listedIn = new HashMap<>();

  private ExclusiveRoles(List<Document> documents, Existing existing) {
    principals.putAll(existing.all(DocumentKind.PRINCIPAL));
    groups.putAll(existing.all(DocumentKind.GROUP));
    for (Document document : documents) {
      if (document.kind() == DocumentKind.PRINCIPAL) {
        principals.put(document.name(), document.json());
        files.put(document.title(), document);
      } else if (document.kind() == DocumentKind.GROUP) {
        groups.put(document.name(), document.json());
        files.put(document.title(), document);
      }
    }
    groups.forEach(
        (name, group) ->
            texts(group, "members")
                .forEach(
                    member -> listedIn.computeIfAbsent(member, any -> new TreeSet<>()).add(name)));
  }

  /** Tells {@code errors} of those that {@code documents} beside {@code existing} would make. */
  static void check(List<Document> documents, Existing existing, FileErrors errors) {
    ExclusiveRoles roles = new ExclusiveRoles(documents, existing);
    if (!roles.files.isEmpty()) {
      roles.principals.keySet().forEach(id -> roles.check(id, errors));
    }
  }

  /** Whether nobody may have both. */
  public static boolean exclude(String one, String other) {
    return !one.equals(other)
        && (EXCLUDED.getOrDefault(one, Set.of()).contains(other)
            || EXCLUDED.getOrDefault(other, Set.of()).contains(one));
  }

  private void check(String id, FileErrors errors) {
    Map<String, String> sources = new TreeMap<>();
    texts(principals.get(id), "roles").forEach(role -> sources.put(role, "Principal " + id));
    Deque<String> due = new ArrayDeque<>(listedIn.getOrDefault(id, Set.of()));
    Set<String> seen = new HashSet<>();
    while (!due.isEmpty()) {
      String name = due.remove();
      if (seen.add(name)) {
        texts(groups.get(name), "roles")
            .forEach(role -> sources.putIfAbsent(role, "Group " + name));
        due.addAll(listedIn.getOrDefault("group:" + name, Set.of()));
      }
    }
    List<String> roles = List.copyOf(sources.keySet());
    for (int i = 0; i < roles.size(); i++) {
      for (int j = i + 1; j < roles.size(); j++) {
        if (exclude(roles.get(i), roles.get(j))
            && tell(id, roles.get(i), roles.get(j), sources, errors)) {
          return;
        }
      }
    }
  }

  /** At the file that gives one of the two; false when none does, and it is so already. */
  private boolean tell(
      String id, String one, String other, Map<String, String> sources, FileErrors errors) {
    Document document = files.get(sources.get(one));
    document = document == null ? files.get(sources.get(other)) : document;
    document = document == null ? files.get("Principal " + id) : document;
    if (document == null) {
      return false;
    }
    errors.add(
        document.placeOf("roles"),
        "roles",
        "make "
            + id
            + " both "
            + one
            + " ("
            + sources.get(one)
            + ") and "
            + other
            + " ("
            + sources.get(other)
            + "), which nobody may be together");
    return true;
  }

  private static List<String> texts(JsonObject document, String field) {
    return document.getJsonArray(field, new JsonArray()).stream().map(String::valueOf).toList();
  }
}
