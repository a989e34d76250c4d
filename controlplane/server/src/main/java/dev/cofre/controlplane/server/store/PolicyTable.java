package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyReader;
import dev.cofre.controlplane.domain.PolicyWriter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Policies and what they said before. */
public final class PolicyTable {
  private final Handle handle;
  private final NamedRows<Policy> rows;
  private final Changes changes;

  PolicyTable(Handle handle, Changes changes) {
    this.handle = handle;
    this.rows = new NamedRows<>(handle, "policy", (row, context) -> read(row));
    this.changes = changes;
  }

  /** Writes a new policy, and tells the data planes. */
  public void insert(Policy policy) {
    Stamps.bind(
            handle.createUpdate(
                "insert into policy (id, tenant, name, document, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :name, :document, "
                    + Stamps.VALUES
                    + ")"),
            policy.stamp())
        .bind("id", policy.id())
        .bind("tenant", policy.tenant())
        .bind("name", policy.name())
        .bind("document", text(policy))
        .execute();
    keep(
        policy,
        policy.stamp().revision(),
        false,
        policy.stamp().updatedAt(),
        policy.stamp().updatedBy());
    changes.policy(policy);
  }

  /** Writes what {@code policy} says now, and tells the data planes. */
  public void update(Policy policy) {
    Stamps.bind(
            handle.createUpdate(
                "update policy set name = :name, document = :document,"
                    + " created_at = :createdAt, created_by = :createdBy,"
                    + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
                    + " where id = :id"),
            policy.stamp())
        .bind("id", policy.id())
        .bind("name", policy.name())
        .bind("document", text(policy))
        .execute();
    keep(
        policy,
        policy.stamp().revision(),
        false,
        policy.stamp().updatedAt(),
        policy.stamp().updatedBy());
    changes.policy(policy);
  }

  private static String text(Policy policy) {
    return JsonText.of(PolicyWriter.write(policy.document()));
  }

  private void keep(Policy policy, long revision, boolean removed, Instant at, String by) {
    handle
        .createUpdate(
            "insert into policy_version (policy_id, revision, tenant, name, document, removed,"
                + " changed_at, changed_by) values (:id, :revision, :tenant, :name, :document,"
                + " :removed, :at, :by)")
        .bind("id", policy.id())
        .bind("revision", revision)
        .bind("tenant", policy.tenant())
        .bind("name", policy.name())
        .bind("document", text(policy))
        .bind("removed", removed)
        .bind("at", Times.column(at))
        .bind("by", by)
        .execute();
  }

  /** Removes {@code policy}, by {@code by} at {@code at}, and tells the data planes. */
  public void delete(Policy policy, Instant at, String by) {
    handle.createUpdate("delete from policy where id = :id").bind("id", policy.id()).execute();
    keep(policy, policy.stamp().revision() + 1, true, at, by);
    changes.removedPolicy(policy.id().toString());
  }

  /** What the policy with {@code id} of {@code tenant} said, the newest first; empty: no such. */
  public List<PolicyVersion> history(String tenant, UUID id) {
    return handle
        .createQuery(
            "select * from policy_version where policy_id = :id and tenant = :tenant"
                + " order by revision desc limit 1000")
        .bind("id", id)
        .bind("tenant", tenant)
        .map(
            (row, context) ->
                new PolicyVersion(
                    row.getLong("revision"),
                    document(row),
                    row.getBoolean("removed"),
                    Times.read(row, "changed_at"),
                    row.getString("changed_by")))
        .list();
  }

  /** The policy with {@code id}. */
  public Optional<Policy> find(UUID id) {
    return handle
        .createQuery("select * from policy where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The policy named {@code name} in {@code tenant}. */
  public Optional<Policy> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** Whether {@code name} is taken in {@code tenant}. */
  public boolean isNameTaken(String tenant, String name) {
    return rows.find(tenant, name).isPresent();
  }

  /** How many policies {@code tenant} has. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /** The first {@code limit} policies of {@code tenant} whose name sorts after {@code after}. */
  public List<Policy> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  private static Policy read(ResultSet row) throws SQLException {
    return new Policy(
        row.getObject("id", UUID.class), row.getString("tenant"), document(row), Stamps.read(row));
  }

  private static PolicyDocument document(ResultSet row) throws SQLException {
    return PolicyReader.read(JsonText.document(row.getString("document")));
  }
}
