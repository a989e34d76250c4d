package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.approval.ApprovalAnswer;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.domain.approval.CanonicalRequest;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.identity.Caller;
import dev.cofre.controlplane.server.store.Store;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Runs approved requests as their requesters, each once. Thread-safe; blocks.
 *
 * <p>A request is claimed in one transaction and finished in that of what it does, under the same
 * claim ({@link RepeatedRequests#end}). A kill in between leaves it RUNNING with nothing done: it
 * is claimed again at the next start, or by another control plane once its own is known to be dead.
 * Whoever had it before finds its claim outdone, and its transaction is undone.
 */
final class ApprovalRunner {
  private static final System.Logger LOG = System.getLogger(ApprovalRunner.class.getName());
  private static final int AT_ONCE_MAX = 100;

  /** What the HSM's or the disk's absence keeps from running is tried for so long. */
  private static final Duration TRIED = Duration.ofHours(24);

  private final Store store;
  private final ManagementAudit audit;
  private final String instance;
  private final Supplier<Routes> routes;
  private final Set<ApprovalRequestId> running = ConcurrentHashMap.newKeySet();

  ApprovalRunner(Store store, ManagementAudit audit, String instance, Supplier<Routes> routes) {
    this.store = store;
    this.audit = audit;
    this.instance = instance;
    this.routes = routes;
  }

  /** Ends what was not decided in time, and runs what was approved and nobody runs. */
  void takeUp() {
    for (ApprovalRequest overdue : store.read(tx -> tx.approvals().overdue(AT_ONCE_MAX))) {
      expire(overdue);
    }
    for (ApprovalRequestId id : store.read(tx -> tx.approvals().toRun(instance, AT_ONCE_MAX))) {
      run(id);
    }
  }

  private void expire(ApprovalRequest overdue) {
    store.change(
        tx -> {
          if (tx.approvals()
              .move(overdue.id(), ApprovalState.PENDING, ApprovalState.EXPIRED, "control-plane")) {
            audit.approval(facts(overdue), ManagementAction.APPROVAL_EXPIRE, overdue, null);
          }
          return null;
        });
  }

  /** Runs the request, unless it runs already or is over. What goes wrong stands in its answer. */
  void run(ApprovalRequestId id) {
    if (!running.add(id)) {
      return;
    }
    try {
      Optional<ApprovalRequest> claimed =
          store.change(
              tx ->
                  tx.approvals().claim(id, instance) ? tx.approvals().find(id) : Optional.empty());
      claimed.ifPresent(this::run);
    } finally {
      running.remove(id);
    }
  }

  private void run(ApprovalRequest request) {
    try {
      audit.approval(facts(request), ManagementAction.APPROVAL_RUN, request, null);
      Answer answer = operate(request);
      if (finish(request, ApprovalState.DONE, answer)) {
        LOG.log(Level.ERROR, "{0} does not store its answer as it commits", request.action());
      }
    } catch (RuntimeException e) {
      failed(request, e);
    }
  }

  private Answer operate(ApprovalRequest request) {
    CanonicalRequest asked = request.request();
    String tenant = request.id().tenant();
    if (!MessageDigest.isEqual(
        ApprovalDigest.of(tenant, request.requester(), asked), request.digest())) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "the stored request is not the one that was approved");
    }
    Principal requester =
        store
            .read(
                tx ->
                    tx.principals()
                        .find(request.requester())
                        .map(found -> Subject.withGroupRoles(found, tx.live().policy())))
            .filter(principal -> principal.tenant().equals(tenant))
            .filter(principal -> Permissions.allow(principal, request.action()))
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.FORBIDDEN, "its requester may not do this any more"));
    Routes.Match match =
        routes
            .get()
            .find(asked.method(), asked.path())
            .filter(found -> found.route().action() == request.action())
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.CONFLICT, "this release does not know the request any more"));
    RequestFacts facts =
        new RequestFacts(
            requestId(request),
            null,
            asked.method(),
            asked.path(),
            match.pathParameters(),
            query(asked),
            headers(asked),
            asked.body());
    Call call =
        new Call(facts, caller(requester), request.action(), Optional.of(new Approved(request)));
    return match.route().operation().run(call);
  }

  private static Caller caller(Principal requester) {
    return new Caller(requester, "approval");
  }

  private void failed(ApprovalRequest request, RuntimeException failure) {
    ErrorCode code = Problems.code(failure);
    try {
      audit.approval(facts(request), ManagementAction.APPROVAL_RUN, request, code);
      boolean again = code.isRetryable() && audit.now().isBefore(request.expiresAt().plus(TRIED));
      if (again) {
        store.change(tx -> tx.approvals().release(request.id(), request.claim()));
      } else {
        byte[] problem = Problems.body(failure, requestId(request)).getBytes();
        finish(
            request, ApprovalState.FAILED, new Answer(code.status(), null, Answer.JSON, problem));
      }
    } catch (RuntimeException e) {
      // It stays RUNNING in this instance's name, and is taken up again.
      LOG.log(Level.WARNING, "an approved request is left for later: {0}", e.getMessage());
    }
  }

  private boolean finish(ApprovalRequest request, ApprovalState state, Answer answer) {
    return store.<Boolean>change(
        tx -> tx.approvals().finish(request.id(), request.claim(), state, stored(answer)));
  }

  static ApprovalAnswer stored(Answer answer) {
    return new ApprovalAnswer(
        answer.status(),
        answer.entityTag(),
        answer.contentType() == null ? null : new String(answer.body(), StandardCharsets.UTF_8));
  }

  private static RequestFacts facts(ApprovalRequest request) {
    return new RequestFacts(
        requestId(request),
        null,
        request.request().method(),
        request.request().path(),
        java.util.Map.of(),
        query(request.request()),
        headers(request.request()),
        request.request().body());
  }

  private static String requestId(ApprovalRequest request) {
    return "approval-" + request.id();
  }

  private static MultiMap headers(CanonicalRequest asked) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    if (!asked.ifMatch().isEmpty()) {
      headers.add("If-Match", asked.ifMatch());
    }
    if (asked.body().length > 0) {
      headers.add("Content-Type", Answer.JSON);
    }
    return headers;
  }

  private static MultiMap query(CanonicalRequest asked) {
    MultiMap query = MultiMap.caseInsensitiveMultiMap();
    new QueryStringDecoder(asked.query(), false)
        .parameters()
        .forEach((name, values) -> query.add(name, values));
    return query;
  }
}
