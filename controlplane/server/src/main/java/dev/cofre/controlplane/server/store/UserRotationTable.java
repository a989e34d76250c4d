package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.domain.UserRotationDraft;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * Secrets that are rotated between two users. Who works on one has its claim's number; each change
 * of the work names it, so that who was too slow changes nothing any more.
 */
public final class UserRotationTable {
  private static final String SELECT =
      "select r.*, e.name as engine_name from user_rotation r"
          + " join secret_engine e on e.id = r.engine_id";
  private static final String DUE =
      " next_at <= :now and (claimed_until is null or claimed_until <= :now)";
  private static final String HELD = " where secret_id = :secret and claim = :claim";

  private final Handle handle;

  UserRotationTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * How they are.
   *
   * @param failing whose last try failed
   * @param oldestDue since when the one is due that is longest so; null: none is
   */
  public record Figures(int rotations, int failing, Instant oldestDue) {}

  /** The rotation of {@code secret}. */
  public Optional<UserRotation> find(UUID secret) {
    return handle
        .createQuery(SELECT + " where r.secret_id = :secret")
        .bind("secret", secret)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** Whether the values of {@code secret} are made by a rotation. */
  public boolean isRotated(UUID secret) {
    return find(secret).isPresent();
  }

  /** Whether {@code engine} has one. */
  public boolean isUsed(UUID engine) {
    return handle
            .createQuery("select count(*) from user_rotation where engine_id = :engine")
            .bind("engine", engine)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Whether another secret than {@code but} is rotated by one of {@code users} at that place. */
  public boolean areTaken(SecretEngineDraft at, List<String> users, UUID but) {
    return handle
            .createQuery(
                "select count(*) from user_rotation r join secret_engine e on e.id = r.engine_id"
                    + " where lower(e.host) = lower(:host) and e.port = :port"
                    + " and r.secret_id <> :but and (r.user_a in (<users>) or r.user_b in (<users>))")
            .bind("host", at.host())
            .bind("port", at.port())
            .bind("but", but)
            .bindList("users", users)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Writes a new one. */
  public void insert(UserRotation rotation) {
    UserRotationDraft draft = rotation.draft();
    described(
            handle.createUpdate(
                "insert into user_rotation (secret_id, engine_id, user_a, user_b, creates, grants,"
                    + " period_s, active_user, next_user, published_version, due_at, next_at, claim,"
                    + " attempts, "
                    + Stamps.COLUMNS
                    + ") values (:secret, :engine, :userA, :userB, :creates, :grants, :period,"
                    + " :active, :next, :published, :dueAt, :nextAt, :claim, 0, "
                    + Stamps.VALUES
                    + ")"),
            rotation)
        .bind("engine", rotation.engine())
        .bind("userA", draft.users().getFirst())
        .bind("userB", draft.users().getLast())
        .bind("creates", draft.create())
        .bind("active", rotation.activeUser())
        .bind("next", rotation.nextUser())
        .bind("published", rotation.publishedVersion())
        .bind("dueAt", Times.column(rotation.dueAt()))
        .bind("nextAt", Times.column(rotation.nextAt()))
        .bind("claim", rotation.claim())
        .execute();
  }

  /** Writes period and grants of {@code rotation}; what is due later is due by the new period. */
  public void update(UserRotation rotation) {
    described(
            handle.createUpdate(
                "update user_rotation set grants = :grants, period_s = :period,"
                    // It may have been taken since it was read, which stands in no order with this.
                    + " due_at = case when next_user is null then :dueAt else due_at end,"
                    + " next_at = case when next_user is null then :nextAt else next_at end,"
                    + " created_at = :createdAt, created_by = :createdBy,"
                    + " updated_at = :updatedAt, updated_by = :updatedBy, revision = :revision"
                    + " where secret_id = :secret"),
            rotation)
        .bind("dueAt", Times.column(rotation.dueAt()))
        .bind("nextAt", Times.column(rotation.nextAt()))
        .execute();
  }

  private static Update described(Update update, UserRotation rotation) {
    List<Map<String, Object>> grants =
        rotation.draft().grants().stream().map(TargetGrant::document).toList();
    return Stamps.bind(update, rotation.stamp())
        .bind("secret", rotation.secret())
        .bind("grants", JsonText.of(Map.of("grants", grants)))
        .bind("period", rotation.draft().period().toSeconds());
  }

  /** Removes the rotation of {@code secret}, which stays with its versions. */
  public void delete(UUID secret) {
    handle
        .createUpdate("delete from user_rotation where secret_id = :secret")
        .bind("secret", secret)
        .execute();
  }

  /** Has the rotation of {@code rotation}'s secret be due now, written ahead. */
  public void request(UserRotation rotation, Instant now) {
    handle
        .createUpdate(
            "update user_rotation set next_at = :now, next_user = :next,"
                + " due_at = case when due_at < :now then due_at else :now end"
                + " where secret_id = :secret")
        .bind("secret", rotation.secret())
        .bind("next", rotation.changedUser())
        .bind("now", Times.column(now))
        .execute();
  }

  /** Engines with one that is due at {@code now}, the longest first, at most {@code limit}. */
  public List<UUID> dueEngines(Instant now, int limit) {
    return handle
        .createQuery(
            "select engine_id from user_rotation where"
                + DUE
                + " group by engine_id order by min(next_at) limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /** The one of {@code engine} that is due longest. */
  public Optional<UUID> due(UUID engine, Instant now) {
    return handle
        .createQuery(
            "select secret_id from user_rotation where engine_id = :engine and"
                + DUE
                + " order by next_at limit 1")
        .bind("engine", engine)
        .bind("now", Times.column(now))
        .mapTo(UUID.class)
        .findOne();
  }

  /**
   * Takes the rotation of {@code secret} when it is due, and writes ahead whose password is to be
   * changed.
   *
   * @return what was taken; empty when it is not due, or another one has it
   */
  public Optional<UserRotation> claim(UUID secret, Instant now, Instant until) {
    return take(secret, now, until) ? find(secret) : Optional.empty();
  }

  /** The same, without reading it: whether it was taken. */
  public boolean take(UUID secret, Instant now, Instant until) {
    return handle
            .createUpdate(
                "update user_rotation set claim = claim + 1, claimed_until = :until,"
                    + " next_user = case when active_user = user_a then user_b else user_a end"
                    + " where secret_id = :secret and"
                    + DUE)
            .bind("secret", secret)
            .bind("now", Times.column(now))
            .bind("until", Times.column(until))
            .execute()
        == 1;
  }

  /** Whether nobody has taken {@code claimed} since, nor ended it. */
  public boolean isHeld(UserRotation claimed) {
    return find(claimed.secret()).filter(now -> now.claim() == claimed.claim()).isPresent();
  }

  /**
   * Notes that {@code claimed} is at its end: its user is the active one.
   *
   * @return false when it was taken from who says so
   */
  public boolean published(UserRotation claimed, int version, Instant now) {
    return held(
                "update user_rotation set active_user = next_user, next_user = null,"
                    + " published_version = :version, rotated_at = :now, due_at = :nextAt,"
                    + " next_at = :nextAt, claimed_until = null, attempts = 0, last_error = null,"
                    + " revision = revision + 1"
                    + HELD,
                claimed)
            .bind("version", version)
            .bind("now", Times.column(now))
            .bind("nextAt", Times.column(now.plus(claimed.draft().period())))
            .execute()
        == 1;
  }

  /** Notes that {@code claimed} failed, and is to be tried again; see {@link #published}. */
  public boolean failed(UserRotation claimed, String why, Instant nextAt) {
    return held(
                "update user_rotation set attempts = attempts + 1, last_error = :why,"
                    + " next_at = :nextAt, claimed_until = null"
                    + HELD,
                claimed)
            .bind("why", why)
            .bind("nextAt", Times.column(nextAt))
            .execute()
        == 1;
  }

  private Update held(String sql, UserRotation claimed) {
    return handle.createUpdate(sql).bind("secret", claimed.secret()).bind("claim", claimed.claim());
  }

  /** How all are at {@code now}. */
  public Figures figures(Instant now) {
    return handle
        .createQuery(
            "select count(*) as rotations, count(case when attempts > 0 then 1 end) as failing,"
                + " min(case when due_at <= :now then due_at end) as oldest from user_rotation")
        .bind("now", Times.column(now))
        .map(
            (row, context) ->
                new Figures(
                    row.getInt("rotations"),
                    row.getInt("failing"),
                    Times.find(row, "oldest").orElse(null)))
        .one();
  }

  /** Read as it was, by the reader that checked it when it came: what is stored is checked too. */
  private static UserRotation read(ResultSet row) throws SQLException {
    Map<String, Object> document = JsonText.document(row.getString("grants"));
    document.put("engine", row.getString("engine_name"));
    document.put("users", List.of(row.getString("user_a"), row.getString("user_b")));
    document.put("create", row.getBoolean("creates"));
    document.put("periodSeconds", row.getLong("period_s"));
    return new UserRotation(
        row.getObject("secret_id", UUID.class),
        row.getObject("engine_id", UUID.class),
        UserRotationDraft.read(document),
        row.getString("active_user"),
        row.getString("next_user"),
        row.getInt("published_version"),
        Times.find(row, "rotated_at").orElse(null),
        Times.read(row, "due_at"),
        Times.read(row, "next_at"),
        row.getLong("claim"),
        Times.find(row, "claimed_until").orElse(null),
        row.getInt("attempts"),
        row.getString("last_error"),
        Stamps.read(row));
  }
}
