package dev.cofre.controlplane.domain.approval;

import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which actions need approval: this table says when and whose; how many and for how long is its
 * default, which an installation can change. What does not stand here runs at once.
 */
public final class ApprovalRules {
  /** How long a request waits, unless its rule says otherwise. */
  public static final Duration VALIDITY = Duration.ofHours(24);

  private static final List<ApprovalRule> SHIPPED =
      List.of(
          rule(ManagementAction.POLICY_CREATE, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.POLICY_UPDATE, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.POLICY_DELETE, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.QUOTA_UPDATE, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.QUOTA_DELETE, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.KEY_UPDATE, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.SECRET_GRANT, ApprovalCondition.PROD, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.SECRET_DESTROY, ApprovalCondition.ALWAYS, 1, Role.SECURITY_ADMIN),
          rule(ManagementAction.SECRET_EXPORT, ApprovalCondition.ALWAYS, 1, Role.SECURITY_ADMIN),
          rule(
              ManagementAction.APPROVAL_RULE_UPDATE,
              ApprovalCondition.ALWAYS,
              1,
              Role.SECURITY_ADMIN),
          trust(ManagementAction.AUDIT_RETENTION_UPDATE),
          trust(ManagementAction.AUDIT_HOLD_LIFT),
          destruction(ManagementAction.KEY_SCHEDULE_DESTRUCTION),
          destruction(ManagementAction.KEY_VERSION_SCHEDULE_DESTRUCTION),
          rule(ManagementAction.KEY_IMPORT, ApprovalCondition.ALWAYS, 1, Role.CRYPTO_OFFICER),
          rule(
              ManagementAction.KEY_EXPORT,
              ApprovalCondition.ALWAYS,
              1,
              Role.CRYPTO_OFFICER,
              Role.SECURITY_ADMIN),
          binding(ManagementAction.PRINCIPAL_CREATE),
          binding(ManagementAction.PRINCIPAL_UPDATE),
          binding(ManagementAction.PRINCIPAL_DELETE),
          credential(ManagementAction.PRINCIPAL_TOKEN),
          credential(ManagementAction.BINDING_CREATE),
          credential(ManagementAction.ENROLMENT_CREATE),
          trust(ManagementAction.IDENTITY_PROVIDER_CREATE),
          trust(ManagementAction.IDENTITY_PROVIDER_UPDATE),
          binding(ManagementAction.GROUP_CREATE),
          binding(ManagementAction.GROUP_UPDATE),
          binding(ManagementAction.GROUP_DELETE));

  private ApprovalRules() {}

  /** What is destroyed takes two people (invariant I6). */
  private static ApprovalRule destruction(ManagementAction action) {
    return rule(action, ApprovalCondition.ALWAYS, 1, Role.CRYPTO_OFFICER);
  }

  /** Who manages others, or can act as one who does, is not decided by one person alone. */
  private static ApprovalRule binding(ManagementAction action) {
    return rule(action, ApprovalCondition.ADMIN_ROLE, 1, Role.SECURITY_ADMIN);
  }

  /** Nobody alone takes over a principal, by a credential beside or in place of its own. */
  private static ApprovalRule credential(ManagementAction action) {
    return rule(action, ApprovalCondition.CREDENTIAL, 1, Role.SECURITY_ADMIN);
  }

  /**
   * Who vouches for others, and what becomes of the audit log, is not decided by one person alone.
   */
  private static ApprovalRule trust(ManagementAction action) {
    return rule(action, ApprovalCondition.ALWAYS, 1, Role.SECURITY_ADMIN);
  }

  private static ApprovalRule rule(
      ManagementAction action, ApprovalCondition condition, int approvals, Role... approvers) {
    return new ApprovalRule(action, condition, approvals, Set.of(approvers), VALIDITY, null);
  }

  /** All rules as shipped. */
  public static List<ApprovalRule> shipped() {
    return SHIPPED;
  }

  /** The rule of {@code action} as shipped; empty when it never needs approval. */
  public static Optional<ApprovalRule> shipped(ManagementAction action) {
    return SHIPPED.stream().filter(rule -> rule.action() == action).findFirst();
  }
}
