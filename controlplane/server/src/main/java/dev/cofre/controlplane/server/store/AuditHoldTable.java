package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.AuditHold;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Legal holds on audit events, those that were lifted too. */
public final class AuditHoldTable {
  private final Handle handle;

  AuditHoldTable(Handle handle) {
    this.handle = handle;
  }

  /** The hold {@code name}. */
  public Optional<AuditHold> find(String name) {
    return handle
        .createQuery("select * from audit_hold where name = :name")
        .bind("name", name)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Those that hold, by name. */
  public List<AuditHold> active() {
    return handle
        .createQuery("select * from audit_hold where lifted_at is null order by name")
        .map((row, context) -> read(row))
        .list();
  }

  /** The first {@code limit} whose name sorts after {@code after}. */
  public List<AuditHold> page(String after, int limit) {
    return handle
        .createQuery("select * from audit_hold where name > :after order by name limit :limit")
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes {@code hold}, which is new. */
  public void insert(AuditHold hold) {
    Stamps.bind(
            handle.createUpdate(
                "insert into audit_hold (name, reason, key_name, key_id, principal_id, from_at,"
                    + " to_at, "
                    + Stamps.COLUMNS
                    + ") values (:name, :reason, :key, cast(:keyId as uuid), :principal,"
                    + " cast(:from as timestamp with time zone),"
                    + " cast(:to as timestamp with time zone), "
                    + Stamps.VALUES
                    + ")"),
            hold.stamp())
        .bind("name", hold.name())
        .bind("reason", hold.reason())
        .bind("key", hold.key())
        .bind("keyId", hold.keyId() == null ? null : hold.keyId().toString())
        .bind("principal", hold.principal())
        .bindByType("from", column(hold.from()), OffsetDateTime.class)
        .bindByType("to", column(hold.to()), OffsetDateTime.class)
        .execute();
  }

  private static OffsetDateTime column(Instant time) {
    return time == null ? null : Times.column(time);
  }

  /** Writes that {@code hold} was lifted. */
  public void lift(AuditHold hold) {
    handle
        .createUpdate(
            "update audit_hold set lifted_at = :lifted, updated_at = :at, updated_by = :by,"
                + " revision = :revision where name = :name")
        .bind("lifted", Times.column(hold.liftedAt()))
        .bind("at", Times.column(hold.stamp().updatedAt()))
        .bind("by", hold.stamp().updatedBy())
        .bind("revision", hold.stamp().revision())
        .bind("name", hold.name())
        .execute();
  }

  private static AuditHold read(ResultSet row) throws SQLException {
    return new AuditHold(
        row.getString("name"),
        row.getString("reason"),
        row.getString("key_name"),
        row.getObject("key_id", UUID.class),
        row.getString("principal_id"),
        Times.find(row, "from_at").orElse(null),
        Times.find(row, "to_at").orElse(null),
        Stamps.read(row),
        Times.find(row, "lifted_at").orElse(null));
  }
}
