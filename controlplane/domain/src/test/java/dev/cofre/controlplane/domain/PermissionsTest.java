package dev.cofre.controlplane.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PermissionsTest {
  @ParameterizedTest
  @EnumSource(Role.class)
  void onlyCryptoOfficersChangeKeys(Role role) {
    for (ManagementAction action :
        EnumSet.of(
            ManagementAction.KEY_CREATE,
            ManagementAction.KEY_ROTATE,
            ManagementAction.KEY_DISABLE,
            ManagementAction.KEY_ENABLE)) {
      assertEquals(role == Role.CRYPTO_OFFICER, Permissions.allow(withRole(role), action));
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void onlySecurityAdminsChangePolicies(Role role) {
    assertEquals(
        role == Role.SECURITY_ADMIN,
        Permissions.allow(withRole(role), ManagementAction.POLICY_CREATE));
    assertEquals(
        role == Role.SECURITY_ADMIN,
        Permissions.allow(withRole(role), ManagementAction.POLICY_DELETE));
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void onlyNodesReadSnapshots(Role role) {
    assertEquals(
        role == Role.NODE, Permissions.allow(withRole(role), ManagementAction.SNAPSHOT_READ));
  }

  @Test
  void whoSeesWhichKeys() {
    assertTrue(Permissions.seesAllKeys(withRole(Role.AUDITOR)));
    assertFalse(Permissions.seesAllKeys(withRole(Role.APP_OWNER)));
    assertFalse(Permissions.seesAllKeys(withRole(Role.WORKLOAD)));
    assertFalse(Permissions.seesAllKeys(withRole(Role.NODE)));
  }

  @Test
  void noRoleNoPermission() {
    Principal nobody = new Principal("x", "default", Set.of(), Stamp.created(Instant.EPOCH, "x"));
    for (ManagementAction action : ManagementAction.values()) {
      assertFalse(Permissions.allow(nobody, action));
    }
  }

  private static Principal withRole(Role role) {
    return new Principal("x", "default", Set.of(role), Stamp.created(Instant.EPOCH, "x"));
  }
}
