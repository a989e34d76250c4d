package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.AuditRemoval;
import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.domain.DataClass;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** How long audit events stay in archives, and what was removed of these. */
public final class AuditRetentionTable {
  private static final int ONLY = 1;
  private static final String COLUMNS =
      "no_key_days, public_days, internal_days, confidential_days, restricted_days, ";

  private final Handle handle;
  private final Instant now;

  AuditRetentionTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** What is set; as shipped when nobody has set any. */
  public AuditRetention get() {
    return handle
        .createQuery("select * from audit_retention where id = :id")
        .bind("id", ONLY)
        .map((row, context) -> retention(row))
        .findOne()
        .orElse(AuditRetention.SHIPPED);
  }

  private static AuditRetention retention(ResultSet row) throws SQLException {
    Map<DataClass, Integer> days = new EnumMap<>(DataClass.class);
    for (DataClass dataClass : DataClass.values()) {
      int found = row.getInt(dataClass.wireName() + "_days");
      if (found > 0) {
        days.put(dataClass, found);
      }
    }
    return new AuditRetention(days, row.getInt("no_key_days"), Stamps.read(row));
  }

  /** Writes {@code retention} in the place of what was set. */
  public void put(AuditRetention retention) {
    handle.createUpdate("delete from audit_retention where id = :id").bind("id", ONLY).execute();
    var insert =
        Stamps.bind(
                handle.createUpdate(
                    "insert into audit_retention (id, "
                        + COLUMNS
                        + Stamps.COLUMNS
                        + ") values (:id, :noKey, :public, :internal, :confidential, :restricted, "
                        + Stamps.VALUES
                        + ")"),
                retention.stamp())
            .bind("id", ONLY)
            .bind("noKey", retention.noKeyDays());
    Arrays.stream(DataClass.values())
        .forEach(of -> insert.bind(of.wireName(), retention.days().getOrDefault(of, 0)));
    insert.execute();
  }

  /** The data classes of those of the keys {@code ids} that there are, or were. */
  public Map<UUID, DataClass> classes(Collection<UUID> ids) {
    Map<UUID, DataClass> found = new HashMap<>();
    if (!ids.isEmpty()) {
      handle
          .createQuery("select id, data_class from kms_key where id in (<ids>)")
          .bindList("ids", List.copyOf(ids))
          .map(
              (row, context) ->
                  Map.entry(
                      row.getObject("id", UUID.class), DataClass.of(row.getString("data_class"))))
          .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    }
    return found;
  }

  /** The data classes of the keys, of any tenant, that are named by one of {@code aliases}. */
  public List<DataClass> classesOf(Collection<String> aliases) {
    return aliases.isEmpty()
        ? List.of()
        : handle
            .createQuery("select distinct data_class from kms_key where alias in (<aliases>)")
            .bindList("aliases", List.copyOf(aliases))
            .map((row, context) -> DataClass.of(row.getString("data_class")))
            .list();
  }

  /** Writes that {@code removal} is decided. */
  public void insert(AuditRemoval removal) {
    handle
        .createUpdate(
            "insert into audit_removal (archive, log, segment, first_event, events, lost,"
                + " oldest_at, newest_at, bytes, sha256, policy, decided_at, statement) values"
                + " (:archive, :log, :segment, :first, :events, :lost, :oldest, :newest, :bytes,"
                + " :sha256, :policy, :decided, :statement)")
        .bind("archive", removal.archive())
        .bind("log", removal.log())
        .bind("segment", removal.segment())
        .bind("first", removal.first())
        .bind("events", removal.events())
        .bind("lost", removal.lost())
        .bind("oldest", Times.column(removal.oldest()))
        .bind("newest", Times.column(removal.newest()))
        .bind("bytes", removal.bytes())
        .bind("sha256", removal.sha256())
        .bind("policy", removal.policy())
        .bind("decided", Times.column(removal.decided()))
        .bind("statement", removal.statement())
        .execute();
  }

  /** What was decided of {@code segment}, done or not. */
  public Optional<AuditRemoval> find(String archive, String log, long segment) {
    return handle
        .createQuery(
            "select * from audit_removal where archive = :archive and log = :log"
                + " and segment = :segment")
        .bind("archive", archive)
        .bind("log", log)
        .bind("segment", segment)
        .map((row, context) -> removal(row))
        .findOne();
  }

  /** Takes {@code removal} away: it is not to be, or is decided anew. */
  public void delete(AuditRemoval removal) {
    handle
        .createUpdate(
            "delete from audit_removal where archive = :archive and log = :log"
                + " and segment = :segment")
        .bind("archive", removal.archive())
        .bind("log", removal.log())
        .bind("segment", removal.segment())
        .execute();
  }

  /** Removals from {@code archive} that are decided and not done, the first segments first. */
  public List<AuditRemoval> open(String archive, int limit) {
    return handle
        .createQuery(
            "select * from audit_removal where archive = :archive and removed_at is null"
                + " order by log, segment limit :limit")
        .bind("archive", archive)
        .bind("limit", limit)
        .map((row, context) -> removal(row))
        .list();
  }

  /** How many segments of all archives are about to be removed. */
  public int openCount() {
    return handle
        .createQuery("select count(*) from audit_removal where removed_at is null")
        .mapTo(Integer.class)
        .one();
  }

  /** Writes that the files of {@code removal} are gone; again changes nothing. */
  public void done(AuditRemoval removal) {
    handle
        .createUpdate(
            "update audit_removal set removed_at = :now where archive = :archive and log = :log"
                + " and segment = :segment and removed_at is null")
        .bind("now", Times.column(now))
        .bind("archive", removal.archive())
        .bind("log", removal.log())
        .bind("segment", removal.segment())
        .execute();
  }

  /** The newest removals of all archives, {@code limit} of them at most. */
  public List<AuditRemoval> newest(int limit) {
    return handle
        .createQuery(
            "select * from audit_removal order by decided_at desc, archive, log, segment desc"
                + " limit :limit")
        .bind("limit", limit)
        .map((row, context) -> removal(row))
        .list();
  }

  private static AuditRemoval removal(ResultSet row) throws SQLException {
    return new AuditRemoval(
        row.getString("archive"),
        row.getString("log"),
        row.getLong("segment"),
        row.getLong("first_event"),
        row.getLong("events"),
        row.getLong("lost"),
        Times.read(row, "oldest_at"),
        Times.read(row, "newest_at"),
        row.getLong("bytes"),
        row.getString("sha256"),
        row.getString("policy"),
        Times.read(row, "decided_at"),
        Times.find(row, "removed_at").orElse(null),
        row.getString("statement"));
  }
}
