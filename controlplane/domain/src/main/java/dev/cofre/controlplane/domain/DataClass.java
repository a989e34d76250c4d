package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How sensitive the data is that a key protects. */
public enum DataClass {
  PUBLIC,
  INTERNAL,
  CONFIDENTIAL,
  RESTRICTED;

  /** The name in documents and answers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The value with {@code wireName}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static DataClass of(String wireName) {
    return Arrays.stream(values())
        .filter(value -> value.wireName().equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no data class: " + wireName));
  }

  /** All names. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(DataClass::wireName).toList();
  }
}
