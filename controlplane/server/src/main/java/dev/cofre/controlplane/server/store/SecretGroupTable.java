package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretGroupDraft;
import dev.cofre.controlplane.domain.SecretGroupMember;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Groups of secrets, and which secrets are in them. */
public final class SecretGroupTable {
  private final Handle handle;
  private final NamedRows<SecretGroup> rows;

  SecretGroupTable(Handle handle) {
    this.handle = handle;
    this.rows = new NamedRows<>(handle, "secret_group", (row, context) -> read(row));
  }

  /** The group named {@code name}. */
  public Optional<SecretGroup> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** How many {@code tenant} has. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /** Whether {@code owner} owns any. */
  public boolean isOwner(String tenant, String owner) {
    return rows.isOwner(tenant, owner);
  }

  /** The first {@code limit} groups of {@code tenant} whose name sorts after {@code after}. */
  public List<SecretGroup> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  /** The same of those that one of {@code owners} owns. */
  public List<SecretGroup> pageOwned(
      String tenant, Collection<String> owners, String after, int limit) {
    return rows.pageOwned(tenant, owners, after, limit);
  }

  /** The same of those that one of {@code readers} has a grant on at {@code now}. */
  public List<SecretGroup> pageGranted(
      String tenant, Collection<String> readers, Instant now, String after, int limit) {
    return handle
        .createQuery(
            "select * from secret_group where tenant = :tenant and name > :after"
                + " and '"
                + SecretGroup.PREFIX
                + "' || name in"
                + SecretGrantTable.GRANTED
                + " order by name limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .bind("now", Times.column(now))
        .bindList("readers", List.copyOf(readers))
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes a new group. */
  public void insert(SecretGroup group) {
    write(
        group,
        "insert into secret_group (id, tenant, name, environment, data_class, owner, description, "
            + Stamps.COLUMNS
            + ") values (:id, :tenant, :name, :environment, :dataClass, :owner, :description, "
            + Stamps.VALUES
            + ")");
  }

  /** Writes what {@code group} is now; its name, environment and class stay. */
  public void update(SecretGroup group) {
    write(
        group,
        "update secret_group set owner = :owner, description = :description,"
            + " created_at = :createdAt, created_by = :createdBy,"
            + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
            + " where id = :id and tenant = :tenant and name = :name"
            + " and environment = :environment and data_class = :dataClass");
  }

  private void write(SecretGroup group, String sql) {
    SecretGroupDraft draft = group.draft();
    Stamps.bind(handle.createUpdate(sql), group.stamp())
        .bind("id", group.id())
        .bind("tenant", draft.tenant())
        .bind("name", draft.name())
        .bind("environment", draft.environment().wireName())
        .bind("dataClass", draft.dataClass().wireName())
        .bind("owner", draft.owner())
        .bind("description", draft.description())
        .execute();
  }

  /** Removes {@code group}; what was in it is in it no more. */
  public void delete(SecretGroup group) {
    handle
        .createUpdate(
            "delete from secret_group_member where tenant = :tenant and group_name = :name")
        .bind("tenant", group.tenant())
        .bind("name", group.name())
        .execute();
    handle.createUpdate("delete from secret_group where id = :id").bind("id", group.id()).execute();
  }

  /** What is in {@code group}, by name. */
  public List<SecretGroupMember> members(SecretGroup group) {
    return handle
        .createQuery(
            "select * from secret_group_member where tenant = :tenant and group_name = :name"
                + " order by secret_name limit "
                + SecretGroup.MEMBERS_MAX)
        .bind("tenant", group.tenant())
        .bind("name", group.name())
        .map(
            (row, context) ->
                new SecretGroupMember(
                    row.getString("secret_name"),
                    Times.read(row, "added_at"),
                    row.getString("added_by")))
        .list();
  }

  /** The names of the groups that {@code secret} is in. */
  public List<String> of(String tenant, String secret) {
    return handle
        .createQuery(
            "select group_name from secret_group_member where tenant = :tenant"
                + " and secret_name = :secret order by group_name limit "
                + SecretGroup.OF_SECRET_MAX)
        .bind("tenant", tenant)
        .bind("secret", secret)
        .mapTo(String.class)
        .list();
  }

  /** Whether {@code secret} is in one of the groups {@code names}. */
  public boolean isInOneOf(String tenant, Collection<String> names, String secret) {
    return !names.isEmpty()
        && handle
                .createQuery(
                    "select count(*) from secret_group_member where tenant = :tenant"
                        + " and group_name in (<names>) and secret_name = :secret")
                .bind("tenant", tenant)
                .bind("secret", secret)
                .bindList("names", List.copyOf(names))
                .mapTo(Integer.class)
                .one()
            > 0;
  }

  /** Puts {@code member} into {@code group}, in which it is not. */
  public void add(SecretGroup group, SecretGroupMember member) {
    handle
        .createUpdate(
            "insert into secret_group_member (tenant, group_name, secret_name, added_at, added_by)"
                + " values (:tenant, :name, :secret, :addedAt, :addedBy)")
        .bind("tenant", group.tenant())
        .bind("name", group.name())
        .bind("secret", member.secret())
        .bind("addedAt", Times.column(member.addedAt()))
        .bind("addedBy", member.addedBy())
        .execute();
  }

  /** Takes {@code secret} out of {@code group}. */
  public void remove(SecretGroup group, String secret) {
    handle
        .createUpdate(
            "delete from secret_group_member where tenant = :tenant and group_name = :name"
                + " and secret_name = :secret")
        .bind("tenant", group.tenant())
        .bind("name", group.name())
        .bind("secret", secret)
        .execute();
  }

  private static SecretGroup read(ResultSet row) throws SQLException {
    return new SecretGroup(
        row.getObject("id", UUID.class),
        new SecretGroupDraft(
            row.getString("name"),
            row.getString("tenant"),
            Environment.of(row.getString("environment")),
            DataClass.of(row.getString("data_class")),
            row.getString("owner"),
            row.getString("description")),
        Stamps.read(row));
  }
}
