package dev.cofre.controlplane.domain;

import java.util.UUID;

/**
 * A policy as it is kept. What no policy allows is denied, and a deny wins. Immutable.
 *
 * @param document what it says; keys stand by their ids, or by patterns
 */
public record Policy(UUID id, String tenant, PolicyDocument document, Stamp stamp) {
  /** The name, unique within the tenant. */
  public String name() {
    return document.name();
  }

  /** The same policy saying something else. */
  public Policy saying(PolicyDocument next, Stamp changed) {
    return new Policy(id, tenant, next, changed);
  }
}
