package dev.cofre.controlplane.domain;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What one can ask of the control plane, by the names that stand in the audit log. */
public enum ManagementAction {
  KEY_CREATE,
  KEY_LIST,
  KEY_SHOW,
  KEY_ROTATE,
  KEY_UPDATE,
  KEY_DISABLE,
  KEY_ENABLE,
  KEY_ACTIVATE,
  KEY_DEACTIVATE,
  KEY_COMPROMISE,
  KEY_SCHEDULE_DESTRUCTION,
  KEY_CANCEL_DESTRUCTION,
  KEY_DESTROY,
  KEY_VERSION_DISABLE,
  KEY_VERSION_ENABLE,
  KEY_VERSION_COMPROMISE,
  KEY_VERSION_SCHEDULE_DESTRUCTION,
  KEY_VERSION_CANCEL_DESTRUCTION,
  KEY_VERSION_DESTROY,
  KEY_IMPORT,
  KEY_EXPORT,
  IMPORT_CREATE,
  IMPORT_LIST,
  IMPORT_SHOW,
  IMPORT_CANCEL,
  IMPORT_EXPIRE,
  DATA_CLASS_LIST("data-class:list"),
  DATA_CLASS_SHOW("data-class:show"),
  DATA_CLASS_UPDATE("data-class:update"),
  AUDIT_HEAD_LIST,
  AUDIT_HEAD_REPORT,
  AUDIT_SHIP,
  AUDIT_READ,
  ALERT_LIST,
  ALERT_RULE_LIST,
  ALERT_TEST,
  NOTICE_CREATE,
  NOTICE_LIST,
  ORPHAN_LIST,
  USAGE_REPORT,
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
  IDENTITY_PROVIDER_CREATE("identity-provider:create"),
  IDENTITY_PROVIDER_LIST("identity-provider:list"),
  IDENTITY_PROVIDER_SHOW("identity-provider:show"),
  IDENTITY_PROVIDER_UPDATE("identity-provider:update"),
  IDENTITY_PROVIDER_DELETE("identity-provider:delete"),
  BINDING_CREATE,
  BINDING_LIST,
  BINDING_DELETE,
  ENROLMENT_CREATE,
  ENROLMENT_LIST,
  ENROLMENT_CODE,
  ENROLMENT_DELETE,
  ENROLMENT_USE,
  TOKEN_EXCHANGE,
  GROUP_CREATE,
  GROUP_LIST,
  GROUP_SHOW,
  GROUP_UPDATE,
  GROUP_DELETE,
  APPROVAL_REQUEST,
  APPROVAL_LIST,
  APPROVAL_SHOW,
  APPROVAL_APPROVE,
  APPROVAL_REJECT,
  APPROVAL_WITHDRAW,
  APPROVAL_RUN,
  APPROVAL_EXPIRE,
  APPROVAL_RULE_LIST,
  APPROVAL_RULE_SHOW,
  APPROVAL_RULE_UPDATE,
  SECRET_CREATE,
  SECRET_WRITE,
  SECRET_READ,
  SECRET_LIST,
  SECRET_SHOW,
  SECRET_UPDATE,
  SECRET_DELETE,
  SECRET_UNDELETE,
  SECRET_DESTROY,
  SECRET_GRANT,
  SECRET_UNGRANT,
  SECRET_GRANT_LIST,
  SECRET_ROTATE,
  SECRET_ROTATION_SHOW("secret-rotation:show"),
  SECRET_ROTATION_UPDATE("secret-rotation:update"),
  SECRET_ROTATION_DELETE("secret-rotation:delete"),
  SECRET_ENGINE_CREATE("secret-engine:create"),
  SECRET_ENGINE_LIST("secret-engine:list"),
  SECRET_ENGINE_SHOW("secret-engine:show"),
  SECRET_ENGINE_ROTATE("secret-engine:rotate"),
  SECRET_ENGINE_DELETE("secret-engine:delete"),
  DYNAMIC_ROLE_SHOW("dynamic-role:show"),
  DYNAMIC_ROLE_UPDATE("dynamic-role:update"),
  DYNAMIC_ROLE_DELETE("dynamic-role:delete"),
  LEASE_ISSUE,
  LEASE_LIST,
  LEASE_SHOW,
  LEASE_RENEW,
  LEASE_REVOKE,
  LEASE_END,
  QUOTA_LIST,
  QUOTA_SHOW,
  QUOTA_UPDATE,
  QUOTA_DELETE,
  NODE_LIST,
  NODE_LEAVE,
  SNAPSHOT_READ;

  private final String wireName;

  ManagementAction() {
    this.wireName = name().toLowerCase(Locale.ROOT).replaceFirst("_", ":").replace('_', '-');
  }

  ManagementAction(String wireName) {
    this.wireName = wireName;
  }

  /** {@code key:create}, {@code key:schedule-destruction} and so on. */
  public String wireName() {
    return wireName;
  }

  /** The action with {@code wireName}; empty when there is none. */
  public static Optional<ManagementAction> find(String wireName) {
    return Arrays.stream(values()).filter(action -> action.wireName().equals(wireName)).findFirst();
  }
}
