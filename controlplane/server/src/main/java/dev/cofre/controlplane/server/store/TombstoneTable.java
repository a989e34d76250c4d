package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Tombstone;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Tombstones; written once, never changed. */
public final class TombstoneTable {
  private final Handle handle;

  TombstoneTable(Handle handle) {
    this.handle = handle;
  }

  /** Writes a new one. */
  public void insert(Tombstone tombstone) {
    handle
        .createUpdate(
            "insert into tombstone (key_id, version_number, document, signature,"
                + " verification_key_id, created_at) values (:key, :version, :document, :signature,"
                + " :verificationKeyId, :createdAt)")
        .bind("key", tombstone.keyId())
        .bind("version", tombstone.version())
        .bind("document", tombstone.document())
        .bind("signature", tombstone.signature())
        .bind("verificationKeyId", tombstone.verificationKeyId())
        .bind("createdAt", Times.column(tombstone.createdAt()))
        .execute();
  }

  /** Of the whole key ({@link Tombstone#WHOLE_KEY}) or of one version. */
  public Optional<Tombstone> find(UUID key, int version) {
    return handle
        .createQuery("select * from tombstone where key_id = :key and version_number = :version")
        .bind("key", key)
        .bind("version", version)
        .map(
            (row, context) ->
                new Tombstone(
                    row.getObject("key_id", UUID.class),
                    row.getInt("version_number"),
                    row.getBytes("document"),
                    row.getBytes("signature"),
                    row.getBytes("verification_key_id"),
                    Times.read(row, "created_at")))
        .findOne();
  }
}
