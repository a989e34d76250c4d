package dev.cofre.contract.openapi;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An OpenAPI document as it was read from YAML: maps, lists and what stands in them. */
public final class OpenApiDocument {
  /** What the keys of a path are, beside others that are no methods. */
  public static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final Map<String, Object> root;

  public OpenApiDocument(Map<String, Object> root) {
    this.root = root;
  }

  public Map<String, Object> root() {
    return root;
  }

  public Map<String, Object> paths() {
    return object(root, "paths");
  }

  public Map<String, Object> schemas() {
    return object(object(root, "components"), "schemas");
  }

  /** All references, as they are written. */
  public Set<String> references() {
    return references(root);
  }

  private static Set<String> references(Object node) {
    Set<String> found = new TreeSet<>();
    if (node instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (name.equals("$ref")) {
              found.add(value.toString());
            } else {
              found.addAll(references(value));
            }
          });
    } else if (node instanceof List<?> list) {
      list.forEach(item -> found.addAll(references(item)));
    }
    return found;
  }

  /** Where {@code reference} leads; null when that is nowhere. */
  public Object at(String reference) {
    Object at = root;
    for (String part : reference.substring(2).split("/")) {
      at = at == null ? null : cast(at).get(part);
    }
    return at;
  }

  /** {@code node}, or where its reference leads when it is one. */
  public Object resolve(Map<String, Object> node) {
    return node.containsKey("$ref") ? at(node.get("$ref").toString()) : node;
  }

  public static Map<String, Object> object(Map<String, Object> parent, String name) {
    return cast(parent.get(name));
  }

  @SuppressWarnings("unchecked") // YAML maps have text keys here
  public static Map<String, Object> cast(Object node) {
    return (Map<String, Object>) node;
  }
}
