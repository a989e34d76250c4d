package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a policy does with the uses it names; a deny wins over every allow. */
public enum Effect {
  ALLOW,
  DENY;

  /** The name in documents and answers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The value with {@code wireName}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Effect of(String wireName) {
    return Arrays.stream(values())
        .filter(value -> value.wireName().equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no effect: " + wireName));
  }

  /** All names. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(Effect::wireName).toList();
  }
}
