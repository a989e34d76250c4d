package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.domain.approval.ApprovalRule;

/** Undoes an operation that others must approve first. Carries no stack trace. */
final class ApprovalNeeded extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ApprovalRule rule;
  private final transient ApprovalMatter matter;

  ApprovalNeeded(ApprovalRule rule, ApprovalMatter matter) {
    super("approval is needed", null, false, false);
    this.rule = rule;
    this.matter = matter;
  }

  ApprovalRule rule() {
    return rule;
  }

  ApprovalMatter matter() {
    return matter;
  }
}
