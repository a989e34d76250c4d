package dev.cofre.controlplane.domain;

import java.util.Locale;

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
  SNAPSHOT_READ;

  /** {@code key:create} and so on. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', ':');
  }
}
