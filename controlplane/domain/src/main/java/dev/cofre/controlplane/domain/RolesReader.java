package dev.cofre.controlplane.domain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads the roles that a document binds. Stateless. */
final class RolesReader {
  private RolesReader() {}

  /** The roles in {@code names}, of which no two conflict. */
  static Set<Role> read(DocumentFields fields, List<String> names) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    List<String> given =
        Role.wireNames().stream().filter(name -> !name.equals(Role.NODE.wireName())).toList();
    for (String name : names) {
      if (given.contains(name)) {
        roles.add(Role.of(name));
      } else {
        fields.wrong("roles", "may hold " + String.join(", ", given) + " only");
        return roles;
      }
    }
    RoleConflicts.find(roles)
        .ifPresent(
            pair ->
                fields.wrong(
                    "roles",
                    "hold "
                        + pair.get(0).wireName()
                        + " and "
                        + pair.get(1).wireName()
                        + ", which nobody may have together"));
    return roles;
  }
}
