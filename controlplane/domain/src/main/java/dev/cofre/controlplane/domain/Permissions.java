package dev.cofre.controlplane.domain;

import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ACTIVATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_CANCEL_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_COMPROMISE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_DEACTIVATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_DISABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ENABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SCHEDULE_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_CANCEL_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_COMPROMISE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_DISABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_ENABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_SCHEDULE_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.NOTICE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ORPHAN_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SNAPSHOT_READ;
import static dev.cofre.controlplane.domain.ManagementAction.USAGE_REPORT;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which role may do what in the control plane, and which keys a role sees. Using keys is not here:
 * that is for policies, and for workloads alone (invariant I6).
 */
public final class Permissions {
  private static final Set<ManagementAction> READ_KEYS = Set.of(KEY_LIST, KEY_SHOW);
  private static final Set<ManagementAction> READ_CLASSES =
      Set.of(DATA_CLASS_LIST, DATA_CLASS_SHOW);
  private static final Set<ManagementAction> WATCH_KEYS = Set.of(NOTICE_LIST, ORPHAN_LIST);

  private static final Map<Role, Set<ManagementAction>> TABLE =
      Map.of(
          Role.PLATFORM_ADMIN,
          union(List.of(READ_KEYS, READ_CLASSES)),
          Role.SECURITY_ADMIN,
          union(
              List.of(
                  READ_KEYS,
                  READ_CLASSES,
                  WATCH_KEYS,
                  Set.of(
                      POLICY_CREATE,
                      POLICY_LIST,
                      POLICY_SHOW,
                      POLICY_DELETE,
                      PRINCIPAL_LIST,
                      DATA_CLASS_UPDATE))),
          Role.CRYPTO_OFFICER,
          union(
              List.of(
                  READ_KEYS,
                  READ_CLASSES,
                  WATCH_KEYS,
                  Set.of(
                      KEY_CREATE,
                      KEY_ROTATE,
                      KEY_DISABLE,
                      KEY_ENABLE,
                      KEY_ACTIVATE,
                      KEY_DEACTIVATE,
                      KEY_COMPROMISE,
                      KEY_SCHEDULE_DESTRUCTION,
                      KEY_CANCEL_DESTRUCTION,
                      KEY_VERSION_DISABLE,
                      KEY_VERSION_ENABLE,
                      KEY_VERSION_COMPROMISE,
                      KEY_VERSION_SCHEDULE_DESTRUCTION,
                      KEY_VERSION_CANCEL_DESTRUCTION))),
          Role.APP_OWNER,
          union(List.of(READ_KEYS, READ_CLASSES, Set.of(NOTICE_LIST))),
          Role.WORKLOAD,
          READ_KEYS,
          Role.AUDITOR,
          union(
              List.of(
                  READ_KEYS,
                  READ_CLASSES,
                  WATCH_KEYS,
                  Set.of(POLICY_LIST, POLICY_SHOW, PRINCIPAL_LIST))),
          Role.NODE,
          Set.of(SNAPSHOT_READ, USAGE_REPORT));

  private static final Set<Role> SEE_ALL_KEYS =
      Set.of(Role.PLATFORM_ADMIN, Role.SECURITY_ADMIN, Role.CRYPTO_OFFICER, Role.AUDITOR);

  private Permissions() {}

  private static Set<ManagementAction> union(List<Set<ManagementAction>> sets) {
    return sets.stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }

  /** Whether one of {@code principal}'s roles may do {@code action}. */
  public static boolean allow(Principal principal, ManagementAction action) {
    return principal.roles().stream().anyMatch(role -> TABLE.get(role).contains(action));
  }

  /** Whether {@code principal} sees the metadata of every key of their tenant. */
  public static boolean seesAllKeys(Principal principal) {
    return principal.roles().stream().anyMatch(SEE_ALL_KEYS::contains);
  }

  /** Whether {@code principal} sees the metadata of the keys they own. */
  public static boolean seesOwnKeys(Principal principal) {
    return principal.roles().contains(Role.APP_OWNER);
  }

  /** Whether {@code principal} sees the metadata of the keys that a policy grants them. */
  public static boolean seesGrantedKeys(Principal principal) {
    return principal.roles().contains(Role.WORKLOAD);
  }
}
