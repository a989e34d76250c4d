package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.APPROVAL_RULE_UPDATE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.domain.approval.ApprovalRule;
import dev.cofre.controlplane.domain.approval.ApprovalRuleDraft;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/** The routes under /v1/approval-rules. Thread-safe. */
final class ApprovalRuleOperations {
  private static final int PRINCIPALS_PAGE = 500;

  private final Changing changing;

  ApprovalRuleOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/approval-rules", APPROVAL_RULE_LIST, this::list),
        new Route(GET, "/v1/approval-rules/{action}", APPROVAL_RULE_SHOW, this::show),
        Route.withDocument(PUT, "/v1/approval-rules/{action}", APPROVAL_RULE_UPDATE, this::update));
  }

  private Answer list(Call call) {
    JsonArray items = new JsonArray();
    changing
        .read(call, tx -> tx.approvalRules().all(call.principal().tenant()))
        .forEach(rule -> items.add(ApprovalDocuments.rule(rule)));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  private Answer show(Call call) {
    return answer(changing.read(call, tx -> find(tx, call)));
  }

  private Answer update(Call call) {
    ApprovalRuleDraft draft = ApprovalRuleDraft.read(call.document());
    return changing.run(
        call,
        tx -> {
          ApprovalRule rule = find(tx, call);
          call.requireMatch(rule.revision());
          ApprovalRule changed = rule.with(draft, stamp(tx, call, rule));
          requireEnough(tx, call, changed);
          changing.require(tx, call, matter(rule, changed));
          tx.approvalRules().put(call.principal().tenant(), changed);
          return answer(changed);
        });
  }

  private static Stamp stamp(Transaction tx, Call call, ApprovalRule rule) {
    String by = call.principal().id();
    return rule.stamp() == null ? Stamp.created(tx.now(), by) : rule.stamp().changed(tx.now(), by);
  }

  /** A rule that nobody can satisfy could not be changed back either. */
  private static void requireEnough(Transaction tx, Call call, ApprovalRule rule) {
    int wanted = rule.approvals() + 1;
    int found = 0;
    String after = "";
    while (found < wanted) {
      List<Principal> page =
          tx.principals().page(call.principal().tenant(), after, PRINCIPALS_PAGE);
      found +=
          (int)
              page.stream()
                  .filter(p -> p.roles().stream().anyMatch(rule.approvers()::contains))
                  .count();
      if (page.size() < PRINCIPALS_PAGE) {
        break;
      }
      after = page.getLast().id();
    }
    if (found < wanted) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "approvals",
                  "must leave a request possible: besides the requester it takes as many"
                      + " principals with one of the approvers' roles, and there are "
                      + found
                      + " in all")));
    }
  }

  private static ApprovalMatter matter(ApprovalRule before, ApprovalRule after) {
    return new ApprovalMatter(
        before.action().wireName(),
        before.revision(),
        Set.of(),
        Set.of(),
        Set.of(),
        Difference.between(ApprovalDocuments.rule(before), ApprovalDocuments.rule(after)));
  }

  private static Answer answer(ApprovalRule rule) {
    return Answer.object(200, rule.revision(), ApprovalDocuments.rule(rule));
  }

  private static ApprovalRule find(Transaction tx, Call call) {
    return ManagementAction.find(call.path("action"))
        .flatMap(action -> tx.approvalRules().find(call.principal().tenant(), action))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND,
                    "no approval is needed for such an action; see GET /v1/approval-rules"));
  }
}
