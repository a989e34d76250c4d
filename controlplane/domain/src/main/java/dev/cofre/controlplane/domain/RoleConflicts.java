package dev.cofre.controlplane.domain;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which roles nobody may have together (invariant I6): who manages a key cannot use it, who grants
 * its use cannot make it, who audits does nothing else. Stateless.
 */
public final class RoleConflicts {
  private static final Map<Role, Set<Role>> CONFLICTS =
      Map.of(
          Role.WORKLOAD, EnumSet.complementOf(EnumSet.of(Role.WORKLOAD)),
          Role.NODE, EnumSet.complementOf(EnumSet.of(Role.NODE)),
          Role.SECURITY_ADMIN, EnumSet.of(Role.CRYPTO_OFFICER),
          Role.AUDITOR,
              EnumSet.of(
                  Role.PLATFORM_ADMIN, Role.SECURITY_ADMIN, Role.CRYPTO_OFFICER, Role.APP_OWNER));

  private RoleConflicts() {}

  /** Whether nobody may have both. */
  public static boolean exclude(Role one, Role other) {
    return CONFLICTS.getOrDefault(one, Set.of()).contains(other)
        || CONFLICTS.getOrDefault(other, Set.of()).contains(one);
  }

  /** Two of {@code roles} that nobody may have together, by name; empty when there are none. */
  public static Optional<List<Role>> find(Collection<Role> roles) {
    List<Role> sorted = roles.stream().sorted().toList();
    for (int i = 0; i < sorted.size(); i++) {
      for (int j = i + 1; j < sorted.size(); j++) {
        if (exclude(sorted.get(i), sorted.get(j))) {
          return Optional.of(List.of(sorted.get(i), sorted.get(j)));
        }
      }
    }
    return Optional.empty();
  }
}
