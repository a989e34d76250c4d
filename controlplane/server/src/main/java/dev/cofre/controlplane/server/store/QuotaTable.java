package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Quota;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The quotas of principals and tenants. */
public final class QuotaTable {
  private final Handle handle;
  private final Changes changes;

  QuotaTable(Handle handle, Changes changes) {
    this.handle = handle;
    this.changes = changes;
  }

  /** The quota of {@code principal}. */
  public Optional<Quota> find(String tenant, String principal) {
    return handle
        .createQuery("select * from quota where tenant = :tenant and principal_id = :principal")
        .bind("tenant", tenant)
        .bind("principal", principal)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** How many quotas {@code tenant} has. */
  public int count(String tenant) {
    return handle
        .createQuery("select count(*) from quota where tenant = :tenant")
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  /** The first {@code limit} of {@code tenant} whose principal sorts after {@code after}. */
  public List<Quota> page(String tenant, String after, int limit) {
    return handle
        .createQuery(
            "select * from quota where tenant = :tenant and principal_id > :after"
                + " order by principal_id limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes {@code quota}, new or changed, and tells the data planes. */
  public void put(Quota quota) {
    int updated =
        write(
            quota,
            "update quota set per_second = :perSecond, per_day = :perDay,"
                + " created_at = :createdAt, created_by = :createdBy, updated_at = :updatedAt,"
                + " updated_by = :updatedBy, revision = :revision"
                + " where tenant = :tenant and principal_id = :principal");
    if (updated == 0) {
      write(
          quota,
          "insert into quota (tenant, principal_id, per_second, per_day, "
              + Stamps.COLUMNS
              + ") values (:tenant, :principal, :perSecond, :perDay, "
              + Stamps.VALUES
              + ")");
    }
    changes.quota(quota);
  }

  private int write(Quota quota, String sql) {
    return Stamps.bind(handle.createUpdate(sql), quota.stamp())
        .bind("tenant", quota.tenant())
        .bind("principal", quota.principal())
        .bind("perSecond", quota.perSecond())
        .bind("perDay", quota.perDay())
        .execute();
  }

  /** Removes {@code quota}, and tells the data planes. */
  public void delete(Quota quota) {
    handle
        .createUpdate("delete from quota where tenant = :tenant and principal_id = :principal")
        .bind("tenant", quota.tenant())
        .bind("principal", quota.principal())
        .execute();
    changes.removedQuota(quota.id());
  }

  private static Quota read(ResultSet row) throws SQLException {
    return new Quota(
        row.getString("tenant"),
        row.getString("principal_id"),
        row.getLong("per_second"),
        row.getLong("per_day"),
        Stamps.read(row));
  }
}
