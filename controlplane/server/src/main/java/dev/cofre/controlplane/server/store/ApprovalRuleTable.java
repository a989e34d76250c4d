package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.approval.ApprovalRule;
import dev.cofre.controlplane.domain.approval.ApprovalRuleDraft;
import dev.cofre.controlplane.domain.approval.ApprovalRules;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rules of approval: as shipped where an installation has not changed them. */
public final class ApprovalRuleTable {
  private final Handle handle;

  ApprovalRuleTable(Handle handle) {
    this.handle = handle;
  }

  /** All rules of {@code tenant}, in the order of the shipped table. */
  public List<ApprovalRule> all(String tenant) {
    return ApprovalRules.shipped().stream().map(rule -> changed(tenant, rule)).toList();
  }

  /** The rule of {@code action} in {@code tenant}; empty when it never needs approval. */
  public Optional<ApprovalRule> find(String tenant, ManagementAction action) {
    return ApprovalRules.shipped(action).map(rule -> changed(tenant, rule));
  }

  private ApprovalRule changed(String tenant, ApprovalRule shipped) {
    return handle
        .createQuery("select * from approval_rule where tenant = :tenant and action = :action")
        .bind("tenant", tenant)
        .bind("action", shipped.action().wireName())
        .map(
            (row, context) ->
                shipped.with(
                    new ApprovalRuleDraft(
                        row.getInt("approvals"), Duration.ofMillis(row.getLong("validity_ms"))),
                    Stamps.read(row)))
        .findOne()
        .orElse(shipped);
  }

  /** Writes {@code rule}, which was changed, in the place of what stood there. */
  public void put(String tenant, ApprovalRule rule) {
    handle
        .createUpdate("delete from approval_rule where tenant = :tenant and action = :action")
        .bind("tenant", tenant)
        .bind("action", rule.action().wireName())
        .execute();
    Stamps.bind(
            handle.createUpdate(
                "insert into approval_rule (tenant, action, approvals, validity_ms, "
                    + Stamps.COLUMNS
                    + ") values (:tenant, :action, :approvals, :validityMs, "
                    + Stamps.VALUES
                    + ")"),
            rule.stamp())
        .bind("tenant", tenant)
        .bind("action", rule.action().wireName())
        .bind("approvals", rule.approvals())
        .bind("validityMs", rule.validity().toMillis())
        .execute();
  }
}
