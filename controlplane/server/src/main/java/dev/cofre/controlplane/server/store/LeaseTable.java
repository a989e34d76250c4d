package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.DynamicRoleDraft.OwnedObjects;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.LeaseState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The lives of credentials. Each change of a state names the states that it leaves from, so that of
 * two who do it one does.
 */
public final class LeaseTable {
  private static final String LIVE = " and next_at is not null";

  /** Of what is due: its credential may work still, for its time has not come. */
  private static final String WORKS = " and state in ('REVOKING', 'PENDING') and expires_at > :now";

  private final Handle handle;

  LeaseTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Which leases are meant; what is null selects nothing in particular.
   *
   * @param owners null: those of all engines; else of engines that one of these owns
   */
  public record Filter(
      String tenant,
      UUID engine,
      String role,
      String principal,
      LeaseState state,
      Collection<String> owners) {
    private String where() {
      return " where l.tenant = :tenant"
          + (engine == null ? "" : " and l.engine_id = :engine")
          + (role == null ? "" : " and l.role_name = :role")
          + (principal == null ? "" : " and l.principal = :principal")
          + (state == null ? "" : " and l.state = :state")
          + (owners == null
              ? ""
              : " and l.engine_id in (select id from secret_engine"
                  + " where tenant = :tenant and owner in (<owners>))");
    }

    private <T extends org.jdbi.v3.core.statement.SqlStatement<T>> T bind(T statement) {
      statement.bind("tenant", tenant);
      if (engine != null) {
        statement.bind("engine", engine);
      }
      if (role != null) {
        statement.bind("role", role);
      }
      if (principal != null) {
        statement.bind("principal", principal);
      }
      if (state != null) {
        statement.bind("state", state.name());
      }
      if (owners != null) {
        statement.bindList("owners", List.copyOf(owners));
      }
      return statement;
    }
  }

