package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretRotation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Secrets without their values. */
public final class SecretTable {
  private final Handle handle;
  private final NamedRows<Secret> rows;

  SecretTable(Handle handle) {
    this.handle = handle;
    this.rows = new NamedRows<>(handle, "secret", (row, context) -> read(row));
  }

  /** The secret named {@code name} in {@code tenant}. */
  public Optional<Secret> find(String tenant, String name) {
    return rows.find(tenant, name);
  }

  /** The secret {@code id}. */
  public Optional<Secret> find(UUID id) {
    return rows.find(id);
  }

  /** The same, when one of {@code owners} owns it. */
  public Optional<Secret> findOwned(String tenant, String name, Collection<String> owners) {
    return handle
        .createQuery(
            "select * from secret where tenant = :tenant and name = :name and owner in (<owners>)")
        .bind("tenant", tenant)
        .bind("name", name)
        .bindList("owners", List.copyOf(owners))
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Whether {@code owner} owns any. */
  public boolean isOwner(String tenant, String owner) {
    return rows.isOwner(tenant, owner);
  }

  /** How many secrets {@code tenant} has. */
  public int count(String tenant) {
    return rows.count(tenant);
  }

  /** The first {@code limit} secrets of {@code tenant} whose name sorts after {@code after}. */
  public List<Secret> page(String tenant, String after, int limit) {
    return rows.page(tenant, after, limit);
  }

  /** The same of those that one of {@code owners} owns. */
  public List<Secret> pageOwned(String tenant, Collection<String> owners, String after, int limit) {
    return rows.pageOwned(tenant, owners, after, limit);
  }

  /**
   * The same of those that one of {@code readers} has a grant on at {@code now}, or on a group that
   * they are in.
   */
  public List<Secret> pageGranted(
      String tenant, Collection<String> readers, Instant now, String after, int limit) {
    return handle
        .createQuery(
            "select * from secret where tenant = :tenant and name > :after and (name in"
                + SecretGrantTable.GRANTED
                + " or name in (select secret_name from secret_group_member"
                + " where tenant = :tenant and '"
                + SecretGroup.PREFIX
                + "' || group_name in"
                + SecretGrantTable.GRANTED
                + ")) order by name limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .bind("now", Times.column(now))
        .bindList("readers", List.copyOf(readers))
        .map((row, context) -> read(row))
        .list();
  }

  /** The first {@code limit} secrets in the group {@code group}, by name after {@code after}. */
  public List<Secret> pageOfGroup(String tenant, String group, String after, int limit) {
    return handle
        .createQuery(
            "select * from secret where tenant = :tenant and name > :after and name in"
                + " (select secret_name from secret_group_member where tenant = :tenant"
                + " and group_name = :group) order by name limit :limit")
        .bind("tenant", tenant)
        .bind("group", group)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes a new secret. */
  public void insert(Secret secret) {
    write(
        secret,
        "insert into secret (id, tenant, name, environment, data_class, owner, description,"
            + " expires_at, rotation_days, no_rotation_reason, current_version, "
            + Stamps.COLUMNS
            + ") values (:id, :tenant, :name, :environment, :dataClass, :owner, :description,"
            + " :expiresAt, :rotationDays, :reason, :current, "
            + Stamps.VALUES
            + ")");
  }

  /** Writes what {@code secret} is now; its name, environment and class stay. */
  public void update(Secret secret) {
    write(
        secret,
        "update secret set owner = :owner, description = :description, expires_at = :expiresAt,"
            + " rotation_days = :rotationDays, no_rotation_reason = :reason,"
            + " current_version = :current, created_at = :createdAt, created_by = :createdBy,"
            + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
            + " where id = :id and tenant = :tenant and name = :name"
            + " and environment = :environment and data_class = :dataClass");
  }

  private void write(Secret secret, String sql) {
    SecretDraft draft = secret.draft();
    Stamps.bind(handle.createUpdate(sql), secret.stamp())
        .bind("id", secret.id())
        .bind("tenant", draft.tenant())
        .bind("name", draft.name())
        .bind("environment", draft.environment().wireName())
        .bind("dataClass", draft.dataClass().wireName())
        .bind("owner", draft.owner())
        .bind("description", draft.description())
        .bind("expiresAt", Times.column(draft.expiresAt()))
        .bind("rotationDays", draft.rotation().days())
        .bind("reason", draft.rotation().noneReason())
        .bind("current", secret.currentVersion())
        .execute();
  }

  private static Secret read(ResultSet row) throws SQLException {
    SecretDraft draft =
        new SecretDraft(
            row.getString("name"),
            row.getString("tenant"),
            Environment.of(row.getString("environment")),
            DataClass.of(row.getString("data_class")),
            row.getString("owner"),
            row.getString("description"),
            Times.read(row, "expires_at"),
            new SecretRotation(row.getInt("rotation_days"), row.getString("no_rotation_reason")));
    return new Secret(
        row.getObject("id", UUID.class), draft, row.getInt("current_version"), Stamps.read(row));
  }
}
