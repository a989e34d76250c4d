package dev.cofre.loadtest.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.cli.code.ExclusiveRoles;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.RoleConflicts;
import org.junit.jupiter.api.Test;

/** The command line knows which roles exclude each other as the control plane does. */
class RolesAgreeTest {
  @Test
  void onEveryPair() {
    for (Role one : Role.values()) {
      for (Role other : Role.values()) {
        assertEquals(
            RoleConflicts.exclude(one, other),
            ExclusiveRoles.exclude(one.wireName(), other.wireName()),
            one + " and " + other);
      }
    }
  }
}
