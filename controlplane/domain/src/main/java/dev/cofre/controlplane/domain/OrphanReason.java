package dev.cofre.controlplane.domain;

/** Why a key counts as an orphan. */
public enum OrphanReason {
  /** Nobody used it for as long as its class says. */
  UNUSED,
  /** Its owner is no principal of its tenant. */
  NO_LIVING_OWNER,
  /** It has expired and is still there. */
  EXPIRED;

  /** The name in answers. */
  public String wireName() {
    return switch (this) {
      case UNUSED -> "unused";
      case NO_LIVING_OWNER -> "no-living-owner";
      case EXPIRED -> "expired";
    };
  }
}
