package dev.cofre.controlplane.domain;

import java.util.Set;

/**
 * Somebody or something that can prove who they are. Immutable.
 *
 * @param id its name, unique over all tenants
 * @param tenant whose keys and policies it can see at all
 * @param roles what it is there for
 * @param stamp who made and changed it
 */
public record Principal(String id, String tenant, Set<Role> roles, Stamp stamp) {
  /** Takes a copy of {@code roles}. */
  public Principal {
    roles = Set.copyOf(roles);
  }
}
