package dev.cofre.controlplane.server.store;

import dev.cofre.contract.audit.digest.WrappedDigestKey;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What encryption contexts in audit events are digested with, by the year of the events. */
public final class AuditDigestKeyTable {
  private final Handle handle;
  private final Instant now;

  AuditDigestKeyTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** Those of {@code from} to {@code to}, both included, the newest first. */
  public List<WrappedDigestKey> between(int from, int to) {
    return handle
        .createQuery(
            "select * from audit_digest_key where event_year between :from and :to"
                + " order by event_year desc")
        .bind("from", from)
        .bind("to", to)
        .map(
            (row, context) ->
                new WrappedDigestKey(
                    row.getObject("id", UUID.class),
                    row.getInt("event_year"),
                    row.getString("kek_label"),
                    row.getBytes("wrapped_key")))
        .list();
  }

  /** How many there are of {@code from} to {@code to}, both included. */
  public int count(int from, int to) {
    return handle
        .createQuery("select count(*) from audit_digest_key where event_year between :from and :to")
        .bind("from", from)
        .bind("to", to)
        .mapTo(Integer.class)
        .one();
  }

  /** Whether there is any. */
  public boolean isEmpty() {
    return handle.createQuery("select count(*) from audit_digest_key").mapTo(Integer.class).one()
        == 0;
  }

  /** Writes {@code key}, which is new. */
  public void insert(WrappedDigestKey key) {
    handle
        .createUpdate(
            "insert into audit_digest_key (event_year, id, kek_label, wrapped_key, created_at)"
                + " values (:year, cast(:id as uuid), :label, :wrapped, :now)")
        .bind("year", key.year())
        .bind("id", key.id().toString())
        .bind("label", key.kekLabel())
        .bind("wrapped", key.wrapped())
        .bind("now", Times.column(now))
        .execute();
  }
}
