package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Groups of principals. */
public final class GroupTable {
  private final Handle handle;
  private final NamedRows<Group> rows;
  private final Changes changes;

  GroupTable(Handle handle, Changes changes) {
    this.handle = handle;
    this.rows = new NamedRows<>(handle, "principal_group", (row, context) -> read(row));
    this.changes = changes;
  }

  /** The group named {@code name}. */
  public Optional<Group> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** How many groups {@code tenant} has. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /** The first {@code limit} groups of {@code tenant} whose name sorts after {@code after}. */
  public List<Group> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  /** Writes a new group, and tells the data planes. */
  public void insert(Group group) {
    write(
        group,
        "insert into principal_group (tenant, name, members, roles, "
            + Stamps.COLUMNS
            + ") values (:tenant, :name, :members, :roles, "
            + Stamps.VALUES
            + ")");
  }

  /** Writes what {@code group} is now, and tells the data planes. */
  public void update(Group group) {
    write(
        group,
        "update principal_group set members = :members, roles = :roles,"
            + " created_at = :createdAt, created_by = :createdBy,"
            + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
            + " where tenant = :tenant and name = :name");
  }

  private void write(Group group, String sql) {
    Stamps.bind(handle.createUpdate(sql), group.stamp())
        .bind("tenant", group.tenant())
        .bind("name", group.name())
        .bind("members", JsonText.of(group.members()))
        .bind("roles", JsonText.of(group.roles().stream().map(Role::wireName).sorted().toList()))
        .execute();
    changes.group(group);
  }

  /** Removes {@code group}, and tells the data planes. */
  public void delete(Group group) {
    handle
        .createUpdate("delete from principal_group where tenant = :tenant and name = :name")
        .bind("tenant", group.tenant())
        .bind("name", group.name())
        .execute();
    changes.removedGroup(group.id());
  }

  private static Group read(ResultSet row) throws SQLException {
    return new Group(
        row.getString("tenant"),
        row.getString("name"),
        JsonText.texts(row.getString("members")),
        java.util.Set.copyOf(
            JsonText.texts(row.getString("roles")).stream().map(Role::of).toList()),
        Stamps.read(row));
  }
}
