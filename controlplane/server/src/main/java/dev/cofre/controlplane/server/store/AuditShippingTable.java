package dev.cofre.controlplane.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** How far nodes' audit logs are archived. */
public final class AuditShippingTable {
  /** An archive that heard nothing of a log for so long may be replaced by another one. */
  private static final Duration HELD = Duration.ofHours(1);

  private static final int LOGS_MAX = 10_000;

  private final Handle handle;
  private final Instant now;

  AuditShippingTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /**
   * A log that is shipped.
   *
   * @param archive which took it
   * @param archived records that are archived
   * @param sealed records that its node had sealed then
   * @param contactAt when its node was heard of last
   * @param currentAt when all that was sealed was archived, the last time
   * @param now by the same clock
   */
  public record Shipping(
      String origin,
      String archive,
      long archived,
      long sealed,
      Instant contactAt,
      Instant currentAt,
      Instant now) {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** {@code current}, {@code late} when not all was archived for a minute, or {@code stopped}. */
    public String state() {
      if (contactAt.plus(PATIENCE).isBefore(now)) {
        return "stopped";
      }
      return archived < sealed && currentAt.plus(PATIENCE).isBefore(now) ? "late" : "current";
    }
  }

  /**
   * Notes that {@code archive} was offered {@code origin}.
   *
   * @return false when another archive has the log
   */
  public boolean note(String origin, String archive, long archived, long sealed) {
    int updated =
        handle
            .createUpdate(
                "update audit_shipping set archive = :archive, archived_size = :archived,"
                    + " sealed_size = :sealed, contact_at = :now, current_at ="
                    + " case when :archived >= :sealed then :now else current_at end"
                    + " where origin = :origin and (archive = :archive or contact_at < :held)")
            .bind("origin", origin)
            .bind("archive", archive)
            .bind("archived", archived)
            .bind("sealed", sealed)
            .bind("now", Times.column(now))
            .bind("held", Times.column(now.minus(HELD)))
            .execute();
    if (updated > 0) {
      return true;
    }
    boolean known =
        handle
                .createQuery("select count(*) from audit_shipping where origin = :origin")
                .bind("origin", origin)
                .mapTo(Integer.class)
                .one()
            > 0;
    if (!known) {
      handle
          .createUpdate(
              "insert into audit_shipping (origin, archive, archived_size, sealed_size, contact_at,"
                  + " current_at) values (:origin, :archive, :archived, :sealed, :now, :now)")
          .bind("origin", origin)
          .bind("archive", archive)
          .bind("archived", archived)
          .bind("sealed", sealed)
          .bind("now", Times.column(now))
          .execute();
    }
    return !known;
  }

  /** All logs that were ever shipped, by origin. */
  public List<Shipping> all() {
    return handle
        .createQuery("select * from audit_shipping order by origin limit :limit")
        .bind("limit", LOGS_MAX)
        .map((row, context) -> read(row))
        .list();
  }

  private Shipping read(ResultSet row) throws SQLException {
    return new Shipping(
        row.getString("origin"),
        row.getString("archive"),
        row.getLong("archived_size"),
        row.getLong("sealed_size"),
        Times.read(row, "contact_at"),
        Times.read(row, "current_at"),
        now);
  }
}
