package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.SecretExport;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Sealed secrets that wait to be fetched; those whose time is over are removed. */
public final class SecretExportTable {
  private final Handle handle;
  private final Instant now;

  SecretExportTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** Writes a new one. */
  public void insert(SecretExport export, byte[] bundle) {
    handle
        .createUpdate(
            "insert into secret_export (id, tenant, requester, recipient, secrets, bundle,"
                + " created_at, expires_at) values (:id, :tenant, :requester, :recipient,"
                + " :secrets, :bundle, :createdAt, :expiresAt)")
        .bind("id", export.id())
        .bind("tenant", export.tenant())
        .bind("requester", export.requester())
        .bind("recipient", export.recipient())
        .bind("secrets", export.secrets())
        .bind("bundle", bundle)
        .bind("createdAt", Times.column(export.createdAt()))
        .bind("expiresAt", Times.column(export.expiresAt()))
        .execute();
  }

  /** The one {@code id} that {@code requester} asked for, when its time is not over. */
  public Optional<SecretExport> find(String tenant, String requester, UUID id) {
    return handle
        .createQuery(
            "select * from secret_export where id = :id and tenant = :tenant"
                + " and requester = :requester and expires_at > :now")
        .bind("id", id)
        .bind("tenant", tenant)
        .bind("requester", requester)
        .bind("now", Times.column(now))
        .map(
            (row, context) ->
                new SecretExport(
                    id,
                    row.getString("tenant"),
                    row.getString("requester"),
                    row.getString("recipient"),
                    row.getInt("secrets"),
                    Times.read(row, "created_at"),
                    Times.read(row, "expires_at")))
        .findOne();
  }

  /** What is in {@code export}; empty when it is gone. */
  public Optional<byte[]> bundle(SecretExport export) {
    return handle
        .createQuery("select bundle from secret_export where id = :id")
        .bind("id", export.id())
        .mapTo(byte[].class)
        .findOne();
  }

  /** How many {@code tenant} has whose time is not over. */
  public int count(String tenant) {
    return handle
        .createQuery(
            "select count(*) from secret_export where tenant = :tenant and expires_at > :now")
        .bind("tenant", tenant)
        .bind("now", Times.column(now))
        .mapTo(Integer.class)
        .one();
  }

  /** Whether {@link #removeOver} has something to do. */
  public boolean hasOver() {
    return handle
            .createQuery("select count(*) from secret_export where expires_at <= :now")
            .bind("now", Times.column(now))
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Removes those whose time is over. */
  public void removeOver() {
    handle
        .createUpdate("delete from secret_export where expires_at <= :now")
        .bind("now", Times.column(now))
        .execute();
  }
}
