package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.Optional;

/** Why a key counts as an orphan. */
public enum OrphanReason {
  /** Nobody used it for as long as its class says. */
  UNUSED,
  /** Its owner is no principal of its tenant. */
  NO_LIVING_OWNER,
  /** It has expired and is still there. */
  EXPIRED,
  /** A policy allows its use without naming it: by the beginning of its alias, or by tags. */
  WILDCARD_POLICY;

  /** The reason named {@code wireName}; empty when there is none. */
  public static Optional<OrphanReason> find(String wireName) {
    return Arrays.stream(values()).filter(reason -> reason.wireName().equals(wireName)).findFirst();
  }

  /** The name in answers. */
  public String wireName() {
    return switch (this) {
      case UNUSED -> "unused";
      case NO_LIVING_OWNER -> "no-living-owner";
      case EXPIRED -> "expired";
      case WILDCARD_POLICY -> "wildcard-policy";
    };
  }
}
