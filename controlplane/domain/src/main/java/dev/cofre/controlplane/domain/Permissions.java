package dev.cofre.controlplane.domain;

import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_APPROVE;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_REJECT;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_WITHDRAW;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_DISABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ENABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_EXPLAIN;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_REVIEW;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_TOKEN;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.SNAPSHOT_READ;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which role may do what in the control plane, and which keys a role sees. Using keys is not here:
 * that is for policies, and for workloads alone (invariant I6).
 */
public final class Permissions {
  /** What those may who ask for what needs approval, or give it. */
  private static final Set<ManagementAction> APPROVING =
      Set.of(
          APPROVAL_LIST,
          APPROVAL_SHOW,
          APPROVAL_APPROVE,
          APPROVAL_REJECT,
          APPROVAL_WITHDRAW,
          APPROVAL_RULE_LIST,
          APPROVAL_RULE_SHOW);

  private static final Map<Role, Set<ManagementAction>> TABLE =
      Map.of(
          Role.PLATFORM_ADMIN,
          approving(KEY_LIST, KEY_SHOW),
          Role.SECURITY_ADMIN,
          approving(
              APPROVAL_RULE_UPDATE,
              KEY_LIST,
              KEY_SHOW,
              POLICY_CREATE,
              POLICY_LIST,
              POLICY_SHOW,
              POLICY_UPDATE,
              POLICY_DELETE,
              POLICY_EXPLAIN,
              POLICY_REVIEW,
              PRINCIPAL_CREATE,
              PRINCIPAL_LIST,
              PRINCIPAL_SHOW,
              PRINCIPAL_UPDATE,
              PRINCIPAL_DELETE,
              PRINCIPAL_TOKEN,
              GROUP_CREATE,
              GROUP_LIST,
              GROUP_SHOW,
              GROUP_UPDATE,
              GROUP_DELETE),
          Role.CRYPTO_OFFICER,
          approving(KEY_LIST, KEY_SHOW, KEY_CREATE, KEY_ROTATE, KEY_DISABLE, KEY_ENABLE),
          Role.APP_OWNER,
          Set.of(KEY_LIST, KEY_SHOW),
          Role.WORKLOAD,
          Set.of(KEY_LIST, KEY_SHOW),
          Role.AUDITOR,
          Set.of(
              APPROVAL_LIST,
              APPROVAL_SHOW,
              APPROVAL_RULE_LIST,
              APPROVAL_RULE_SHOW,
              KEY_LIST,
              KEY_SHOW,
              POLICY_LIST,
              POLICY_SHOW,
              POLICY_EXPLAIN,
              POLICY_REVIEW,
              PRINCIPAL_LIST,
              PRINCIPAL_SHOW,
              GROUP_LIST,
              GROUP_SHOW),
          Role.NODE,
          Set.of(SNAPSHOT_READ));

  private static final Set<Role> SEE_ALL_KEYS =
      Set.of(Role.PLATFORM_ADMIN, Role.SECURITY_ADMIN, Role.CRYPTO_OFFICER, Role.AUDITOR);

  private Permissions() {}

  private static Set<ManagementAction> approving(ManagementAction... others) {
    Set<ManagementAction> all = new HashSet<>(APPROVING);
    all.addAll(Set.of(others));
    return Set.copyOf(all);
  }

  /** Whether one of {@code principal}'s roles may do {@code action}. */
  public static boolean allow(Principal principal, ManagementAction action) {
    return principal.roles().stream().anyMatch(role -> TABLE.get(role).contains(action));
  }

  /** Whether {@code principal} sees the metadata of every key of their tenant. */
  public static boolean seesAllKeys(Principal principal) {
    return principal.roles().stream().anyMatch(SEE_ALL_KEYS::contains);
  }
}
