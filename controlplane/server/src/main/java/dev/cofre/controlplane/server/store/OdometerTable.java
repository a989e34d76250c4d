package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.RecentUse;
import dev.cofre.controlplane.domain.VersionAmount;
import dev.cofre.controlplane.domain.VersionLimits;
import dev.cofre.controlplane.domain.VersionUse;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;

/** What was encrypted under each version of a key, and how far each archived log is counted. */
public final class OdometerTable {
  private static final int BATCH = 1_000;
  private static final double DAY_MS = 86_400_000;

  /** The sum, or the largest number where it would go beyond. */
  private static final String ADDED =
      "case when # > 9223372036854775807 - :# then 9223372036854775807 else # + :# end";

  /** Less than this of late is nothing: a database may refuse what is too small for its numbers. */
  private static final double RECENT_LEAST = 1e-9;

  /**
   * What was used before weighs less now; see {@link RecentUse}. The exponent has a bound, for a
   * database may refuse the exponential of a long time instead of taking it as 0.
   */
  private static final String FADED =
      "case when # < "
          + RECENT_LEAST
          + " then 0 else # * exp(greatest(least(recent_day - :day, 0), -40)) end + :#";

  private static final String WHERE = " where key_id = :key and version_number = :version";

  /** Keys that encrypt and whose current version is used as {@link #used} says. */
  static final String CURRENT =
      " from kms_key k join key_version_use u"
          + " on u.key_id = k.id and u.version_number = k.current_version"
          + " where k.state = 'ACTIVE' and k.data_class = :class and k.expires_at > :now"
          + " and (u.messages >= :messages or u.bytes >= :bytes or u.data_keys >= :dataKeys)";

  private final Handle handle;
  private final Instant now;

  OdometerTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** How many records of the log {@code origin} are counted. */
  public long counted(String origin) {
    return handle
        .createQuery("select next_index from odometer_log where origin = :origin")
        .bind("origin", origin)
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /**
   * Adds what the records {@code from} to {@code to} of {@code origin} hold, once: when the log is
   * not counted up to {@code from} exactly, nothing is changed. Versions that do not exist are left
   * out.
   *
   * @param amounts at most one of each version
   * @return whether it was added
   */
  public boolean add(String origin, long from, long to, List<VersionAmount> amounts) {
    if (!moveOn(origin, from, to)) {
      return false;
    }
    // In one order, whoever adds: two control planes do not wait for each other in a circle.
    List<VersionAmount> sorted =
        amounts.stream()
            .sorted(
                Comparator.comparing(VersionAmount::keyId).thenComparingInt(VersionAmount::version))
            .toList();
    for (int i = 0; i < sorted.size(); i += BATCH) {
      notUpdated(sorted.subList(i, Math.min(sorted.size(), i + BATCH))).forEach(this::insert);
    }
    return true;
  }

  private boolean moveOn(String origin, long from, long to) {
    int moved =
        handle
            .createUpdate(
                "update odometer_log set next_index = :to, counted_at = :now"
                    + " where origin = :origin and next_index = :from")
            .bind("origin", origin)
            .bind("from", from)
            .bind("to", to)
            .bind("now", Times.column(now))
            .execute();
    if (moved > 0 || from > 0) {
      return moved > 0;
    }
    if (isKnown(origin)) {
      return false;
    }
    // Two that insert at once meet at the primary key, and one of them fails and looks again.
    handle
        .createUpdate(
            "insert into odometer_log (origin, next_index, counted_at)"
                + " values (:origin, :to, :now)")
        .bind("origin", origin)
        .bind("to", to)
        .bind("now", Times.column(now))
        .execute();
    return true;
  }

  private boolean isKnown(String origin) {
    return handle
            .createQuery("select count(*) from odometer_log where origin = :origin")
            .bind("origin", origin)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Adds to the rows that are there; gives those that are not. */
  private List<VersionAmount> notUpdated(List<VersionAmount> amounts) {
    PreparedBatch batch =
        handle.prepareBatch(
            "update key_version_use set messages = "
                + ADDED.replace("#", "messages")
                + ", bytes = "
                + ADDED.replace("#", "bytes")
                + ", data_keys = "
                + ADDED.replace("#", "data_keys")
                + ", recent_messages = "
                + FADED.replace("#", "recent_messages")
                + ", recent_bytes = "
                + FADED.replace("#", "recent_bytes")
                + ", recent_data_keys = "
                + FADED.replace("#", "recent_data_keys")
                + ", recent_day = :day, counted_at = :now"
                + WHERE);
    amounts.forEach(amount -> bind(batch, amount).add());
    int[] updated = batch.execute();
    List<VersionAmount> left = new ArrayList<>();
    for (int i = 0; i < updated.length; i++) {
      if (updated[i] == 0) {
        left.add(amounts.get(i));
      }
    }
    return left;
  }

  private void insert(VersionAmount amount) {
    if (exists(amount)) {
      bind(
              handle.createUpdate(
                  "insert into key_version_use (key_id, version_number, messages, bytes, data_keys,"
                      + " recent_messages, recent_bytes, recent_data_keys, recent_day, counted_at)"
                      + " values (:key, :version, :messages, :bytes, :data_keys, :recent_messages,"
                      + " :recent_bytes, :recent_data_keys, :day, :now)"),
              amount)
          .execute();
    }
  }

  /** A node's log may name anything; rows are kept of what is there. */
  private boolean exists(VersionAmount amount) {
    return handle
            .createQuery("select count(*) from key_version" + WHERE)
            .bind("key", amount.keyId())
            .bind("version", amount.version())
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  private <T extends SqlStatement<T>> T bind(T statement, VersionAmount amount) {
    return statement
        .bind("key", amount.keyId())
        .bind("version", amount.version())
        .bind("messages", amount.messages())
        .bind("bytes", amount.bytes())
        .bind("data_keys", amount.dataKeys())
        .bind("recent_messages", recent(amount.recent().messages()))
        .bind("recent_bytes", recent(amount.recent().bytes()))
        .bind("recent_data_keys", recent(amount.recent().dataKeys()))
        .bind("day", now.toEpochMilli() / DAY_MS)
        .bind("now", Times.column(now));
  }

  private static double recent(double amount) {
    return amount < RECENT_LEAST ? 0 : amount;
  }

  /** The uses of all versions of {@code key} that were used, by number. */
  public List<VersionUse> of(UUID key) {
    return handle
        .createQuery("select * from key_version_use where key_id = :key order by version_number")
        .bind("key", key)
        .map((row, context) -> read(row))
        .list();
  }

  /** The use of one version of {@code key}. */
  public VersionUse of(UUID key, int version) {
    return handle
        .createQuery("select * from key_version_use" + WHERE)
        .bind("key", key)
        .bind("version", version)
        .map((row, context) -> read(row))
        .findOne()
        .orElseGet(() -> VersionUse.none(key, version, now));
  }

  /**
   * The keys of a class whose current version has used most of its limits, the most used first.
   *
   * @param limit how many at most
   */
  public List<UUID> mostUsed(DataClassRules rules, int limit) {
    VersionLimits limits = rules.versions();
    return handle
        .createQuery(
            "select k.id from kms_key k join key_version_use u"
                + " on u.key_id = k.id and u.version_number = k.current_version"
                + " where k.state = 'ACTIVE' and k.data_class = :class"
                + " order by greatest(cast(u.messages as double precision) / :messages,"
                + " cast(u.bytes as double precision) / :bytes,"
                + " cast(u.data_keys as double precision) / :dataKeys) desc limit :limit")
        .bind("class", rules.dataClass().wireName())
        .bind("messages", (double) limits.messagesMax())
        .bind("bytes", (double) limits.bytesMax())
        .bind("dataKeys", (double) limits.dataKeysMax())
        .bind("limit", limit)
        .map((row, context) -> row.getObject(1, UUID.class))
        .list();
  }

  /** Says which uses {@link #CURRENT} is about: {@code share} or more of a limit of the class. */
  static <T extends SqlStatement<T>> T used(
      T statement, DataClassRules rules, double share, Instant now) {
    return statement
        .bind("class", rules.dataClass().wireName())
        .bind("now", Times.column(now))
        .bind("messages", rules.versions().messages(share))
        .bind("bytes", rules.versions().bytes(share))
        .bind("dataKeys", rules.versions().dataKeys(share));
  }

  private static VersionUse read(ResultSet row) throws SQLException {
    return new VersionUse(
        row.getObject("key_id", UUID.class),
        row.getInt("version_number"),
        row.getLong("messages"),
        row.getLong("bytes"),
        row.getLong("data_keys"),
        new RecentUse(
            row.getDouble("recent_messages"),
            row.getDouble("recent_bytes"),
            row.getDouble("recent_data_keys")),
        Times.read(row, "counted_at"));
  }
}
