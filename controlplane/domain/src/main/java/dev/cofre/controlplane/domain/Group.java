package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Set;

/**
 * Principals and other groups under one name. Immutable.
 *
 * @param name unique within the tenant
 * @param members principals' ids, and {@code group:NAME}
 * @param roles that every member has by being one, also through other groups
 */
public record Group(
    String tenant, String name, List<String> members, Set<Role> roles, Stamp stamp) {
  /** Takes copies. */
  public Group {
    members = List.copyOf(members);
    roles = Set.copyOf(roles);
  }

  /** How policies and other groups name it. */
  public String reference() {
    return PolicyStatement.GROUP + name;
  }

  /** What it is called over all tenants. */
  public String id() {
    return tenant + "/" + name;
  }
}
