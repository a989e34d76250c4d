package dev.cofre.controlplane.domain;

import static dev.cofre.controlplane.domain.ManagementAction.ALERT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ALERT_RULE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ALERT_TEST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_APPROVE;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_REJECT;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_WITHDRAW;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HEAD_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HEAD_REPORT;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_LIFT;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_READ;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_RETENTION_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_RETENTION_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_SHIP;
import static dev.cofre.controlplane.domain.ManagementAction.BINDING_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.BINDING_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.BINDING_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_AUTHORITY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ISSUE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_REVOKE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ROLE_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ROLE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ROLE_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.DYNAMIC_ROLE_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.DYNAMIC_ROLE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.DYNAMIC_ROLE_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_CODE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.GROUP_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.IDENTITY_PROVIDER_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.IMPORT_CANCEL;
import static dev.cofre.controlplane.domain.ManagementAction.IMPORT_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.IMPORT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.IMPORT_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_CLOSE;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_LEAK;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_PLAN;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ACTIVATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_CANCEL_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_COMPROMISE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_DEACTIVATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_DISABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ENABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_EXPORT;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_IMPORT;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SCHEDULE_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_CANCEL_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_COMPROMISE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_DISABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_ENABLE;
import static dev.cofre.controlplane.domain.ManagementAction.KEY_VERSION_SCHEDULE_DESTRUCTION;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_ISSUE;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_RENEW;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_REVOKE;
import static dev.cofre.controlplane.domain.ManagementAction.LEASE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.NODE_LEAVE;
import static dev.cofre.controlplane.domain.ManagementAction.NODE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.NOTICE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ORPHAN_LIST;
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
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_DESTROY;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_EXPORT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_EXPORT_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GRANT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_GROUP_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_READ;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATION_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATION_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATION_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNDELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNGRANT;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UPDATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_WRITE;
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

  private static final Set<ManagementAction> READ_KEYS = Set.of(KEY_LIST, KEY_SHOW);
  private static final Set<ManagementAction> READ_CLASSES =
      Set.of(DATA_CLASS_LIST, DATA_CLASS_SHOW);
  private static final Set<ManagementAction> READ_IMPORTS = Set.of(IMPORT_LIST, IMPORT_SHOW);
  private static final Set<ManagementAction> WATCH_KEYS = Set.of(NOTICE_LIST, ORPHAN_LIST);
  private static final Set<ManagementAction> READ_ACCESS =
      Set.of(
          POLICY_LIST,
          POLICY_SHOW,
          POLICY_EXPLAIN,
          POLICY_REVIEW,
          PRINCIPAL_LIST,
          PRINCIPAL_SHOW,
          GROUP_LIST,
          GROUP_SHOW,
          QUOTA_LIST,
          QUOTA_SHOW,
          IDENTITY_PROVIDER_LIST,
          IDENTITY_PROVIDER_SHOW,
          BINDING_LIST,
          ENROLMENT_LIST);

  private static final Set<ManagementAction> READ_ALERTS = Set.of(ALERT_LIST, ALERT_RULE_LIST);

  private static final Set<ManagementAction> READ_INCIDENTS = Set.of(INCIDENT_LIST, INCIDENT_SHOW);

  /** Who keeps the archive, who holds parts of it, and who audits both. */
  private static final Set<ManagementAction> READ_RETENTION =
      Set.of(AUDIT_RETENTION_SHOW, AUDIT_HOLD_LIST, AUDIT_HOLD_SHOW);

  /** Who runs the nodes, and who must know on which of them a change is in force. */
  private static final Set<ManagementAction> READ_NODES = Set.of(NODE_LIST);

  private static final Set<ManagementAction> READ_SECRETS =
      Set.of(SECRET_LIST, SECRET_SHOW, SECRET_GROUP_LIST, SECRET_GROUP_SHOW);

  /** Who owns a secret writes it, and never reads it back. */
  private static final Set<ManagementAction> KEEP_SECRETS =
      Set.of(
          SECRET_CREATE,
          SECRET_WRITE,
          SECRET_UPDATE,
          SECRET_DELETE,
          SECRET_UNDELETE,
          SECRET_DESTROY,
          SECRET_GRANT_LIST,
          SECRET_ROTATE,
          SECRET_ROTATION_SHOW,
          SECRET_ROTATION_UPDATE,
          SECRET_ROTATION_DELETE);

  /** Who says who reads a secret neither writes nor reads it, and can cut it off. */
  private static final Set<ManagementAction> GRANT_SECRETS =
      Set.of(
          SECRET_GRANT,
          SECRET_UNGRANT,
          SECRET_GRANT_LIST,
          SECRET_GROUP_CREATE,
          SECRET_GROUP_UPDATE,
          SECRET_GROUP_DELETE,
          SECRET_UPDATE,
          SECRET_DELETE,
          SECRET_UNDELETE,
          SECRET_ROTATE,
          SECRET_ROTATION_SHOW);

  private static final Set<ManagementAction> READ_ENGINES =
      Set.of(SECRET_ENGINE_LIST, SECRET_ENGINE_SHOW, DYNAMIC_ROLE_SHOW);

  private static final Set<ManagementAction> READ_LEASES = Set.of(LEASE_LIST, LEASE_SHOW);

  /** Who owns an engine says what its credentials may do, and never gets one. */
  private static final Set<ManagementAction> KEEP_ENGINES =
      Set.of(
          SECRET_ENGINE_CREATE,
          SECRET_ENGINE_ROTATE,
          SECRET_ENGINE_DELETE,
          DYNAMIC_ROLE_UPDATE,
          DYNAMIC_ROLE_DELETE,
          LEASE_REVOKE);

  private static final Set<ManagementAction> READ_AUTHORITIES =
      Set.of(CERTIFICATE_AUTHORITY_LIST, CERTIFICATE_AUTHORITY_SHOW, CERTIFICATE_ROLE_SHOW);

  private static final Set<ManagementAction> READ_CERTIFICATES =
      Set.of(CERTIFICATE_LIST, CERTIFICATE_SHOW);

  /** Who owns an authority says what its certificates may say, and never gets one. */
  private static final Set<ManagementAction> KEEP_AUTHORITIES =
      Set.of(
          CERTIFICATE_AUTHORITY_CREATE,
          CERTIFICATE_AUTHORITY_DELETE,
          CERTIFICATE_ROLE_UPDATE,
          CERTIFICATE_ROLE_DELETE,
          CERTIFICATE_REVOKE);

  private static final Map<Role, Set<ManagementAction>> TABLE =
      Map.of(
          Role.PLATFORM_ADMIN,
          union(
              List.of(
                  READ_KEYS,
                  READ_CLASSES,
                  APPROVING,
                  READ_NODES,
                  READ_RETENTION,
                  Set.of(AUDIT_RETENTION_UPDATE))),
          Role.SECURITY_ADMIN,
          union(
              List.of(
                  READ_KEYS,
                  READ_CLASSES,
                  WATCH_KEYS,
                  APPROVING,
                  READ_NODES,
                  READ_ACCESS,
                  READ_SECRETS,
                  GRANT_SECRETS,
                  READ_ENGINES,
                  READ_LEASES,
                  READ_AUTHORITIES,
                  READ_CERTIFICATES,
                  READ_ALERTS,
                  READ_RETENTION,
                  READ_INCIDENTS,
                  Set.of(
                      SECRET_EXPORT,
                      SECRET_EXPORT_SHOW,
                      AUDIT_HOLD_CREATE,
                      AUDIT_HOLD_LIFT,
                      INCIDENT_PLAN,
                      INCIDENT_LEAK,
                      INCIDENT_CLOSE,
                      ALERT_TEST,
                      LEASE_REVOKE,
                      CERTIFICATE_REVOKE,
                      AUDIT_HEAD_LIST,
                      APPROVAL_RULE_UPDATE,
                      POLICY_CREATE,
                      POLICY_UPDATE,
                      POLICY_DELETE,
                      PRINCIPAL_CREATE,
                      PRINCIPAL_UPDATE,
                      PRINCIPAL_DELETE,
                      PRINCIPAL_TOKEN,
                      IDENTITY_PROVIDER_CREATE,
                      IDENTITY_PROVIDER_UPDATE,
                      IDENTITY_PROVIDER_DELETE,
                      BINDING_CREATE,
                      BINDING_DELETE,
                      ENROLMENT_CREATE,
                      ENROLMENT_CODE,
                      ENROLMENT_DELETE,
                      GROUP_CREATE,
                      GROUP_UPDATE,
                      GROUP_DELETE,
                      QUOTA_UPDATE,
                      QUOTA_DELETE,
                      DATA_CLASS_UPDATE))),
          Role.CRYPTO_OFFICER,
          union(
              List.of(
                  READ_KEYS,
                  READ_IMPORTS,
                  READ_CLASSES,
                  WATCH_KEYS,
                  APPROVING,
                  READ_NODES,
                  Set.of(
                      IMPORT_CREATE,
                      IMPORT_CANCEL,
                      KEY_IMPORT,
                      KEY_EXPORT,
                      KEY_CREATE,
                      KEY_ROTATE,
                      KEY_UPDATE,
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
          union(
              List.of(
                  READ_KEYS,
                  READ_CLASSES,
                  READ_SECRETS,
                  KEEP_SECRETS,
                  READ_ENGINES,
                  KEEP_ENGINES,
                  READ_LEASES,
                  READ_AUTHORITIES,
                  KEEP_AUTHORITIES,
                  READ_CERTIFICATES,
                  Set.of(NOTICE_LIST))),
          Role.WORKLOAD,
          union(
              List.of(
                  READ_KEYS,
                  READ_SECRETS,
                  READ_LEASES,
                  READ_CERTIFICATES,
                  Set.of(
                      SECRET_READ,
                      LEASE_ISSUE,
                      LEASE_RENEW,
                      LEASE_REVOKE,
                      CERTIFICATE_ISSUE,
                      CERTIFICATE_REVOKE))),
          Role.AUDITOR,
          union(
              List.of(
                  READ_KEYS,
                  READ_IMPORTS,
                  READ_CLASSES,
                  WATCH_KEYS,
                  READ_ACCESS,
                  READ_NODES,
                  READ_SECRETS,
                  READ_ENGINES,
                  READ_LEASES,
                  READ_AUTHORITIES,
                  READ_CERTIFICATES,
                  READ_ALERTS,
                  READ_RETENTION,
                  READ_INCIDENTS,
                  Set.of(
                      SECRET_GRANT_LIST,
                      SECRET_ROTATION_SHOW,
                      AUDIT_HEAD_LIST,
                      AUDIT_READ,
                      APPROVAL_LIST,
                      APPROVAL_SHOW,
                      APPROVAL_RULE_LIST,
                      APPROVAL_RULE_SHOW))),
          Role.NODE,
          Set.of(SNAPSHOT_READ, USAGE_REPORT, NODE_LEAVE, AUDIT_HEAD_REPORT, AUDIT_SHIP));

  private static final Set<Role> SEE_ALL_KEYS =
      Set.of(Role.PLATFORM_ADMIN, Role.SECURITY_ADMIN, Role.CRYPTO_OFFICER, Role.AUDITOR);

  private static final Set<Role> SEE_ALL_SECRETS = Set.of(Role.SECURITY_ADMIN, Role.AUDITOR);

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

  /** {@code principal} with those of its roles alone that may do {@code action}. */
  public static Principal acting(Principal principal, ManagementAction action) {
    Set<Role> roles =
        principal.roles().stream()
            .filter(role -> TABLE.get(role).contains(action))
            .collect(Collectors.toUnmodifiableSet());
    return new Principal(principal.id(), principal.tenant(), roles, principal.stamp());
  }

  /** Whether {@code principal} sees the metadata of every secret of their tenant. */
  public static boolean seesAllSecrets(Principal principal) {
    return principal.roles().stream().anyMatch(SEE_ALL_SECRETS::contains);
  }
}
