package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.approval.ApprovalAnswer;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.domain.approval.ApprovalVote;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * Requests for approval.
 *
 * <p>A request is run by whoever moved it to RUNNING, which counts its claim up. Only under that
 * claim can it be finished, in the transaction of what it does: so what is taken up again after a
 * kill takes effect once, whatever became of the one who had it before.
 */
public final class ApprovalTable {
  private final Handle handle;
  private final ApprovalRows rows;
  private final Instant now;

  ApprovalTable(Handle handle, Instant now) {
    this.handle = handle;
    this.rows = new ApprovalRows(handle);
    this.now = now;
  }

  /** Writes a new request. */
  public void insert(ApprovalRequest request) {
    rows.insert(request);
  }

  /** The request with {@code id}. */
  public Optional<ApprovalRequest> find(ApprovalRequestId id) {
    return handle
        .createQuery("select * from approval_request where id = :id and tenant = :tenant")
        .bind("id", id.id())
        .bind("tenant", id.tenant())
        .map((row, context) -> rows.read(row))
        .findOne();
  }

  /**
   * The newest {@code limit} requests of {@code tenant} before {@code number}, in {@code state}
   * when it is not null.
   */
  public List<ApprovalRequest> page(String tenant, ApprovalState state, long number, int limit) {
    Query query =
        handle.createQuery(
            "select * from approval_request where tenant = :tenant and number < :number"
                + (state == null ? "" : " and state = :state")
                + " order by number desc limit :limit");
    if (state != null) {
      query.bind("state", state.name());
    }
    return query
        .bind("tenant", tenant)
        .bind("number", number)
        .bind("limit", limit)
        .map((row, context) -> rows.read(row))
        .list();
  }

  /** How many wait in {@code tenant}. */
  public int pending(String tenant) {
    return handle
        .createQuery(
            "select count(*) from approval_request where tenant = :tenant and state = 'PENDING'")
        .bind("tenant", tenant)
        .mapTo(Integer.class)
        .one();
  }

  /** Adds a vote of one who has not voted. */
  public void vote(ApprovalRequestId id, ApprovalVote vote) {
    handle
        .createUpdate(
            "insert into approval_vote (request_id, principal_id, approves, voted_at)"
                + " values (:id, :principal, :approves, :at)")
        .bind("id", id.id())
        .bind("principal", vote.principal())
        .bind("approves", vote.approves())
        .bind("at", Times.column(vote.at()))
        .execute();
  }

  /** Takes the vote of {@code principal} away, as if it had not voted; false when it had not. */
  public boolean dropVote(ApprovalRequestId id, String principal) {
    return handle
            .createUpdate(
                "delete from approval_vote where request_id = :id and principal_id = :principal")
            .bind("id", id.id())
            .bind("principal", principal)
            .execute()
        > 0;
  }

  /** Brings the request from {@code from} into {@code to}; false when it is elsewhere. */
  public boolean move(ApprovalRequestId id, ApprovalState from, ApprovalState to, String by) {
    requireMove(from, to);
    return handle
            .createUpdate(
                "update approval_request set state = :to, updated_at = :now, updated_by = :by,"
                    + " revision = revision + 1 where id = :id and state = :from")
            .bind("id", id.id())
            .bind("from", from.name())
            .bind("to", to.name())
            .bind("now", Times.column(now))
            .bind("by", by)
            .execute()
        == 1;
  }

  private static void requireMove(ApprovalState from, ApprovalState to) {
    if (!from.mayBecome(to)) {
      throw new IllegalArgumentException(from + " does not become " + to);
    }
  }

  /** Notes that the request changed without a move, as by a vote. */
  public void touch(ApprovalRequestId id, String by) {
    handle
        .createUpdate(
            "update approval_request set updated_at = :now, updated_by = :by,"
                + " revision = revision + 1 where id = :id")
        .bind("id", id.id())
        .bind("now", Times.column(now))
        .bind("by", by)
        .execute();
  }

  /**
   * Approved requests that nobody runs: nobody has taken them up, or {@code instance} itself or an
   * instance that is gone did.
   */
  public List<ApprovalRequestId> toRun(String instance, int limit) {
    return handle
        .createQuery(
            "select id, tenant from approval_request where state = 'APPROVED'"
                + " or (state = 'RUNNING' and (claimed_by = :instance or claimed_by not in"
                + " (select instance from control_plane))) order by number limit :limit")
        .bind("instance", instance)
        .bind("limit", limit)
        .map(
            (row, context) -> new ApprovalRequestId(row.getString(2), row.getObject(1, UUID.class)))
        .list();
  }

  /** Takes the request up for {@code instance}; false when another one has it, or it is over. */
  public boolean claim(ApprovalRequestId id, String instance) {
    return handle
            .createUpdate(
                "update approval_request set state = 'RUNNING', claim = claim + 1,"
                    + " claimed_by = :instance, revision = revision + 1, updated_at = :now"
                    + " where id = :id and (state = 'APPROVED' or (state = 'RUNNING'"
                    + " and (claimed_by = :instance or claimed_by not in"
                    + " (select instance from control_plane))))")
            .bind("id", id.id())
            .bind("instance", instance)
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /** Gives a claimed request back, to be tried again; false when the claim is not the last one. */
  public boolean release(ApprovalRequestId id, int claim) {
    return handle
            .createUpdate(
                "update approval_request set state = 'APPROVED', revision = revision + 1"
                    + " where id = :id and state = 'RUNNING' and claim = :claim")
            .bind("id", id.id())
            .bind("claim", claim)
            .execute()
        == 1;
  }

  /**
   * Ends a claimed request in {@code state} with its answer; false when the claim is not the last
   * one, and then nothing of what it did may be committed.
   */
  public boolean finish(
      ApprovalRequestId id, int claim, ApprovalState state, ApprovalAnswer answer) {
    requireMove(ApprovalState.RUNNING, state);
    return handle
            .createUpdate(
                "update approval_request set state = :state, answer_status = :status,"
                    + " answer_tag = :tag, answer_body = :body, updated_at = :now,"
                    + " revision = revision + 1"
                    + " where id = :id and state = 'RUNNING' and claim = :claim")
            .bind("id", id.id())
            .bind("claim", claim)
            .bind("state", state.name())
            .bind("status", answer.status())
            .bind("tag", answer.entityTag())
            .bind("body", answer.body())
            .bind("now", Times.column(now))
            .execute()
        == 1;
  }

  /** Requests that were not decided in time, oldest first. */
  public List<ApprovalRequest> overdue(int limit) {
    return handle
        .createQuery(
            "select * from approval_request where state = 'PENDING' and expires_at <= :now"
                + " order by number limit :limit")
        .bind("now", Times.column(now))
        .bind("limit", limit)
        .map((row, context) -> rows.read(row))
        .list();
  }
}
