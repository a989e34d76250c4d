package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.Principal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * Answers to leaks. Who works on one has its claim's number; each change of the work names it, so
 * that who was too slow changes nothing any more.
 */
public final class IncidentTable {
  private static final String OPEN = " state = 'OPEN'";
  private static final String FREE =
      " and next_at <= :now and (claimed_until is null or claimed_until <= :now"
          + " or claimed_by not in (select instance from control_plane))";

  private final Handle handle;

  IncidentTable(Handle handle) {
    this.handle = handle;
  }

  /** The incident {@code id} of {@code tenant}. */
  public Optional<Incident> find(String tenant, UUID id) {
    return find(id).filter(incident -> incident.tenant().equals(tenant));
  }

  /** The incident {@code id}. */
  public Optional<Incident> find(UUID id) {
    return handle
        .createQuery("select * from incident where id = :id")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** The one that is open about {@code subject}. */
  public Optional<Incident> open(String tenant, Incident.Kind kind, String subject) {
    return handle
        .createQuery(
            "select * from incident where tenant = :tenant and kind = :kind"
                + " and subject = :subject and"
                + OPEN
                + " limit 1")
        .bind("tenant", tenant)
        .bind("kind", kind.wireName())
        .bind("subject", subject)
        .map((row, context) -> read(row))
        .findOne();
  }

  /** How many are open in {@code tenant}. */
  public int countOpen(String tenant) {
    return handle
        .createQuery("select count(*) from incident where tenant = :tenant and" + OPEN)
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  /** How many are open. */
  public int countOpen() {
    return handle
        .createQuery("select count(*) from incident where" + OPEN)
        .mapTo(Integer.class)
        .one();
  }

  /** How many steps of open ones have failed, and are tried again. */
  public int countFailing() {
    return handle
        .createQuery(
            "select count(*) from incident_step s join incident i on i.id = s.incident_id"
                + " where i.state = 'OPEN' and s.state in ('PENDING', 'WAITING')"
                + " and s.attempts > 0")
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Whether an incident has taken the credentials of {@code principal} away, of this one, not of
   * one that had its id before.
   */
  public boolean wasCutOff(Principal principal) {
    return cutOffs(principal, " and s.state = 'DONE' and s.ended_at >= :createdAt")
            .bind("createdAt", Times.column(principal.stamp().createdAt()))
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Whether an open incident is about to take the credentials of {@code principal} away. */
  public boolean isToBeCutOff(Principal principal) {
    return cutOffs(principal, " and i.state = 'OPEN' and s.state in ('PENDING', 'WAITING')")
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  private Query cutOffs(Principal principal, String further) {
    return handle
        .createQuery(
            "select count(*) from incident_step s join incident i on i.id = s.incident_id"
                + " where i.tenant = :tenant and i.kind = :kind and i.subject = :id"
                + " and s.action = :action"
                + further)
        .bind("tenant", principal.tenant())
        .bind("kind", Incident.Kind.PRINCIPAL.wireName())
        .bind("id", principal.id())
        .bind("action", IncidentStep.Action.CUT_OFF.wireName());
  }

  /** The first {@code limit} of {@code tenant}, the newest first, behind {@code after}. */
  public List<Incident> page(String tenant, UUID after, int limit) {
    return handle
        .createQuery(
            "select i.* from incident i where i.tenant = :tenant"
                + (after == null
                    ? ""
                    : " and (i.opened_at < (select a.opened_at from incident a where a.id = :after)"
                        + " or (i.opened_at = (select a.opened_at from incident a"
                        + " where a.id = :after) and i.id > :after))")
                + " order by i.opened_at desc, i.id limit :limit")
        .bind("tenant", tenant)
        .bind("after", after)
        .bind("limit", limit)
        .map((row, context) -> read(row))
        .list();
  }

  /** Writes a new one, which is worked on at once. */
  public void insert(Incident incident) {
    IncidentDraft draft = incident.draft();
    handle
        .createUpdate(
            "insert into incident (id, tenant, kind, subject, reason, since_at, overlap_s,"
                + " state, opened_at, opened_by, next_at, claim) values (:id, :tenant, :kind,"
                + " :subject, :reason, :since, :overlap, :state, :openedAt, :openedBy,"
                + " :openedAt, :claim)")
        .bind("id", incident.id())
        .bind("tenant", incident.tenant())
        .bind("kind", draft.kind().wireName())
        .bind("subject", draft.subject())
        .bind("reason", draft.reason())
        .bind("since", Times.column(draft.since()))
        .bind("overlap", draft.overlap().toSeconds())
        .bind("state", incident.state().name())
        .bind("openedAt", Times.column(incident.openedAt()))
        .bind("openedBy", incident.openedBy())
        .bind("claim", incident.claim())
        .execute();
  }

  /** Those that something is due for at {@code now}, the longest first, at most {@code limit}. */
  public List<UUID> due(Instant now, int limit) {
    return handle
        .createQuery(
            "select id from incident where" + OPEN + FREE + " order by next_at limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /**
   * Takes {@code id} for the control plane {@code instance} until {@code until}; empty when nothing
   * is due, or another one has it.
   */
  public Optional<Incident> claim(UUID id, String instance, Instant now, Instant until) {
    int taken =
        handle
            .createUpdate(
                "update incident set claim = claim + 1, claimed_until = :until,"
                    + " claimed_by = :instance where id = :id and"
                    + OPEN
                    + FREE)
            .bind("id", id)
            .bind("instance", instance)
            .bind("now", Times.column(now))
            .bind("until", Times.column(until))
            .execute();
    return taken == 1 ? find(id) : Optional.empty();
  }

  /** Whether nobody has taken or ended {@code claimed} since. */
  public boolean isHeld(Incident claimed) {
    return find(claimed.id())
        .filter(now -> now.state() == Incident.State.OPEN && now.claim() == claimed.claim())
        .isPresent();
  }

  /** Gives {@code claimed} back, to be taken again at {@code nextAt}. */
  public void release(Incident claimed, Instant nextAt) {
    held("update incident set claimed_until = null, next_at = :nextAt", claimed)
        .bind("nextAt", Times.column(nextAt))
        .execute();
  }

  /** Keeps what the archive told of {@code claimed}, as JSON. */
  public void found(Incident claimed, String json) {
    held("update incident set found = :found", claimed).bind("found", json).execute();
  }

  /** Ends {@code claimed}, all of which is done. */
  public void done(Incident claimed, Instant now) {
    held("update incident set state = 'DONE', ended_at = :now, claimed_until = null", claimed)
        .bind("now", Times.column(now))
        .execute();
  }

  private Update held(String sql, Incident claimed) {
    return handle
        .createUpdate(sql + " where id = :id and claim = :claim and" + OPEN)
        .bind("id", claimed.id())
        .bind("claim", claimed.claim());
  }

  /** Ends {@code id} before all is done, and its steps that are left; whoever works on it stops. */
  public void close(UUID id, String by, String reason, Instant now) {
    handle
        .createUpdate(
            "update incident set state = 'CLOSED', ended_at = :now, ended_by = :by,"
                + " end_reason = :reason, claimed_until = null, claim = claim + 1 where id = :id"
                + " and"
                + OPEN)
        .bind("id", id)
        .bind("by", by)
        .bind("reason", reason)
        .bind("now", Times.column(now))
        .execute();
    handle
        .createUpdate(
            "update incident_step set state = 'GIVEN_UP', ended_at = :now"
                + " where incident_id = :id and state in ('PENDING', 'WAITING')")
        .bind("id", id)
        .bind("now", Times.column(now))
        .execute();
  }

  /** What the archive told, as JSON; empty before it was asked. */
  public Optional<String> found(UUID id) {
    return handle
        .createQuery("select found from incident where id = :id and found is not null")
        .bind("id", id)
        .mapTo(String.class)
        .findOne();
  }

  /** The steps of {@code id}, in their order. */
  public List<IncidentStep> steps(UUID id) {
    return handle
        .createQuery("select * from incident_step where incident_id = :id order by step_number")
        .bind("id", id)
        .map((row, context) -> step(row))
        .list();
  }

  /** Writes a step that is new. */
  public void insert(UUID incident, IncidentStep step) {
    bind(
            handle.createUpdate(
                "insert into incident_step (incident_id, step_number, action, subject, state, mark,"
                    + " amount, outcome, attempts, last_error, began_at, ended_at) values"
                    + " (:incident, :number, :action, :subject, :state, :mark, :amount, :outcome,"
                    + " :attempts, :error, cast(:beganAt as timestamp with time zone),"
                    + " cast(:endedAt as timestamp with time zone))"),
            incident,
            step)
        .bind("action", step.action().wireName())
        .bind("subject", step.subject())
        .bind("mark", step.mark())
        .execute();
  }

  /** Writes how far {@code step} is. */
  public void update(UUID incident, IncidentStep step) {
    bind(
            handle.createUpdate(
                "update incident_step set state = :state, amount = :amount, outcome = :outcome,"
                    + " attempts = :attempts, last_error = :error,"
                    + " began_at = cast(:beganAt as timestamp with time zone),"
                    + " ended_at = cast(:endedAt as timestamp with time zone)"
                    + " where incident_id = :incident and step_number = :number"),
            incident,
            step)
        .execute();
  }

  private static Update bind(Update update, UUID incident, IncidentStep step) {
    return update
        .bind("incident", incident)
        .bind("number", step.number())
        .bind("state", step.state().name())
        .bind("amount", step.amount())
        .bind("outcome", step.outcome())
        .bind("attempts", step.attempts())
        .bind("error", step.lastError())
        .bindByType("beganAt", column(step.beganAt()), OffsetDateTime.class)
        .bindByType("endedAt", column(step.endedAt()), OffsetDateTime.class);
  }

  private static OffsetDateTime column(Instant time) {
    return time == null ? null : Times.column(time);
  }

  /** Says that the values of {@code secret} up to {@code version} are known to others. */
  public void mark(UUID secret, int version, UUID incident, Instant now) {
    int changed =
        handle
            .createUpdate(
                "update secret_leak set version_number = greatest(version_number, :version),"
                    + " incident_id = :incident, marked_at = :now where secret_id = :secret")
            .bind("secret", secret)
            .bind("version", version)
            .bind("incident", incident)
            .bind("now", Times.column(now))
            .execute();
    if (changed == 0) {
      handle
          .createUpdate(
              "insert into secret_leak (secret_id, version_number, incident_id, marked_at)"
                  + " values (:secret, :version, :incident, :now)")
          .bind("secret", secret)
          .bind("version", version)
          .bind("incident", incident)
          .bind("now", Times.column(now))
          .execute();
    }
  }

  /** Up to which version the values of {@code secret} are known to others; empty: none are. */
  public OptionalInt leakedTo(UUID secret) {
    return handle
        .createQuery("select version_number from secret_leak where secret_id = :secret")
        .bind("secret", secret)
        .mapTo(Integer.class)
        .findOne()
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  private static Incident read(ResultSet row) throws SQLException {
    IncidentDraft draft =
        new IncidentDraft(
            Incident.Kind.valueOf(row.getString("kind").toUpperCase(java.util.Locale.ROOT)),
            row.getString("subject"),
            row.getString("reason"),
            Times.read(row, "since_at"),
            Duration.ofSeconds(row.getLong("overlap_s")));
    return new Incident(
        row.getObject("id", UUID.class),
        row.getString("tenant"),
        draft,
        Incident.State.valueOf(row.getString("state")),
        Times.read(row, "opened_at"),
        row.getString("opened_by"),
        Times.find(row, "ended_at").orElse(null),
        row.getString("ended_by"),
        row.getString("end_reason"),
        row.getLong("claim"));
  }

  private static IncidentStep step(ResultSet row) throws SQLException {
    return new IncidentStep(
        row.getInt("step_number"),
        IncidentStep.Action.valueOf(
            row.getString("action").toUpperCase(java.util.Locale.ROOT).replace('-', '_')),
        row.getString("subject"),
        IncidentStep.State.valueOf(row.getString("state")),
        row.getLong("mark"),
        row.getLong("amount"),
        row.getString("outcome"),
        row.getInt("attempts"),
        row.getString("last_error"),
        Times.find(row, "began_at").orElse(null),
        Times.find(row, "ended_at").orElse(null));
  }
}
