package dev.cofre.controlplane.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The data plane nodes that follow the snapshots of this database. Who asked when is told by the
 * database's clock alone, so that all control planes agree on it.
 */
public final class NodeTable {
  /** How many processes of nodes are kept at most. */
  public static final int NODES_MAX = 1_000;

  private final Handle handle;

  NodeTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * What a node tells of itself with a question.
   *
   * @param identity as was proven
   * @param instance its process
   * @param name what it calls itself
   * @param epoch of the snapshot that is in force on it; 0 when there is none
   * @param revision of that snapshot
   * @param leaseMs for how long it goes on without a fresh answer
   * @param dataKeyMs how long data keys live that it hands out
   */
  public record Sighting(
      String identity,
      String instance,
      String name,
      long epoch,
      long revision,
      long leaseMs,
      long dataKeyMs) {}

  /**
   * A node as it was heard of last.
   *
   * @param acknowledgedAt when it first said that this revision is in force on it
   * @param seenAt when it asked last
   * @param now by the clock of {@code seenAt}
   */
  public record Node(
      Sighting last, Instant registeredAt, Instant acknowledgedAt, Instant seenAt, Instant now) {
    /** How much the clocks of a node and the database may go apart, in parts of the lease. */
    private static final int DRIFT_PART = 100;

    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** From when on it surely refuses everything, unless it asks again before. */
    public Instant fencedAt() {
      return seenAt.plusMillis(last.leaseMs() + last.leaseMs() / DRIFT_PART).plus(MARGIN);
    }

    /** Whether it surely refuses everything. */
    public boolean isFenced() {
      return fencedAt().isBefore(now);
    }

    /** Whether {@code head}, or what came after it, is in force on it. */
    public boolean follows(SnapshotHead head) {
      return last.epoch() > head.epoch()
          || (last.epoch() == head.epoch() && last.revision() >= head.revision());
    }
  }

  /** Notes a node's question; false when there is no room for one more node. */
  public boolean seen(Sighting node) {
    if (update(node) == 0) {
      if (!hasRoom()) {
        return false;
      }
      insert(node);
    }
    return true;
  }

  private int update(Sighting node) {
    return handle
        .createUpdate(
            "update data_plane_node set seen_at = current_timestamp, name = :name,"
                + " lease_ms = :lease, data_key_ms = :dataKey,"
                + " acknowledged_at = case when epoch = :epoch and revision = :revision"
                + " then acknowledged_at else current_timestamp end,"
                + " epoch = :epoch, revision = :revision"
                + " where identity = :identity and instance = :instance")
        .bind("name", node.name())
        .bind("lease", node.leaseMs())
        .bind("dataKey", node.dataKeyMs())
        .bind("epoch", node.epoch())
        .bind("revision", node.revision())
        .bind("identity", node.identity())
        .bind("instance", node.instance())
        .execute();
  }

  private void insert(Sighting node) {
    handle
        .createUpdate(
            "insert into data_plane_node (identity, instance, name, registered_at, seen_at, epoch,"
                + " revision, acknowledged_at, lease_ms, data_key_ms) values (:identity,"
                + " :instance, :name, current_timestamp, current_timestamp, :epoch, :revision,"
                + " current_timestamp, :lease, :dataKey)")
        .bind("identity", node.identity())
        .bind("instance", node.instance())
        .bind("name", node.name())
        .bind("epoch", node.epoch())
        .bind("revision", node.revision())
        .bind("lease", node.leaseMs())
        .bind("dataKey", node.dataKeyMs())
        .execute();
  }

  private boolean hasRoom() {
    return handle.createQuery("select count(*) from data_plane_node").mapTo(Integer.class).one()
        < NODES_MAX;
  }

  /** Takes a process of {@code identity} off the list: it serves nobody any more. */
  public boolean remove(String identity, String instance) {
    return handle
            .createUpdate(
                "delete from data_plane_node where identity = :identity and instance = :instance")
            .bind("identity", identity)
            .bind("instance", instance)
            .execute()
        > 0;
  }

  /** Takes {@code node} off the list unless it has asked since it was read. */
  public void forget(Node node) {
    handle
        .createUpdate(
            "delete from data_plane_node where identity = :identity and instance = :instance"
                + " and seen_at <= :seen")
        .bind("identity", node.last().identity())
        .bind("instance", node.last().instance())
        .bind("seen", Times.column(node.seenAt()))
        .execute();
  }

  /** How many may serve: those whose lease is not over. */
  public int live() {
    return handle
        .createQuery(
            "select count(*) from data_plane_node where seen_at > current_timestamp"
                + " - interval '1' second * cast(lease_ms / 1000 + 1 as integer)")
        .mapTo(Integer.class)
        .one();
  }

  /** All of them, by name. */
  public List<Node> all() {
    return handle
        .createQuery(
            "select n.*, current_timestamp as now_at from data_plane_node n"
                + " order by name, identity, instance limit :limit")
        .bind("limit", NODES_MAX)
        .map((row, context) -> read(row))
        .list();
  }

  private static Node read(ResultSet row) throws SQLException {
    return new Node(
        new Sighting(
            row.getString("identity"),
            row.getString("instance"),
            row.getString("name"),
            row.getLong("epoch"),
            row.getLong("revision"),
            row.getLong("lease_ms"),
            row.getLong("data_key_ms")),
        Times.read(row, "registered_at"),
        Times.read(row, "acknowledged_at"),
        Times.read(row, "seen_at"),
        row.getObject("now_at", OffsetDateTime.class).toInstant());
  }
}
