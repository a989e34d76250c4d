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
  KEY_DISABLE,
  KEY_ENABLE,
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
  SNAPSHOT_READ;

  /** {@code key:create}, {@code approval:rule-list} and so on. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replaceFirst("_", ":").replace('_', '-');
  }

  /** The action with {@code wireName}; empty when there is none. */
  public static Optional<ManagementAction> find(String wireName) {
    return Arrays.stream(values()).filter(action -> action.wireName().equals(wireName)).findFirst();
  }
}
