package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The stage of its life cycle that an application runs in. */
public enum Environment {
  DEV,
  STAGING,
  PROD;

  /** The name in documents and answers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The value with {@code wireName}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Environment of(String wireName) {
    return Arrays.stream(values())
        .filter(value -> value.wireName().equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no environment: " + wireName));
  }

  /** All names. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(Environment::wireName).toList();
  }
}
