package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.domain.Notice.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** What owners were told; each end is told once. */
public final class NoticeTable {
  private final Handle handle;
  private final Instant now;

  NoticeTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** What is to be told by now and was not, for keys of a class that expire, not written yet. */
  public List<Notice> dueExpiries(DataClassRules rules, int limit) {
    return due(
        Kind.KEY_EXPIRES,
        handle
            .createQuery(
                "select k.*, k.expires_at as due_at from kms_key k"
                    + " where k.state in ('PRE_ACTIVE', 'ACTIVE', 'DISABLED')"
                    + " and k.data_class = :class and k.expires_at > :now"
                    + " and k.expires_at <= :until and not exists (select 1 from notice n"
                    + " where n.key_id = k.id and n.kind = :kind and n.due_at = k.expires_at)"
                    + " order by k.expires_at limit :limit")
            .bind("class", rules.dataClass().wireName())
            .bind("until", Times.column(now.plus(Duration.ofDays(rules.warnDays()))))
            .bind("now", Times.column(now)),
        limit);
  }

  /** The same for keys whose destruction is scheduled. */
  public List<Notice> dueDestructions(int limit) {
    return due(
        Kind.KEY_DESTRUCTION,
        handle.createQuery(
            "select k.*, k.destroy_at as due_at from kms_key k"
                + " where k.state = 'PENDING_DESTRUCTION' and not exists (select 1 from notice n"
                + " where n.key_id = k.id and n.kind = :kind and n.due_at = k.destroy_at)"
                + " order by k.destroy_at limit :limit"),
        limit);
  }

  /**
   * The same for keys of a class whose current version has used {@code share} of a limit; each
   * version once.
   */
  public List<Notice> dueLimits(DataClassRules rules, Kind kind, double share, int limit) {
    return due(
        kind,
        OdometerTable.used(
            handle.createQuery(
                "select k.*, cast(:now as timestamp with time zone) as due_at"
                    + OdometerTable.CURRENT
                    + " and not exists (select 1 from notice n where n.key_id = k.id"
                    + " and n.kind = :kind and n.version_number = k.current_version)"
                    + " order by k.id limit :limit"),
            rules,
            share,
            now),
        limit);
  }

  private List<Notice> due(Kind kind, Query query, int limit) {
    return query
        .bind("kind", kind.wireName())
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Notice(
                    UUID.randomUUID(),
                    row.getString("tenant"),
                    row.getObject("id", UUID.class),
                    row.getString("alias"),
                    row.getString("owner"),
                    kind,
                    Times.read(row, "due_at"),
                    now,
                    null))
        .list();
  }

  /** Writes a new one, of the key's version that is current. */
  public void insert(Notice notice) {
    handle
        .createUpdate(
            "insert into notice (id, tenant, key_id, kind, due_at, created_at, version_number)"
                + " values (:id, :tenant, :key, :kind, :dueAt, :createdAt,"
                + " (select current_version from kms_key where id = :key))")
        .bind("id", notice.id())
        .bind("tenant", notice.tenant())
        .bind("key", notice.keyId())
        .bind("kind", notice.kind().wireName())
        .bind("dueAt", Times.column(notice.dueAt()))
        .bind("createdAt", Times.column(notice.createdAt()))
        .execute();
  }

  /**
   * Writes one that is about no key, unless the same was told for {@code dueAt}; whether it was
   * written.
   */
  public boolean tell(Kind kind, String tenant, String subject, Instant dueAt) {
    int before =
        handle
            .createQuery(
                "select count(*) from notice where kind = :kind and tenant = :tenant"
                    + " and subject = :subject and due_at = :dueAt")
            .bind("kind", kind.wireName())
            .bind("tenant", tenant)
            .bind("subject", subject)
            .bind("dueAt", Times.column(dueAt))
            .mapTo(Integer.class)
            .one();
    if (before > 0) {
      return false;
    }
    handle
        .createUpdate(
            "insert into notice (id, tenant, kind, due_at, created_at, subject)"
                + " values (:id, :tenant, :kind, :dueAt, :createdAt, :subject)")
        .bind("id", UUID.randomUUID())
        .bind("tenant", tenant)
        .bind("kind", kind.wireName())
        .bind("dueAt", Times.column(dueAt))
        .bind("createdAt", Times.column(now))
        .bind("subject", subject)
        .execute();
    return true;
  }

  /**
   * Writes one for {@code owner} that is about no key, unless it was told of {@code subject} for
   * {@code dueAt}.
   *
   * @param owner null: for those alone who see all
   */
  public void tell(Kind kind, String tenant, String subject, String owner, Instant dueAt) {
    if (tell(kind, tenant, subject, dueAt) && owner != null) {
      handle
          .createUpdate(
              "update notice set addressee = :owner where kind = :kind and tenant = :tenant"
                  + " and subject = :subject and due_at = :dueAt")
          .bind("owner", owner)
          .bind("kind", kind.wireName())
          .bind("tenant", tenant)
          .bind("subject", subject)
          .bind("dueAt", Times.column(dueAt))
          .execute();
    }
  }

  /**
   * The first {@code limit} notices of {@code tenant}, oldest first.
   *
   * @param after the notice that the page before ended with; null for the first page
   * @param owners whom they are for, or whose keys they are about; empty for everybody's
   */
  public List<Notice> page(String tenant, UUID after, Collection<String> owners, int limit) {
    Query query =
        handle.createQuery(
            "select n.*, k.alias, coalesce(k.owner, n.addressee) as owner from notice n left join kms_key k on k.id = n.key_id"
                + " where n.tenant = :tenant"
                + (owners.isEmpty()
                    ? ""
                    : " and (k.owner in (<owners>) or n.addressee in (<owners>))")
                + (after == null
                    ? ""
                    : " and (n.created_at > (select a.created_at from notice a where a.id = :after)"
                        + " or (n.created_at = (select a.created_at from notice a where a.id = :after)"
                        + " and n.id > :after))")
                + " order by n.created_at, n.id limit :limit");
    if (!owners.isEmpty()) {
      query.bindList("owners", List.copyOf(owners));
    }
    return query
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Those of {@code kind} that were told after {@code time}, the oldest first. */
  public List<Notice> after(Kind kind, Instant time, int limit) {
    return handle
        .createQuery(
            "select n.*, k.alias, coalesce(k.owner, n.addressee) as owner from notice n left join kms_key k on k.id = n.key_id"
                + " where n.kind = :kind and n.created_at > :time"
                + " order by n.created_at, n.id limit :limit")
        .bind("kind", kind.wireName())
        .bind("time", Times.column(time))
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  private static Notice read(ResultSet row) throws SQLException {
    return new Notice(
        row.getObject("id", UUID.class),
        row.getString("tenant"),
        row.getObject("key_id", UUID.class),
        row.getString("alias"),
        row.getString("owner"),
        Kind.of(row.getString("kind")),
        Times.read(row, "due_at"),
        Times.read(row, "created_at"),
        row.getString("subject"));
  }
}
