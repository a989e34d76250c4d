package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.ImportJob.State;
import dev.cofre.controlplane.domain.Stamp;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Imports that are being prepared, and those that ended not long ago. */
public final class ImportTable {
  /** So long it can be seen what became of one. */
  private static final Duration KEPT = Duration.ofDays(90);

  private final Handle handle;
  private final Instant now;

  ImportTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** Writes one whose pair is about to be made. */
  public void insert(UUID id, String tenant, String by) {
    Stamps.bind(
            handle.createUpdate(
                "insert into import_job (id, tenant, state, expires_at, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, 'CREATING', :expiresAt, "
                    + Stamps.VALUES
                    + ")"),
            Stamp.created(now, by))
        .bind("id", id)
        .bind("tenant", tenant)
        .bind("expiresAt", Times.column(now.plus(ImportJob.VALIDITY)))
        .execute();
  }

  /** Makes it usable; false when it was given up meanwhile. */
  public boolean finish(UUID id, ImportJob.Wrapping wrapping) {
    return handle
            .createUpdate(
                "update import_job set state = 'PENDING', algorithm = :algorithm,"
                    + " through = :through, public_key = :publicKey"
                    + " where id = :id and state = 'CREATING'")
            .bind("id", id)
            .bind("algorithm", wrapping.algorithm())
            .bind("through", wrapping.through())
            .bind("publicKey", wrapping.publicKey())
            .execute()
        == 1;
  }

  /** The one with {@code id} in {@code tenant}, when somebody could have been told of it. */
  public Optional<ImportJob> find(String tenant, UUID id) {
    return handle
        .createQuery(
            "select * from import_job where id = :id and tenant = :tenant"
                + " and public_key is not null")
        .bind("id", id)
        .bind("tenant", tenant)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Whether the one with {@code id} was made so far that somebody could have been told of it. */
  public boolean isVisible(UUID id) {
    return handle
            .createQuery(
                "select count(*) from import_job where id = :id and public_key is not null")
            .bind("id", id)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** The newest of {@code tenant} made before {@code before}; null for the newest of all. */
  public List<ImportJob> page(String tenant, ImportJob before, int limit) {
    return handle
        .createQuery(
            "select * from import_job where tenant = :tenant and public_key is not null"
                + " and (created_at < :createdAt or (created_at = :createdAt and id < :id))"
                + " order by created_at desc, id desc limit :limit")
        .bind("tenant", tenant)
        .bind(
            "createdAt", Times.column(before == null ? now.plus(KEPT) : before.stamp().createdAt()))
        .bind("id", before == null ? new UUID(0, 0) : before.id())
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** How many of {@code tenant} have a pair in the HSM. */
  public int open(String tenant) {
    return handle
        .createQuery(
            "select count(*) from import_job where tenant = :tenant and not pair_destroyed")
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  /** Ends one that takes material; false when it does not any more. */
  public boolean end(ImportJob job, State state, UUID keyId, String by) {
    return handle
            .createUpdate(
                "update import_job set state = :state, key_id = :keyId, updated_at = :now,"
                    + " updated_by = :by, revision = revision + 1"
                    + " where id = :id and state = 'PENDING'"
                    + (state == State.EXPIRED ? "" : " and expires_at > :now"))
            .bind("state", state.name())
            .bindByType("keyId", keyId, UUID.class)
            .bind("now", Times.column(now))
            .bind("by", by)
            .bind("id", job.id())
            .execute()
        == 1;
  }

  /** Counts material that was refused; the last time that is borne ends it. */
  public void refused(ImportJob job) {
    handle
        .createUpdate(
            "update import_job set refusals = refusals + 1,"
                + " state = case when refusals + 1 >= :max then 'FAILED' else state end"
                + " where id = :id and state = 'PENDING'")
        .bind("max", ImportJob.REFUSALS_MAX)
        .bind("id", job.id())
        .execute();
  }

  /** Those whose time is over and that were not ended. */
  public List<ImportJob> overdue(int limit) {
    return list("state = 'PENDING' and expires_at <= :now", limit);
  }

  /** The ids of those whose pair is to be destroyed. */
  public List<UUID> leftPairs(int limit) {
    return handle
        .createQuery(
            "select id from import_job where not pair_destroyed and (state not in"
                + " ('CREATING', 'PENDING') or (state = 'CREATING' and expires_at <= :now))"
                + " limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** Its pair is gone; one of which nobody was told is forgotten. */
  public void pairDestroyed(UUID id) {
    handle
        .createUpdate("update import_job set pair_destroyed = true where id = :id")
        .bind("id", id)
        .execute();
    handle
        .createUpdate("delete from import_job where id = :id and state = 'CREATING'")
        .bind("id", id)
        .execute();
  }

  /** Forgets what ended long ago. */
  public void forgetOld() {
    handle
        .createUpdate("delete from import_job where pair_destroyed and expires_at < :before")
        .bind("before", Times.column(now.minus(KEPT)))
        .execute();
  }

  private List<ImportJob> list(String where, int limit) {
    return handle
        .createQuery("select * from import_job where " + where + " limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  private static ImportJob read(ResultSet row) throws SQLException {
    return new ImportJob(
        row.getObject("id", UUID.class),
        row.getString("tenant"),
        State.valueOf(row.getString("state")),
        new ImportJob.Wrapping(
            row.getString("algorithm"), row.getString("through"), row.getBytes("public_key")),
        row.getInt("refusals"),
        Optional.ofNullable(row.getObject("key_id", UUID.class)),
        Times.read(row, "expires_at"),
        Stamps.read(row));
  }
}
