package dev.cofre.cli.migrate;

import dev.cofre.documents.yaml.Place;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A secret of another system. Not thread-safe. */
public final class SourceSecret {
  private final String from;
  private final Place place;
  private final JsonObject said;
  private final SortedMap<Integer, SourceValue> values = new TreeMap<>();

  SourceSecret(String from, Place place, JsonObject said) {
    this.from = from;
    this.place = place;
    this.said = said;
  }

  /** What the source calls it; a map names it by that. */
  public String from() {
    return from;
  }

  /** Where it is found first. */
  public Place place() {
    return place;
  }

  /** What the source says of it beside its values, in the fields of the API. */
  public JsonObject said() {
    return said;
  }

  /** Its values, the oldest first. */
  public List<SourceValue> values() {
    return List.copyOf(values.values());
  }

  /** Takes {@code value} as version {@code number}, unless there is one: that is returned. */
  SourceValue put(int number, SourceValue value) {
    return values.putIfAbsent(number, value);
  }

  void wipe() {
    values.values().forEach(SourceValue::wipe);
  }
}
