package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a principal is there for; what each may manage stands in {@link Permissions}. */
public enum Role {
  /** Runs nodes and configuration. */
  PLATFORM_ADMIN,
  /** Policies, principals and roles. */
  SECURITY_ADMIN,
  /** Makes, rotates, disables and enables keys. */
  CRYPTO_OFFICER,
  /** Sees their own keys. */
  APP_OWNER,
  /** Uses keys as granted. */
  WORKLOAD,
  /** Reads the audit log and all metadata. */
  AUDITOR,
  /** A data plane node, which follows snapshots; never given to people. */
  NODE;

  /** The name in documents and answers. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The value with {@code wireName}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Role of(String wireName) {
    return Arrays.stream(values())
        .filter(value -> value.wireName().equals(wireName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no role: " + wireName));
  }

  /** All names. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(Role::wireName).toList();
  }
}
