package dev.cofre.controlplane.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The heads of audit logs that nodes sent. */
public final class AuditHeadTable {
  private final Handle handle;
  private final Instant now;

  AuditHeadTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /**
   * A log that is known.
   *
   * @param reporter who sent its first head
   * @param verificationKey that signed it
   */
  public record Log(String origin, String reporter, String verificationKey) {}

  /**
   * A head that is kept.
   *
   * @param note as it was signed
   */
  public record Head(String origin, long size, String note, Instant receivedAt) {}

  /** The log {@code origin}, if it is known. */
  public Optional<Log> log(String origin) {
    return handle
        .createQuery("select * from audit_log where origin = :origin")
        .bind("origin", origin)
        .map(
            (row, context) ->
                new Log(
                    row.getString("origin"),
                    row.getString("reporter"),
                    row.getString("verification_key")))
        .findOne();
  }

  /**
   * Enters a log that was not known, and gives what is known of it now: what another transaction
   * entered meanwhile stays.
   */
  public Log enter(Log log) {
    handle
        .createUpdate(
            "insert into audit_log (origin, reporter, verification_key, known_since)"
                + " values (:origin, :reporter, :key, :now) on conflict do nothing")
        .bind("origin", log.origin())
        .bind("reporter", log.reporter())
        .bind("key", log.verificationKey())
        .bind("now", Times.column(now))
        .execute();
    return log(log.origin()).orElseThrow();
  }

  /** The newest head of {@code origin}. */
  public Optional<Head> last(String origin) {
    return handle
        .createQuery(
            "select * from audit_head where origin = :origin order by tree_size desc limit 1")
        .bind("origin", origin)
        .map((row, context) -> read(row))
        .findOne();
  }

  /**
   * Keeps a head that is newer than all others of its log. Of those that came less than {@code
   * spacing} after one that is kept, only the newest stays.
   */
  public void insert(String origin, long size, String note, Duration spacing) {
    List<Head> latest =
        handle
            .createQuery(
                "select * from audit_head where origin = :origin order by tree_size desc limit 2")
            .bind("origin", origin)
            .map((row, context) -> read(row))
            .list();
    if (latest.size() == 2
        && latest.get(0).receivedAt().isBefore(latest.get(1).receivedAt().plus(spacing))) {
      handle
          .createUpdate("delete from audit_head where origin = :origin and tree_size = :size")
          .bind("origin", origin)
          .bind("size", latest.get(0).size())
          .execute();
    }
    handle
        .createUpdate(
            "insert into audit_head (origin, tree_size, note, received_at)"
                + " values (:origin, :size, :note, :now)")
        .bind("origin", origin)
        .bind("size", size)
        .bind("note", note)
        .bind("now", Times.column(now))
        .execute();
  }

  /** The newest head of each log, from the one behind {@code after} on. */
  public List<Head> page(String after, int limit) {
    return handle
        .createQuery(
            "select h.* from audit_head h where h.origin > :after and h.tree_size ="
                + " (select max(m.tree_size) from audit_head m where m.origin = h.origin)"
                + " order by h.origin limit :limit")
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  private static Head read(ResultSet row) throws SQLException {
    return new Head(
        row.getString("origin"),
        row.getLong("tree_size"),
        row.getString("note"),
        Times.read(row, "received_at"));
  }
}
