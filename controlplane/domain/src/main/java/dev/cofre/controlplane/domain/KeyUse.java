package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a policy can allow or deny a workload to do with a key. */
public enum KeyUse {
  ENCRYPT,
  DECRYPT,
  DATA_KEY_GENERATE,
  DATA_KEY_UNWRAP,
  /** To bring ciphertext of another environment under the key. */
  REENCRYPT;

  /** The name in documents and answers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace("data_key_", "data-key:");
  }

  /**
   * The value with {@code wireName}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static KeyUse of(String wireName) {
    return Arrays.stream(values())
        .filter(value -> value.wireName().equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no key use: " + wireName));
  }

  /** All names. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(KeyUse::wireName).toList();
  }
}
