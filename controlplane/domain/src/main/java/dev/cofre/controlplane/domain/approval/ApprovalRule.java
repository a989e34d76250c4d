package dev.cofre.controlplane.domain.approval;

import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Duration;
import java.util.Set;

/**
 * How many of whom must approve an action. Immutable.
 *
 * @param condition when it needs approval at all
 * @param approvals how many persons beside the requester
 * @param approvers who counts: principals with one of these roles
 * @param validity how long a request waits before it expires
 * @param stamp who changed it last; null when it is as shipped
 */
public record ApprovalRule(
    ManagementAction action,
    ApprovalCondition condition,
    int approvals,
    Set<Role> approvers,
    Duration validity,
    Stamp stamp) {

  /** Takes a copy of {@code approvers}. */
  public ApprovalRule {
    approvers = Set.copyOf(approvers);
  }

  /** The revision of the object: 0 when it is as shipped. */
  public long revision() {
    return stamp == null ? 0 : stamp.revision();
  }

  /** The same rule as {@code draft} wants it. */
  public ApprovalRule with(ApprovalRuleDraft draft, Stamp stamp) {
    return new ApprovalRule(
        action, condition, draft.approvals(), approvers, draft.validity(), stamp);
  }
}
