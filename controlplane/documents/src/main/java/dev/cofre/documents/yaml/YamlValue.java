package dev.cofre.documents.yaml;

import java.util.List;
import java.util.Optional;

/** A value with its place. Immutable. */
public sealed interface YamlValue {
  /** Where it begins. */
  Place place();

  /** How many values it consists of, itself counted, aliases counted as what they stand for. */
  long size();

  /**
   * One without parts.
   *
   * @param value a String, Long, Double or Boolean; null for null
   */
  record Scalar(Place place, Object value) implements YamlValue {
    @Override
    public long size() {
      return 1;
    }
  }

  /** Values in their order. */
  record Sequence(Place place, List<YamlValue> items, long size) implements YamlValue {
    /** Takes a copy. */
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** Values by name, in their order; no name is there twice. */
  record Mapping(Place place, List<Entry> entries, long size) implements YamlValue {
    /** Takes a copy. */
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The value named {@code name}. */
    public Optional<YamlValue> find(String name) {
      return entries.stream()
          .filter(entry -> entry.name().equals(name))
          .map(Entry::value)
          .findFirst();
    }
  }

  /** A named value; {@code place} is the name's. */
  record Entry(String name, Place place, YamlValue value) {}
}
