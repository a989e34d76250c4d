package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.QUOTA_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Quota;
import dev.cofre.controlplane.domain.QuotaDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** The routes under /v1/quotas: how much principals and the tenant may use keys. Thread-safe. */
final class QuotaOperations {
  private static final String PATH = "/v1/quotas/{quota}";
  private static final int QUOTAS_MAX = 10_000;

  private final Changing changing;

  QuotaOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/quotas", QUOTA_LIST, this::list),
        new Route(GET, PATH, QUOTA_SHOW, this::show),
        Route.withDocument(PUT, PATH, QUOTA_UPDATE, this::update),
        new Route(DELETE, PATH, QUOTA_DELETE, this::delete));
  }

  private Answer update(Call call) {
    QuotaDraft draft = QuotaDraft.read(call.document(), call.path("quota"));
    String tenant = call.principal().tenant();
    String by = call.principal().id();
    return changing.run(
        call,
        tx -> {
          Optional<Quota> before = tx.quotas().find(tenant, draft.principal());
          call.requireMatch(before.map(quota -> quota.stamp().revision()).orElse(0L));
          if (before.isEmpty() && tx.quotas().count(tenant) >= QUOTAS_MAX) {
            throw new ProblemException(
                ErrorCode.CONFLICT,
                "a tenant holds at most " + QUOTAS_MAX + " quotas; delete some");
          }
          Stamp stamp =
              before
                  .map(quota -> quota.stamp().changed(tx.now(), by))
                  .orElseGet(() -> Stamp.created(tx.now(), by));
          Quota quota =
              new Quota(tenant, draft.principal(), draft.perSecond(), draft.perDay(), stamp);
          tx.quotas().put(quota);
          changing.require(
              tx,
              call,
              before
                  .map(was -> QuotaMatter.changed(tx, was, quota, document(was), document(quota)))
                  .orElseGet(() -> QuotaMatter.made(quota, document(quota))));
          return answer(quota);
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Quota quota = find(tx, call);
          call.requireMatch(quota.stamp().revision());
          ApprovalMatter matter = QuotaMatter.removed(tx, quota, document(quota));
          tx.quotas().delete(quota);
          changing.require(tx, call, matter);
          return Answer.empty();
        });
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<Quota> found =
        changing.read(
            call, tx -> tx.quotas().page(call.principal().tenant(), call.after(), limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, QuotaOperations::document, Quota::principal));
  }

  private Answer show(Call call) {
    return answer(changing.read(call, tx -> find(tx, call)));
  }

  private static Answer answer(Quota quota) {
    return Answer.object(200, quota.stamp().revision(), document(quota));
  }

  private static JsonObject document(Quota quota) {
    JsonObject json =
        new JsonObject()
            .put("principal", quota.principal())
            .put("tenant", quota.tenant())
            .put("owner", quota.stamp().createdBy());
    if (quota.perSecond() > 0) {
      json.put("perSecond", quota.perSecond());
    }
    if (quota.perDay() > 0) {
      json.put("perDay", quota.perDay());
    }
    return Documents.stamp(json, quota.stamp());
  }

  private static Quota find(Transaction tx, Call call) {
    return tx.quotas()
        .find(call.principal().tenant(), call.path("quota"))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND, "there is no such quota; see GET /v1/quotas"));
  }
}
