package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.domain.approval.CanonicalRequest;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Holds operations back until others have approved them. Thread-safe.
 *
 * <p>An operation does all that it does, checks included, and says in its transaction what it was
 * about. When that needs approval, the transaction is undone and the request is stored in another
 * one: so what is stored would have run.
 */
final class Approvals {
  private static final int PENDING_MAX = 1_000;
  private static final int REASON_MAX = 256;
  private static final String REASON = "Cofre-Reason";

  private final Store store;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;

  Approvals(Store store, ManagementAudit audit, RepeatedRequests repeated) {
    this.store = store;
    this.audit = audit;
    this.repeated = repeated;
  }

  /**
   * Lets {@code call} go on when it needs no approval, or has it; called within the transaction of
   * the operation, once, when nothing but the commit can fail any more.
   *
   * @throws ApprovalNeeded which {@link #run} turns into a request
   * @throws ProblemException {@code precondition_failed} when it is not what was approved
   */
  void require(Transaction tx, Call call, ApprovalMatter matter) {
    if (call.approved().isPresent()) {
      call.approved().get().requireSame(matter);
      return;
    }
    tx.approvalRules()
        .find(call.principal().tenant(), call.action())
        .filter(rule -> rule.condition().holds(matter))
        .ifPresent(
            rule -> {
              throw new ApprovalNeeded(rule, matter);
            });
  }

  /** Runs {@code operation}, or stores its request and answers 202. */
  Answer run(Operation operation, Call call) {
    try {
      return operation.run(call);
    } catch (ApprovalNeeded needed) {
      return store.change(tx -> request(tx, call, needed));
    }
  }

  private Answer request(Transaction tx, Call call, ApprovalNeeded needed) {
    Optional<Answer> before = repeated.find(tx, call);
    if (before.isPresent()) {
      audit.allowed(call);
      return before.get();
    }
    String tenant = call.principal().tenant();
    if (tx.approvals().pending(tenant) >= PENDING_MAX) {
      throw new ProblemException(
          ErrorCode.QUOTA_EXCEEDED,
          PENDING_MAX + " requests wait for approval already; have some of them decided");
    }
    ApprovalRequest request = made(tx, call, needed);
    tx.approvals().insert(request);
    Answer answer = Answer.accepted(ApprovalDocuments.of(request, tx.now()));
    repeated.end(tx, call, answer);
    audit.approval(call, ManagementAction.APPROVAL_REQUEST, request);
    return answer;
  }

  private static ApprovalRequest made(Transaction tx, Call call, ApprovalNeeded needed) {
    String requester = call.principal().id();
    String tenant = call.principal().tenant();
    RequestFacts facts = call.facts();
    CanonicalRequest asked =
        new CanonicalRequest(
            facts.method(),
            facts.path(),
            facts.canonicalQuery(),
            String.join(",", facts.headers().getAll("If-Match")),
            facts.body());
    return new ApprovalRequest(
        0,
        new ApprovalRequestId(tenant, UUID.randomUUID()),
        call.action(),
        asked,
        ApprovalDigest.of(tenant, requester, asked),
        needed.matter(),
        reason(facts),
        needed.rule().approvals(),
        needed.rule().approvers(),
        ApprovalState.PENDING,
        tx.now().plus(needed.rule().validity()),
        List.of(),
        0,
        null,
        Stamp.created(tx.now(), requester));
  }

  private static String reason(RequestFacts facts) {
    String header = facts.headers().get(REASON);
    if (header == null) {
      return "";
    }
    try {
      String reason = URLDecoder.decode(header.replace("+", "%2B"), StandardCharsets.UTF_8);
      if (reason.length() <= REASON_MAX && reason.chars().noneMatch(Character::isISOControl)) {
        return reason;
      }
    } catch (IllegalArgumentException e) {
      throw refusedReason();
    }
    throw refusedReason();
  }

  private static ProblemException refusedReason() {
    return new ProblemException(
        ErrorCode.INVALID_REQUEST,
        REASON + " must be at most " + REASON_MAX + " characters, percent-encoded");
  }
}
