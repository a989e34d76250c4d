package dev.cofre.cli.migrate;

import dev.cofre.cli.shape.ImportMapDocument;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.Place;
import dev.cofre.documents.yaml.YamlReader;
import dev.cofre.documents.yaml.YamlValue;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person says of the secrets that are imported. Immutable.
 *
 * @param defaults what holds for those of which nothing else is said
 * @param entries by what the source calls them
 */
public record ImportMap(JsonObject defaults, Map<String, Entry> entries) {
  /** Nothing is said. */
  public static final ImportMap EMPTY = new ImportMap(new JsonObject(), Map.of());

  /** Takes a copy of {@code entries}. */
  public ImportMap {
    entries = Map.copyOf(entries);
  }

  /**
   * What is said of one.
   *
   * @param name null: it follows from what the source calls it
   * @param skip whether it is left out
   * @param said fields of the API
   */
  public record Entry(Place place, String name, boolean skip, JsonObject said) {}

  /**
   * Reads the file {@code file}, whose content is {@code bytes}.
   *
   * @return empty when anything is wrong, which {@code errors} tells then
   */
  public static Optional<ImportMap> read(String file, byte[] bytes, FileErrors errors) {
    List<YamlValue> documents = YamlReader.read(file, bytes, errors);
    if (errors.isEmpty() && documents.size() != 1) {
      errors.add(new Place(file, 1), "", "must hold one document with defaults and secrets");
    }
    if (!errors.isEmpty()) {
      return Optional.empty();
    }
    Optional<ImportMap> map =
        ImportMapDocument.read(documents.getFirst(), errors).map(read -> of(read, errors));
    return errors.isEmpty() ? map : Optional.empty();
  }

  private static ImportMap of(ImportMapDocument document, FileErrors errors) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    JsonArray items = document.json().getJsonArray("secrets", new JsonArray());
    for (int i = 0; i < items.size(); i++) {
      JsonObject said = items.getJsonObject(i).copy();
      String path = "secrets[" + i + "].from";
      Place place = document.places().get(path);
      String from = (String) said.remove("from");
      String name = (String) said.remove("name");
      boolean skip = said.remove("skip") != null;
      Entry first = entries.putIfAbsent(from, new Entry(place, name, skip, said));
      if (first != null) {
        errors.add(place, path, "is named twice, first at " + first.place);
      }
    }
    return new ImportMap(document.json().getJsonObject("defaults", new JsonObject()), entries);
  }
}
