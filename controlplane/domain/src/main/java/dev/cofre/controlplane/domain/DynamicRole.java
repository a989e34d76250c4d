package dev.cofre.controlplane.domain;

import java.util.UUID;

/**
 * A sort of credentials that an engine makes. Immutable.
 *
 * @param engine the engine's id
 */
public record DynamicRole(UUID engine, DynamicRoleDraft draft, Stamp stamp) {
  /** What grants name: exactly this, which no static secret can be called. */
  public static String grantName(String engine, String role) {
    return engine + "/" + role;
  }

  /** The name within its engine. */
  public String name() {
    return draft.name();
  }
}
