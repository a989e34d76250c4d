package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.Policy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Policies. */
public final class PolicyTable {
  private final Handle handle;
  private final Changes changes;

  PolicyTable(Handle handle, Changes changes) {
    this.handle = handle;
    this.changes = changes;
  }

  /** Writes a new policy, and tells the data planes. */
  public void insert(Policy policy) {
    Stamps.bind(
            handle.createUpdate(
                "insert into policy (id, tenant, name, effect, actions, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :name, :effect, :actions, "
                    + Stamps.VALUES
                    + ")"),
            policy.stamp())
        .bind("id", policy.id())
        .bind("tenant", policy.tenant())
        .bind("name", policy.name())
        .bind("effect", policy.effect().wireName())
        .bind(
            "actions",
            policy.actions().stream()
                .map(KeyUse::wireName)
                .sorted()
                .collect(Collectors.joining(",")))
        .execute();
    insertMembers("policy_principal", "principal_id", policy.id(), policy.principals());
    insertMembers("policy_key", "key_id", policy.id(), policy.keys());
    changes.policy(policy);
  }

  private void insertMembers(String table, String column, UUID policy, List<?> members) {
    for (int place = 0; place < members.size(); place++) {
      handle
          .createUpdate(
              "insert into "
                  + table
                  + " (policy_id, place, "
                  + column
                  + ") values (:policy, :place, :member)")
          .bind("policy", policy)
          .bind("place", place)
          .bindByType("member", members.get(place), members.get(place).getClass())
          .execute();
    }
  }

  /** Removes the policy, and tells the data planes. */
  public void delete(UUID id) {
    handle.createUpdate("delete from policy where id = :id").bind("id", id).execute();
    changes.removedPolicy(id.toString());
  }

  /** The policy with {@code id}. */
  public Optional<Policy> find(UUID id) {
    return handle
        .createQuery("select * from policy where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Whether {@code name} is taken in {@code tenant}. */
  public boolean isNameTaken(String tenant, String name) {
    return handle
            .createQuery("select count(*) from policy where tenant = :tenant and name = :name")
            .bind("tenant", tenant)
            .bind("name", name)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** The first {@code limit} policies of {@code tenant} whose name sorts after {@code after}. */
  public List<Policy> page(String tenant, String after, int limit) {
    return handle
        .createQuery(
            "select * from policy where tenant = :tenant and name > :after"
                + " order by name limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** All policies that name {@code principal}. */
  public List<Policy> about(String principal) {
    return handle
        .createQuery(
            "select p.* from policy p where exists (select 1 from policy_principal m"
                + " where m.policy_id = p.id and m.principal_id = :principal)")
        .bind("principal", principal)
        .map((row, context) -> read(row))
        .list();
  }

  private Policy read(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    return new Policy(
        id,
        row.getString("tenant"),
        row.getString("name"),
        Effect.of(row.getString("effect")),
        members("policy_principal", "principal_id", id, String.class),
        Arrays.stream(row.getString("actions").split(","))
            .map(KeyUse::of)
            .collect(Collectors.toSet()),
        members("policy_key", "key_id", id, UUID.class),
        Stamps.read(row));
  }

  private <T> List<T> members(String table, String column, UUID policy, Class<T> type) {
    return handle
        .createQuery(
            "select " + column + " from " + table + " where policy_id = :policy order by place")
        .bind("policy", policy)
        .map((row, context) -> row.getObject(1, type))
        .list();
  }
}
