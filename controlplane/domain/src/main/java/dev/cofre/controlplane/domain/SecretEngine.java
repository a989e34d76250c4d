package dev.cofre.controlplane.domain;

import java.util.UUID;

/**
 * A system in which the vault makes credentials. Immutable.
 *
 * @param id never reused; bound to the sealed passwords of its root user
 * @param rootNumber the number of the root user's password that is in force; the first one is that
 *     which a person brought
 * @param rotating whether another one is on its way
 */
public record SecretEngine(
    UUID id, SecretEngineDraft draft, int rootNumber, boolean rotating, Stamp stamp) {
  /** The name within the tenant. */
  public String name() {
    return draft.name();
  }

  /** The tenant. */
  public String tenant() {
    return draft.tenant();
  }
}