  /** The lease {@code id}. */
  public Optional<Lease> find(UUID id) {
    return handle
        .createQuery("select * from lease where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The first {@code limit} leases of {@code filter} by id after {@code after}; null: first. */
  public List<Lease> page(Filter filter, UUID after, int limit) {
    String from = after == null ? "" : " and l.id > :after";
    var query =
        filter.bind(
            handle.createQuery(
                "select l.* from lease l" + filter.where() + from + " order by l.id limit :limit"));
    if (after != null) {
      query.bind("after", after);
    }
    return query.bind("limit", limit).map((row, context) -> read(row)).list();
  }

  /** How many leases of {@code filter} have not ended and are not on their way to it. */
  public int countEndable(Filter filter) {
    return filter
        .bind(
            handle.createQuery(
                "select count(*) from lease l"
                    + filter.where()
                    + " and l.state in ('PENDING', 'ACTIVE')"))
        .mapTo(Integer.class)
        .one();
  }

  /** How many live leases {@code engine} has of {@code role}. */
  public int countLive(UUID engine, String role) {
    return handle
        .createQuery(
            "select count(*) from lease where engine_id = :engine and role_name = :role" + LIVE)
        .bind("engine", engine)
        .bind("role", role)
        .mapTo(Integer.class)
        .one();
  }

  /** How many live leases {@code principal} has. */
  public int countLive(String tenant, String principal) {
    return handle
        .createQuery(
            "select count(*) from lease where tenant = :tenant and principal = :principal" + LIVE)
        .bind("tenant", tenant)
        .bind("principal", principal)
        .mapTo(Integer.class)
        .one();
  }

  /** How many live leases there are. */
  public int countLive() {
    return handle
        .createQuery("select count(*) from lease where next_at is not null")
        .mapTo(Integer.class)
        .one();
  }

  /** Whether {@code engine} has a live lease. */
  public boolean hasLive(UUID engine) {
    return handle
        .createQuery("select id from lease where engine_id = :engine" + LIVE + " limit 1")
        .bind("engine", engine)
        .mapTo(UUID.class)
        .findOne()
        .isPresent();
  }

  /** Writes a new lease. */
  public void insert(Lease lease) {
    handle
        .createUpdate(
            "insert into lease (id, tenant, engine_id, role_name, principal, user_name, owned,"
                + " state, issued_at, expires_at, max_expires_at, next_at, attempts) values (:id,"
                + " :tenant, :engine, :role, :principal, :user, :owned, :state, :issuedAt,"
                + " :expiresAt, :maxExpiresAt, :nextAt, 0)")
        .bind("id", lease.id())
        .bind("tenant", lease.tenant())
        .bind("engine", lease.engine())
        .bind("role", lease.role())
        .bind("principal", lease.principal())
        .bind("user", lease.userName())
        .bind("owned", lease.owned().wireName())
        .bind("state", lease.state().name())
        .bind("issuedAt", Times.column(lease.issuedAt()))
        .bind("expiresAt", Times.column(lease.expiresAt()))
        .bind("maxExpiresAt", Times.column(lease.maxExpiresAt()))
        .bind("nextAt", Times.column(lease.nextAt()))
        .execute();
  }

  /** Says that the credential of {@code id}, which was written ahead, works. */
  public boolean activate(UUID id) {
    return handle
            .createUpdate(
                "update lease set state = 'ACTIVE', next_at = expires_at"
                    + " where id = :id and state = 'PENDING'")
            .bind("id", id)
            .execute()
        == 1;
  }

  /**
   * Lets the lease {@code id}, which must be live at {@code now}, go on until {@code expiresAt} at
   * least: of two renewals at once the longer one counts.
   */
  public boolean extend(UUID id, Instant expiresAt, Instant now) {
    return handle
            .createUpdate(
                "update lease set expires_at = greatest(expires_at, :expiresAt),"
                    + " next_at = greatest(expires_at, :expiresAt)"
                    + " where id = :id and state = 'ACTIVE' and expires_at > :now")
            .bind("id", id)
            .bind("expiresAt", Times.column(expiresAt))
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /**
   * Lets the leases of {@code filter} end at {@code now}; one whose credential is being made, when
   * that has surely come to its end.
   *
   * @return how many
   */
  public int end(Filter filter, String reason, Instant now) {
    return filter
        .bind(
            handle.createUpdate(
                "update lease set next_at = case state when 'ACTIVE' then :now else next_at end,"
                    + " state = 'REVOKING', reason = :reason"
                    + " where state in ('ACTIVE', 'PENDING') and id in (select l.id from lease l"
                    + filter.where()
                    + ")"))
        .bind("reason", reason)
        .bind("now", Times.column(now))
        .execute();
  }

  /** The same of those that were issued at {@code issuedTo} or before. */
  public int end(Filter filter, Instant issuedTo, String reason, Instant now) {
    return filter
        .bind(
            handle.createUpdate(
                "update lease set next_at = case state when 'ACTIVE' then :now else next_at end,"
                    + " state = 'REVOKING', reason = :reason"
                    + " where state in ('ACTIVE', 'PENDING') and id in (select l.id from lease l"
                    + filter.where()
                    + " and l.issued_at <= :issuedTo)"))
        .bind("reason", reason)
        .bind("issuedTo", Times.column(issuedTo))
        .bind("now", Times.column(now))
        .execute();
  }

  /**
   * Leases whose credentials may be there still.
   *
   * @param failing of these, those whose removal failed before
   */
  public record Left(int live, int failing) {}

  /** How many of {@code filter}, issued at {@code issuedTo} or before, are not gone. */
  public Left left(Filter filter, Instant issuedTo) {
    return filter
        .bind(
            handle.createQuery(
                "select count(*) as live, count(case when l.attempts > 0 then 1 end) as failing"
                    + " from lease l"
                    + filter.where()
                    + " and l.issued_at <= :issuedTo and l.next_at is not null"))
        .bind("issuedTo", Times.column(issuedTo))
        .map((row, context) -> new Left(row.getInt("live"), row.getInt("failing")))
        .one();
  }

  /** Who has, or had, leases: how many, from when to when they were issued. */
  public record Holder(String principal, int leases, Instant first, Instant last) {}

  /** Who has leases of {@code filter} that did not end before {@code since}, by how many. */
  public List<Holder> holders(Filter filter, Instant since, int limit) {
    return filter
        .bind(
            handle.createQuery(
                "select l.principal, count(*) as leases, min(l.issued_at) as first_at,"
                    + " max(l.issued_at) as last_at from lease l"
                    + filter.where()
                    + " and (l.issued_at >= :since or l.ended_at is null or l.ended_at >= :since)"
                    + " group by l.principal"
                    + " order by leases desc, l.principal limit :limit"))
        .bind("since", Times.column(since))
        .bind("limit", limit)
        .map(
            (row, context) ->
                new Holder(
                    row.getString("principal"),
                    row.getInt("leases"),
                    Times.read(row, "first_at"),
                    Times.read(row, "last_at")))
        .list();
  }

  /** The same for the lease {@code id} alone. */
  public void revoke(UUID id, String reason, Instant now) {
    handle
        .createUpdate(
            "update lease set next_at = case state when 'ACTIVE' then :now else next_at end,"
                + " state = 'REVOKING', reason = :reason"
                + " where id = :id and state in ('ACTIVE', 'PENDING')")
        .bind("id", id)
        .bind("reason", reason)
        .bind("now", Times.column(now))
        .execute();
  }

  /** Lets the lease {@code id} end at {@code now}, whatever it was; nothing makes it any more. */
  public void end(UUID id, String reason, Instant now) {
    handle
        .createUpdate(
            "update lease set state = 'REVOKING', reason = coalesce(reason, :reason),"
                + " next_at = :now, ended_at = null where id = :id")
        .bind("id", id)
        .bind("reason", reason)
        .bind("now", Times.column(now))
        .execute();
  }

  /**
   * Engines for which something is due at {@code now}, at most {@code limit}: first those with
   * credentials that work still, then by what waits longest.
   */
  public List<UUID> dueEngines(Instant now, int limit) {
    return handle
        .createQuery(
            "select d.id from (select e.id, (select min(l.next_at) from lease l"
                + " where l.engine_id = e.id) as due_at, case when exists (select 1 from lease l"
                + " where l.engine_id = e.id and l.next_at <= :now"
                + WORKS
                + ") then 0 else 1 end as place from secret_engine e) d"
                + " where d.due_at <= :now order by d.place, d.due_at limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /**
   * Takes at most {@code limit} leases of {@code engine} that are due at {@code now}, for whoever
   * calls alone until {@code until}. Up to half of them are such as were ended before their time,
   * or never handed out, if there are: their credentials work still, and wait for no backlog of
   * others. Whichever work still are the first; of each kind, those that wait longest.
   */
  public List<Lease> claim(UUID engine, Instant now, Instant until, int limit) {
    List<UUID> before = due(engine, now, WORKS, (limit + 1) / 2);
    List<UUID> ids =
        Stream.concat(before.stream(), due(engine, now, "", limit).stream())
            .distinct()
            .limit(limit)
            .toList();
    if (ids.isEmpty()) {
      return List.of();
    }
    handle
        .createUpdate(
            "update lease set next_at = :until, reason = coalesce(reason, case state"
                + " when 'PENDING' then 'abandoned' else 'expired' end), state = 'REVOKING'"
                + " where id in (<ids>)")
        .bind("until", Times.column(until))
        .bindList("ids", ids)
        .execute();
    return handle
        .createQuery("select * from lease where id in (<ids>)")
        .bindList("ids", ids)
        .map((row, context) -> read(row))
        .stream()
        .sorted(
            Comparator.<Lease, Boolean>comparing(lease -> !lease.expiresAt().isAfter(now))
                .thenComparingInt(lease -> ids.indexOf(lease.id())))
        .toList();
  }

  private List<UUID> due(UUID engine, Instant now, String which, int limit) {
    return handle
        .createQuery(
            "select id from lease where engine_id = :engine and next_at <= :now"
                + which
                + " order by next_at limit :limit for update skip locked")
        .bind("engine", engine)
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /**
   * Says that the credentials of leases are gone, to whom they were given by {@link #claim}:
   * nothing of one that somebody wrote since, who may know of a credential that was not there then.
   *
   * @return of how many it was said
   */
  public int gone(List<Lease> claimed, Instant now) {
    if (claimed.isEmpty()) {
      return 0;
    }
    PreparedBatch each =
        handle.prepareBatch(
            "update lease set state = 'REVOKED', next_at = null, last_error = null,"
                + " ended_at = :now where id = :id and state = 'REVOKING' and next_at = :claimed");
    for (Lease lease : claimed) {
      each.bind("id", lease.id())
          .bind("claimed", Times.column(lease.nextAt()))
          .bind("now", Times.column(now))
          .add();
    }
    return IntStream.of(each.execute()).sum();
  }

  /**
   * Says that the credential of a lease that {@link #claim} gave could not be removed, and when
   * that is tried again: nothing of one that somebody wrote since.
   */
  public void failed(Lease claimed, String error, Instant nextAt) {
    handle
        .createUpdate(
            "update lease set attempts = attempts + 1, last_error = :error, next_at = :nextAt"
                + " where id = :id and state = 'REVOKING' and next_at = :claimed")
        .bind("id", claimed.id())
        .bind("claimed", Times.column(claimed.nextAt()))
        .bind("error", error)
        .bind("nextAt", Times.column(nextAt))
        .execute();
  }

  /**
   * Figures of all leases.
   *
   * @param live whose credential may be there
   * @param revoking whose credential is to go
   * @param failing of these, those whose removal failed before
   * @param oldestDue when the longest waiting of those to go was to be gone; null: none waits
   */
  public record Figures(int live, int revoking, int failing, Instant oldestDue) {}

  /** The figures. */
  public Figures figures() {
    return handle
        .createQuery(
            "select count(*) as live,"
                + " count(case when state = 'REVOKING' then 1 end) as revoking,"
                + " count(case when state = 'REVOKING' and attempts > 0 then 1 end) as failing,"
                + " min(case when state = 'REVOKING' and expires_at < next_at then expires_at"
                + " when state = 'REVOKING' then next_at end) as oldest"
                + " from lease where next_at is not null")
        .map(
            (row, context) ->
                new Figures(
                    row.getInt("live"),
                    row.getInt("revoking"),
                    row.getInt("failing"),
                    Times.find(row, "oldest").orElse(null)))
        .one();
  }

  /** Removes rows of credentials that were gone before {@code before}, at most {@code limit}. */
  public int forget(Instant before, int limit) {
    return handle
        .createUpdate(
            "delete from lease where id in (select id from lease"
                + " where ended_at < :before and next_at is null limit :limit)")
        .bind("before", Times.column(before))
        .bind("limit", limit)
        .execute();
  }

  private static Lease read(ResultSet row) throws SQLException {
    return new Lease(
        row.getObject("id", UUID.class),
        row.getString("tenant"),
        row.getObject("engine_id", UUID.class),
        row.getString("role_name"),
        row.getString("principal"),
        row.getString("user_name"),
        OwnedObjects.valueOf(row.getString("owned").toUpperCase(Locale.ROOT)),
        LeaseState.valueOf(row.getString("state")),
        Times.read(row, "issued_at"),
        Times.read(row, "expires_at"),
        Times.read(row, "max_expires_at"),
        Times.find(row, "next_at").orElse(null),
        row.getInt("attempts"),
        row.getString("last_error"),
        row.getString("reason"),
        Times.find(row, "ended_at").orElse(null));
  }
}
