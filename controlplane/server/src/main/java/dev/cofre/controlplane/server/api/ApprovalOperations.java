package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_APPROVE;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_REJECT;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_WITHDRAW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.domain.approval.ApprovalVote;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The routes under /v1/approvals. Thread-safe. */
final class ApprovalOperations {
  private final Store store;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;
  private final ApprovalRunner runner;

  ApprovalOperations(
      Store store, ManagementAudit audit, RepeatedRequests repeated, ApprovalRunner runner) {
    this.store = store;
    this.audit = audit;
    this.repeated = repeated;
    this.runner = runner;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/approvals", APPROVAL_LIST, this::list),
        new Route(GET, "/v1/approvals/{approval}", APPROVAL_SHOW, this::show),
        Route.withDocument(
            POST, "/v1/approvals/{approval}/approve", APPROVAL_APPROVE, this::approve),
        new Route(POST, "/v1/approvals/{approval}/reject", APPROVAL_REJECT, this::reject),
        new Route(POST, "/v1/approvals/{approval}/withdraw", APPROVAL_WITHDRAW, this::withdraw));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<ApprovalRequest> found = store.read(tx -> page(tx, call, limit + 1));
    audit.allowed(call);
    return Answer.json(
        200,
        Documents.page(
            found,
            limit,
            request -> ApprovalDocuments.of(request, audit.now()),
            request -> Long.toString(request.number())));
  }

  /** The first {@code limit} requests that the caller may know of, newest first. */
  private static List<ApprovalRequest> page(Transaction tx, Call call, int limit) {
    ApprovalState state = state(call);
    List<ApprovalRequest> page = new ArrayList<>();
    long before = before(call);
    while (true) {
      List<ApprovalRequest> next =
          tx.approvals().page(call.principal().tenant(), state, before, limit);
      for (ApprovalRequest request : next) {
        if (request.isVisibleTo(call.principal())) {
          page.add(request);
          if (page.size() == limit) {
            return page;
          }
        }
      }
      if (next.size() < limit) {
        return page;
      }
      before = next.getLast().number();
    }
  }

  private static ApprovalState state(Call call) {
    String name = call.facts().query().get("state");
    return name == null
        ? null
        : ApprovalState.find(name)
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.INVALID_REQUEST,
                        "state must be one of " + List.of(ApprovalState.values())));
  }

  private static long before(Call call) {
    String after = call.after();
    if (!after.matches("[0-9]{0,18}")) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "after must be the next of the page before");
    }
    return after.isEmpty() ? Long.MAX_VALUE : Long.parseLong(after);
  }

  private Answer show(Call call) {
    ApprovalRequest request = store.read(tx -> visible(tx, call));
    audit.allowed(call);
    return answer(request);
  }

  private Answer approve(Call call) {
    byte[] digest = digest(call);
    ApprovalRequest decided =
        decide(
            call,
            (tx, request) -> {
              requireQualified(request, call.principal());
              if (!MessageDigest.isEqual(digest, request.digest())) {
                throw new ProblemException(
                    ErrorCode.PRECONDITION_FAILED,
                    "the digest is not that of this request; look at it again");
              }
              long others =
                  request.votes().stream().filter(vote -> stillCounts(tx, request, vote)).count();
              vote(tx, call, request, true);
              if (others + 1 >= request.needed()) {
                move(tx, call, request, ApprovalState.APPROVED);
              }
            });
    if (decided.state() == ApprovalState.APPROVED) {
      runner.run(decided.id());
      return answer(store.read(tx -> tx.approvals().find(decided.id()).orElseThrow()));
    }
    return answer(decided);
  }

  /** Whoever lost the role since does not count any more. */
  private static boolean stillCounts(Transaction tx, ApprovalRequest request, ApprovalVote vote) {
    return tx.principals()
        .find(vote.principal())
        .filter(voter -> voter.tenant().equals(request.id().tenant()))
        .map(voter -> Subject.withGroupRoles(voter, tx.live().policy()))
        .filter(voter -> request.disqualifies(voter).isEmpty())
        .isPresent();
  }

  private Answer reject(Call call) {
    return answer(
        decide(
            call,
            (tx, request) -> {
              requireQualified(request, call.principal());
              vote(tx, call, request, false);
              move(tx, call, request, ApprovalState.REJECTED);
            }));
  }

  private Answer withdraw(Call call) {
    return answer(
        decide(
            call,
            (tx, request) -> {
              if (!request.requester().equals(call.principal().id())) {
                throw new ProblemException(
                    ErrorCode.FORBIDDEN, "only its requester withdraws a request; reject it");
              }
              move(tx, call, request, ApprovalState.WITHDRAWN);
            }));
  }

  /** One decision on a request that waits for it, in one transaction. */
  private ApprovalRequest decide(Call call, BiConsumer<Transaction, ApprovalRequest> decision) {
    return store.change(
        tx -> {
          Optional<Answer> before = repeated.find(tx, call);
          if (before.isPresent()) {
            throw new RepeatedAnswer(before.get());
          }
          ApprovalRequest request = visible(tx, call);
          call.requireMatch(request.stamp().revision());
          requirePending(request, tx);
          decision.accept(tx, request);
          ApprovalRequest decided = tx.approvals().find(request.id()).orElseThrow();
          repeated.end(tx, call, answer(decided));
          audit.approval(call, call.action(), decided);
          return decided;
        });
  }

  private static void requirePending(ApprovalRequest request, Transaction tx) {
    ApprovalState state = request.stateAt(tx.now());
    if (state != ApprovalState.PENDING) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "the request is " + state + "; it waits for no decision any more");
    }
  }

  private static void requireQualified(ApprovalRequest request, Principal principal) {
    request
        .disqualifies(principal)
        .ifPresent(
            why -> {
              throw new ProblemException(ErrorCode.FORBIDDEN, why);
            });
    if (request.hasVoted(principal)) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "you have approved this request already; it takes another person");
    }
  }

  private static void vote(Transaction tx, Call call, ApprovalRequest request, boolean approves) {
    tx.approvals().vote(request.id(), new ApprovalVote(call.principal().id(), approves, tx.now()));
    tx.approvals().touch(request.id(), call.principal().id());
  }

  private static void move(Transaction tx, Call call, ApprovalRequest request, ApprovalState next) {
    if (!tx.approvals().move(request.id(), request.state(), next, call.principal().id())) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "the request was decided at the same time; look at it");
    }
  }

  private Answer answer(ApprovalRequest request) {
    return Answer.object(
        200, request.stamp().revision(), ApprovalDocuments.of(request, audit.now()));
  }

  private static byte[] digest(Call call) {
    Object digest = call.document().get("digest");
    if (call.document().size() != 1
        || !(digest instanceof String text)
        || !text.matches("[0-9a-f]{64}")) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "send {\"digest\": …} with the digest of the request that you have looked at, in hex");
    }
    return HexFormat.of().parseHex(text);
  }

  private static ApprovalRequest visible(Transaction tx, Call call) {
    return CanonicalUuid.find(call.path("approval"))
        .map(id -> new ApprovalRequestId(call.principal().tenant(), id))
        .flatMap(id -> tx.approvals().find(id))
        .filter(request -> request.isVisibleTo(call.principal()))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND, "there is no such request, or you may not see it"));
  }
}
