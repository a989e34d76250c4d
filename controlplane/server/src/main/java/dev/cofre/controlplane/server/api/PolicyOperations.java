package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.POLICY_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.POLICY_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.PRINCIPAL_LIST;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDraft;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.policy.PolicyBook;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Optional;

/** The routes under /v1/policies and /v1/principals. Thread-safe. */
final class PolicyOperations {
  private final Store store;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;
  private final Approvals approvals;

  PolicyOperations(
      Store store, ManagementAudit audit, RepeatedRequests repeated, Approvals approvals) {
    this.store = store;
    this.audit = audit;
    this.repeated = repeated;
    this.approvals = approvals;
  }

  List<Route> routes() {
    return List.of(
        new Route(POST, "/v1/policies", POLICY_CREATE, this::create),
        new Route(GET, "/v1/policies", POLICY_LIST, this::list),
        new Route(GET, "/v1/policies/{policy}", POLICY_SHOW, this::show),
        new Route(DELETE, "/v1/policies/{policy}", POLICY_DELETE, this::delete),
        new Route(GET, "/v1/principals", PRINCIPAL_LIST, this::listPrincipals));
  }

  private Answer create(Call call) {
    PolicyDraft draft = PolicyDraft.read(call.document());
    return store.change(
        tx -> {
          Optional<Answer> before = repeated.find(tx, call);
          if (before.isPresent()) {
            audit.allowed(call);
            return before.get();
          }
          Policy policy =
              PolicyBook.add(tx, draft, call.principal().tenant(), call.principal().id());
          approvals.require(tx, call, PolicyMatter.made(tx, policy));
          Answer answer = Answer.object(201, policy.stamp().revision(), Documents.policy(policy));
          call.subject(policy.id().toString());
          return finish(tx, call, answer);
        });
  }

  private Answer delete(Call call) {
    return store.change(
        tx -> {
          Optional<Answer> before = repeated.find(tx, call);
          if (before.isPresent()) {
            audit.allowed(call);
            return before.get();
          }
          Policy policy = find(tx, call);
          call.requireMatch(policy.stamp().revision());
          approvals.require(tx, call, PolicyMatter.removed(tx, policy));
          tx.policies().delete(policy.id());
          return finish(tx, call, Answer.empty());
        });
  }

  private Answer finish(Transaction tx, Call call, Answer answer) {
    repeated.end(tx, call, answer);
    audit.allowed(call);
    return answer;
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<Policy> found =
        store.read(tx -> tx.policies().page(call.principal().tenant(), call.after(), limit + 1));
    audit.allowed(call);
    return Answer.json(200, Documents.page(found, limit, Documents::policy, Policy::name));
  }

  private Answer show(Call call) {
    Policy policy = store.read(tx -> find(tx, call));
    audit.allowed(call);
    return Answer.object(200, policy.stamp().revision(), Documents.policy(policy));
  }

  private Answer listPrincipals(Call call) {
    int limit = call.limit();
    List<Principal> found =
        store.read(tx -> tx.principals().page(call.principal().tenant(), call.after(), limit + 1));
    audit.allowed(call);
    return Answer.json(200, Documents.page(found, limit, Documents::principal, Principal::id));
  }

  private static Policy find(Transaction tx, Call call) {
    return KeySelection.parse(call.path("policy"))
        .flatMap(id -> tx.policies().find(id))
        .filter(policy -> policy.tenant().equals(call.principal().tenant()))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND, "there is no such policy; see GET /v1/policies"));
  }
}
