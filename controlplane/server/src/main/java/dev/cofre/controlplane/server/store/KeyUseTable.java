package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KeyUseCount;
import dev.cofre.controlplane.domain.UseReport;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** How often who did what with which key, as nodes report it. */
public final class KeyUseTable {
  private static final int FETCHED = 1_000;
  private static final String WHERE =
      " where key_id = :key and principal_id = :principal and action = :action";

  private final Handle handle;
  private final Instant now;

  KeyUseTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** Adds what a node reports, within a change; false when it was added before. */
  public boolean add(UseReport report) {
    int seen =
        handle
            .createQuery(
                "select count(*) from use_report where node = :node and report_id = :report")
            .bind("node", report.node())
            .bind("report", report.id())
            .mapTo(Integer.class)
            .one();
    if (seen > 0) {
      return false;
    }
    handle
        .createUpdate("delete from use_report where node = :node")
        .bind("node", report.node())
        .execute();
    handle
        .createUpdate(
            "insert into use_report (node, report_id, received_at) values (:node, :report, :now)")
        .bind("node", report.node())
        .bind("report", report.id())
        .bind("now", Times.column(now))
        .execute();
    insert(notUpdated(report.uses()));
    return true;
  }

  private List<KeyUseCount> notUpdated(List<KeyUseCount> uses) {
    if (uses.isEmpty()) {
      return uses;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "update key_use set uses = uses + :uses, last_used_at = greatest(last_used_at, :lastAt)"
                + WHERE);
    uses.forEach(use -> bind(batch, use));
    int[] updated = batch.execute();
    List<KeyUseCount> left = new ArrayList<>();
    for (int i = 0; i < updated.length; i++) {
      if (updated[i] == 0) {
        left.add(uses.get(i));
      }
    }
    return left;
  }

  private void insert(List<KeyUseCount> uses) {
    if (uses.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "insert into key_use (key_id, principal_id, action, uses, last_used_at)"
                + " values (:key, :principal, :action, :uses, :lastAt)");
    uses.forEach(use -> bind(batch, use));
    batch.execute();
  }

  private static void bind(PreparedBatch batch, KeyUseCount use) {
    batch
        .bind("key", use.keyId())
        .bind("principal", use.principal())
        .bind("action", use.action().wireName())
        .bind("uses", use.uses())
        .bind("lastAt", Times.column(use.lastAt()))
        .add();
  }

  /** What is known of {@code key}, latest use first, at most {@code limit}. */
  public List<KeyUseCount> of(UUID key, int limit) {
    return handle
        .createQuery(
            "select * from key_use where key_id = :key order by last_used_at desc limit :limit")
        .bind("key", key)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /**
   * Gives {@code action} the uses at {@code since} or later, {@code limit} at most, in no order.
   *
   * @return whether these were all
   */
  public boolean forEachSince(Instant since, int limit, Consumer<KeyUseCount> action) {
    int[] seen = new int[1];
    handle
        .createQuery("select * from key_use where last_used_at >= :since limit :limit")
        .bind("since", Times.column(since))
        .bind("limit", limit + 1)
        .setFetchSize(FETCHED)
        .map((row, context) -> read(row))
        .forEach(
            use -> {
              if (seen[0]++ < limit) {
                action.accept(use);
              }
            });
    return seen[0] <= limit;
  }

  private static KeyUseCount read(ResultSet row) throws SQLException {
    return new KeyUseCount(
        row.getObject("key_id", UUID.class),
        row.getString("principal_id"),
        KeyUse.of(row.getString("action")),
        row.getLong("uses"),
        Times.read(row, "last_used_at"));
  }
}
