package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Enrolment;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Places for machines without credentials, and the digests of their codes. */
public final class EnrolmentTable {
  /** So long after its end a place is remembered, to tell that its code is used again. */
  private static final Duration KEPT = Duration.ofDays(7);

  private final Handle handle;
  private final Instant now;

  EnrolmentTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** The place with {@code id}. */
  public Optional<Enrolment> find(UUID id) {
    return handle
        .createQuery("select * from enrolment where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The place whose code has {@code digest}. */
  public Optional<Enrolment> findByCode(byte[] digest) {
    return handle
        .createQuery("select * from enrolment where digest = :digest")
        .bind("digest", digest)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Those of the principal with {@code id}. */
  public List<Enrolment> of(String id) {
    return handle
        .createQuery("select * from enrolment where principal_id = :id order by created_at, id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes a new place without a code, and forgets the long ended ones. */
  public void insert(Enrolment enrolment) {
    handle
        .createUpdate("delete from enrolment where expires_at < :oldest")
        .bind("oldest", Times.column(now.minus(KEPT)))
        .execute();
    handle
        .createUpdate(
            "insert into enrolment (id, tenant, principal_id, valid_seconds, expires_at,"
                + " created_at, created_by)"
                + " values (:id, :tenant, :principal, :valid, :expires, :now, :by)")
        .bind("id", enrolment.id())
        .bind("tenant", enrolment.tenant())
        .bind("principal", enrolment.principal())
        .bind("valid", enrolment.validSeconds())
        .bind("expires", Times.column(enrolment.expiresAt()))
        .bind("now", Times.column(enrolment.createdAt()))
        .bind("by", enrolment.createdBy())
        .execute();
  }

  /** Gives the place with {@code id} its code; false when it has one, or is over. */
  public boolean issue(UUID id, byte[] digest, Instant expiresAt) {
    return handle
            .createUpdate(
                "update enrolment set digest = :digest, expires_at = :expires"
                    + " where id = :id and digest is null and expires_at > :now")
            .bind("digest", digest)
            .bind("expires", Times.column(expiresAt))
            .bind("now", Times.column(now))
            .bind("id", id)
            .execute()
        == 1;
  }

  /** Notes that the code of the place with {@code id} was used; false when it cannot be. */
  public boolean use(UUID id) {
    return handle
            .createUpdate(
                "update enrolment set used_at = :now"
                    + " where id = :id and used_at is null and expires_at > :now")
            .bind("now", Times.column(now))
            .bind("id", id)
            .execute()
        == 1;
  }

  /** Removes the place with {@code id}: its code is refused from then on. */
  public void delete(UUID id) {
    handle.createUpdate("delete from enrolment where id = :id").bind("id", id).execute();
  }

  private static Enrolment read(ResultSet row) throws SQLException {
    return new Enrolment(
        row.getObject("id", UUID.class),
        row.getString("tenant"),
        row.getString("principal_id"),
        row.getLong("valid_seconds"),
        row.getBytes("digest") != null,
        Times.read(row, "expires_at"),
        Times.find(row, "used_at"),
        Times.read(row, "created_at"),
        row.getString("created_by"));
  }
}
