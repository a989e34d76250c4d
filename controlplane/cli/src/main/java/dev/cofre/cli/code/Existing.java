package dev.cofre.cli.code;

import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the service has, of some kinds, as it was when it was read. Not thread-safe. Beyond {@value
 * #LISTED_MAX} objects of a kind the list ends, and the objects behind it are asked for one by one.
 */
final class Existing {
  /** Of no service: nothing exists. */
  static final Existing NOTHING = new Existing(null);

  private static final int LISTED_MAX = 50_000;
  private static final int PAGE = 500;

  private final Service service;
  private final Map<DocumentKind, Map<String, JsonObject>> objects =
      new EnumMap<>(DocumentKind.class);
  private final Set<DocumentKind> cut = java.util.EnumSet.noneOf(DocumentKind.class);
  private final Map<String, String> aliases = new HashMap<>();

  private Existing(Service service) {
    this.service = service;
  }

  static Existing read(Service service, Set<DocumentKind> kinds) {
    Existing existing = new Existing(service);
    kinds.forEach(existing::list);
    return existing;
  }

  private void list(DocumentKind kind) {
    Map<String, JsonObject> listed = new TreeMap<>();
    objects.put(kind, listed);
    String after = null;
    do {
      String query = kind.path() + "?limit=" + PAGE;
      JsonObject page =
          service.get(kind, after == null ? query : query + "&after=" + Service.escaped(after));
      JsonArray items = page.getJsonArray("items", new JsonArray());
      for (int i = 0; i < items.size(); i++) {
        put(kind, listed, items.getJsonObject(i));
      }
      after = page.getString("next");
    } while (after != null && listed.size() < LISTED_MAX);
    if (after != null) {
      cut.add(kind);
    }
  }

  private void put(DocumentKind kind, Map<String, JsonObject> listed, JsonObject object) {
    if (kind == DocumentKind.KEY) {
      object.remove("versions");
      aliases.put(object.getString("id"), object.getString("alias"));
    }
    listed.put(object.getString(kind.nameField(), ""), object);
  }

  /** Whether objects of {@code kind} were read. */
  boolean knows(DocumentKind kind) {
    return objects.containsKey(kind);
  }

  /** Whether there are more of {@code kind} than were listed. */
  boolean isCut(DocumentKind kind) {
    return cut.contains(kind);
  }

  /** The listed objects of {@code kind} by name, in its order. */
  Map<String, JsonObject> all(DocumentKind kind) {
    return objects.getOrDefault(kind, Map.of());
  }

  /** The object {@code name}; a key by its id too. */
  Optional<JsonObject> find(DocumentKind kind, String name) {
    JsonObject listed = all(kind).get(kind == DocumentKind.KEY ? alias(name) : name);
    return listed != null || !cut.contains(kind) ? Optional.ofNullable(listed) : ask(kind, name);
  }

  /** The object {@code name} as it is now. */
  Optional<JsonObject> ask(DocumentKind kind, String name) {
    try {
      JsonObject object = service.get(kind, Service.path(kind, name));
      put(kind, objects.get(kind), object);
      return Optional.of(object);
    } catch (CofreException e) {
      ErrorCode code = e.code().orElse(null);
      if (code == ErrorCode.NOT_FOUND || code == ErrorCode.KEY_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The alias of the key {@code name}, which may be its id; {@code name} when it is not known. */
  String alias(String name) {
    return aliases.getOrDefault(name, name);
  }
}
