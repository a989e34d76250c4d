package dev.cofre.documents.alert;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What was used lately: at most so many values by name; of more, the one that was not used for the
 * longest is forgotten, and counted. Not thread-safe.
 */
final class Lately<V> {
  private final int most;
  private long forgotten;
  private final Map<String, V> values = new LinkedHashMap<>(16, 0.75f, true);

  Lately(int most) {
    this.most = most;
  }

  /** The value of {@code name}; null when there is none. */
  V get(String name) {
    return values.get(name);
  }

  V getOrMake(String name, Supplier<V> made) {
    V value = values.get(name);
    if (value == null) {
      value = made.get();
      put(name, value);
    }
    return value;
  }

  void put(String name, V value) {
    values.put(name, value);
    if (values.size() > most) {
      values.remove(values.keySet().iterator().next());
      forgotten++;
    }
  }

  void removeIf(Predicate<V> isOver) {
    values.values().removeIf(isOver);
  }

  /** The one that was not used for the longest first. */
  void forEach(BiConsumer<String, V> visitor) {
    values.forEach(visitor);
  }

  int size() {
    return values.size();
  }

  /** How many were forgotten. */
  long forgotten() {
    return forgotten;
  }
}
