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
  DATA_CLASS_LIST("data-class:list"),
  DATA_CLASS_SHOW("data-class:show"),
  DATA_CLASS_UPDATE("data-class:update"),
  NOTICE_CREATE,
  NOTICE_LIST,
  ORPHAN_LIST,
  USAGE_REPORT,
  POLICY_CREATE,
  POLICY_LIST,
  POLICY_SHOW,
  POLICY_DELETE,
  PRINCIPAL_LIST,
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
}
