package dev.cofre.controlplane.server.store;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.ChangeSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The snapshot revisions and their digest chain. */
public final class RevisionTable {
  private final Handle handle;
  private final Instant now;

  RevisionTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** Begins epoch 1 at revision 0 when there is no head yet. */
  void beginFirstEpoch() {
    handle
        .createUpdate(
            "insert into snapshot_head (only_row, epoch, revision, digest)"
                + " values (1, 1, 0, :digest) on conflict do nothing")
        .bind("digest", SnapshotDigest.root(1))
        .execute();
  }

  /** Whether there is a head to be read: not in a database without tables. */
  boolean hasHead() {
    return handle
            .createQuery(
                "select count(*) from information_schema.tables"
                    + " where lower(table_name) = 'snapshot_head'")
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** The head as it was committed last. */
  public SnapshotHead head() {
    return head("");
  }

  /** The head, which nobody else changes before this transaction ends. */
  SnapshotHead lockHead() {
    return head(" for update");
  }

  private SnapshotHead head(String suffix) {
    return handle
        .createQuery(
            "select epoch, revision, digest from snapshot_head where only_row = 1" + suffix)
        .map((row, context) -> readHead(row))
        .one();
  }

  private static SnapshotHead readHead(ResultSet row) throws SQLException {
    return new SnapshotHead(row.getLong(1), row.getLong(2), row.getBytes(3));
  }

  /** Appends what was changed; null when nothing was. */
  SnapshotHead append(Changes changes) {
    SnapshotHead head = head();
    long revision = head.revision() + 1;
    Optional<ChangeSet> changeSet = changes.toChangeSet(revision);
    if (changeSet.isEmpty()) {
      return null;
    }
    byte[] encoded = changeSet.get().toByteArray();
    byte[] digest = SnapshotDigest.next(head.digest(), encoded);
    handle
        .createUpdate(
            "insert into snapshot_revision (epoch, revision, changes, digest, created_at)"
                + " values (:epoch, :revision, :changes, :digest, :now)")
        .bind("epoch", head.epoch())
        .bind("revision", revision)
        .bind("changes", encoded)
        .bind("digest", digest)
        .bind("now", Times.column(now))
        .execute();
    handle
        .createUpdate(
            "update snapshot_head set revision = :revision, digest = :digest where only_row = 1")
        .bind("revision", revision)
        .bind("digest", digest)
        .execute();
    return new SnapshotHead(head.epoch(), revision, digest);
  }

  /** The digest after {@code revision}, when there is such a revision. */
  public Optional<byte[]> digestAt(long epoch, long revision) {
    if (revision == 0) {
      return Optional.of(SnapshotDigest.root(epoch));
    }
    return handle
        .createQuery(
            "select digest from snapshot_revision where epoch = :epoch and revision = :revision")
        .bind("epoch", epoch)
        .bind("revision", revision)
        .map((row, context) -> row.getBytes(1))
        .findOne();
  }

  /** The change sets after {@code after} up to {@code upTo}, in order. */
  public List<ChangeSet> changesBetween(long epoch, long after, long upTo) {
    return handle
        .createQuery(
            "select changes from snapshot_revision"
                + " where epoch = :epoch and revision > :after and revision <= :upTo"
                + " order by revision")
        .bind("epoch", epoch)
        .bind("after", after)
        .bind("upTo", upTo)
        .map((row, context) -> parse(row.getBytes(1)))
        .list();
  }

  /** The last revision of the head's epoch that was made at {@code time} or before. */
  public SnapshotHead headAt(Instant time) {
    SnapshotHead last = head();
    return handle
        .createQuery(
            "select epoch, revision, digest from snapshot_revision"
                + " where epoch = :epoch and created_at <= :time order by revision desc limit 1")
        .bind("epoch", last.epoch())
        .bind("time", Times.column(time))
        .map((row, context) -> readHead(row))
        .findOne()
        .orElse(new SnapshotHead(last.epoch(), 0, SnapshotDigest.root(last.epoch())));
  }

  private static ChangeSet parse(byte[] encoded) {
    try {
      return ChangeSet.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw StoreException.unreadable(e);
    }
  }
}
