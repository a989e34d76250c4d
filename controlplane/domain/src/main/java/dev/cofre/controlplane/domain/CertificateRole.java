package dev.cofre.controlplane.domain;

import java.util.UUID;

/**
 * A sort of certificates that an authority issues. Immutable.
 *
 * @param authority the authority's id
 */
public record CertificateRole(UUID authority, CertificateRoleDraft draft, Stamp stamp) {
  /** What grants name: exactly this, which no secret and no role of an engine can be called. */
  public static String grantName(String authority, String role) {
    return "ca:" + authority + "/" + role;
  }

  /** The name within its authority. */
  public String name() {
    return draft.name();
  }
}
