package dev.cofre.cli.shape;

import dev.cofre.documents.shape.ShapeCheck;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlValue;
import dev.cofre.documents.yaml.YamlValue.Mapping;
import dev.cofre.documents.yaml.YamlValue.Scalar;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A document of the files: what it says, and where. Not changed once it was read.
 *
 * @param name of the object that it describes; empty for a {@link DocumentKind#SCOPE}
 * @param json what the API is sent: without apiVersion and kind
 * @param place where it begins
 * @param places where its fields stand, by their paths
 */
public record Document(
    DocumentKind kind, String name, JsonObject json, Place place, Map<String, Place> places) {
  private static final String KIND = "kind";
  private static final String VERSION = "apiVersion";

  /** Takes a copy of {@code places}. */
  public Document {
    places = Map.copyOf(places);
  }

  /**
   * Reads {@code value}; {@code errors} tells all that is wrong with it.
   *
   * @return empty when anything is wrong
   */
  public static Optional<Document> read(YamlValue value, FileErrors errors) {
    if (!(value instanceof Mapping mapping)) {
      errors.add(value.place(), "", "must be an object with apiVersion and kind");
      return Optional.empty();
    }
    Optional<YamlValue> said = mapping.find(KIND);
    Optional<DocumentKind> kind =
        said.flatMap(
            text ->
                text instanceof Scalar scalar && scalar.value() instanceof String name
                    ? DocumentKind.find(name)
                    : Optional.empty());
    if (kind.isEmpty()) {
      errors.add(
          said.map(YamlValue::place).orElse(value.place()),
          KIND,
          (said.isEmpty() ? "is missing: it must be" : "must be")
              + " one of "
              + String.join(", ", DocumentKind.wireNames()));
      return Optional.empty();
    }
    int before = errors.count();
    ShapeCheck check = new ShapeCheck(errors);
    JsonObject json = (JsonObject) check.check("", value, kind.get().shape());
    if (errors.count() != before) {
      return Optional.empty();
    }
    json.remove(VERSION);
    json.remove(KIND);
    String field = kind.get().nameField();
    return Optional.of(
        new Document(
            kind.get(),
            field == null ? "" : json.getString(field),
            json,
            value.place(),
            check.places()));
  }

  /**
   * Where {@code field} stands, or the nearest that it is in. The service names what is in a map
   * and in a list by the map's and list's own path.
   */
  public Place placeOf(String field) {
    String path = field;
    while (!path.isEmpty()) {
      if (places.containsKey(path)) {
        return places.get(path);
      }
      int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
      path = end < 0 ? "" : path.substring(0, end);
    }
    return place;
  }

  /** Kind and name, as {@code Key orders}. */
  public String title() {
    return name.isEmpty() ? kind.wireName() : kind.wireName() + " " + name;
  }

  /** The documents by their titles; a title is there once, {@code errors} tells of others. */
  public static Map<String, Document> byTitle(List<Document> documents, FileErrors errors) {
    Map<String, Document> titles = new HashMap<>();
    for (Document document : documents) {
      Document first = titles.putIfAbsent(document.title(), document);
      if (first != null && document.kind() != DocumentKind.SCOPE) {
        errors.add(
            document.placeOf(document.kind().nameField()),
            document.kind().nameField(),
            document.title() + " is described twice, first at " + first.place());
      }
    }
    return titles;
  }
}
