package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.VersionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Which keys something is to be done with by now. Each answer is bounded. */
public final class DueKeys {
  private final Handle handle;
  private final Instant now;

  DueKeys(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** A version that is to be destroyed. */
  public record DueVersion(UUID keyId, int number) {}

  /**
   * Active keys of a class whose current version is older than its interval, oldest first; not
   * those whose material is brought.
   */
  public List<UUID> rotation(DataClassRules rules, int limit) {
    return ids(
        handle
            .createQuery(
                "select id from kms_key where state = 'ACTIVE' and data_class = :class"
                    + " and origin = 'GENERATED' and rotated_at <= :before and expires_at > :now"
                    + " order by rotated_at limit :limit")
            .bind("class", rules.dataClass().wireName())
            .bind("before", Times.column(rules.rotationDueBefore(now)))
            .bind("limit", limit));
  }

  /**
   * Active keys of a class whose current version has used {@link VersionLimits#ROLL_SHARE} of one
   * of its limits, by id; not those whose material is brought.
   *
   * @param age younger versions are not replaced for their use
   */
  public List<UUID> rotationByUse(DataClassRules rules, Duration age, int limit) {
    return OdometerTable.used(
            handle.createQuery(
                "select k.id"
                    + OdometerTable.CURRENT
                    + " and k.origin = 'GENERATED' and k.rotated_at <= :before"
                    + " order by k.id limit :limit"),
            rules,
            VersionLimits.ROLL_SHARE,
            now)
        .bind("before", Times.column(now.minus(age)))
        .bind("limit", limit)
        .map((row, context) -> row.getObject(1, UUID.class))
        .list();
  }

  /** Active keys that have expired. */
  public List<UUID> expiry(int limit) {
    return ids(
        handle
            .createQuery(
                "select id from kms_key where state = 'ACTIVE' and expires_at <= :now"
                    + " order by expires_at limit :limit")
            .bind("limit", limit));
  }

  /** Pre-active keys whose time has come. */
  public List<UUID> activation(int limit) {
    return ids(
        handle
            .createQuery(
                "select id from kms_key where state = 'PRE_ACTIVE' and activates_at <= :now"
                    + " order by activates_at limit :limit")
            .bind("limit", limit));
  }

  /** Keys whose waiting period has ended. */
  public List<UUID> destruction(int limit) {
    return ids(
        handle
            .createQuery(
                "select id from kms_key where state = 'PENDING_DESTRUCTION' and destroy_at <= :now"
                    + " order by destroy_at limit :limit")
            .bind("limit", limit));
  }

  /** Versions whose waiting period has ended, of keys that are not destroyed. */
  public List<DueVersion> versionDestruction(int limit) {
    return handle
        .createQuery(
            "select v.key_id, v.version_number from key_version v join kms_key k on k.id = v.key_id"
                + " where v.use_state = 'PENDING_DESTRUCTION' and v.destroy_at <= :now"
                + " and k.state <> 'DESTROYED' order by v.destroy_at limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .map((row, context) -> new DueVersion(row.getObject(1, UUID.class), row.getInt(2)))
        .list();
  }

  private List<UUID> ids(Query query) {
    return query
        .bind("now", Times.column(now))
        .map((row, context) -> row.getObject(1, UUID.class))
        .list();
  }
}
