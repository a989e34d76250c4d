package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_RETENTION_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_RETENTION_UPDATE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.AuditRemoval;
import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.retention.Retention;
import dev.cofre.controlplane.server.retention.Verdict;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The routes under /v1/audit/retention: how long archived events are kept, what would be removed,
 * what was. Thread-safe.
 */
final class AuditRetentionOperations {
  private static final String PATH = "/v1/audit/retention";
  private static final long PLAN_NS_MAX = TimeUnit.SECONDS.toNanos(20);

  private final Changing changing;
  private final Store store;
  private final ManagementAudit audit;
  private final Retention retention;

  /** One at a time: it reads whole segments. */
  private final Semaphore planning = new Semaphore(1);

  AuditRetentionOperations(
      Changing changing, Store store, ManagementAudit audit, Retention retention) {
    this.changing = changing;
    this.store = store;
    this.audit = audit;
    this.retention = retention;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, PATH, AUDIT_RETENTION_SHOW, this::show),
        Route.withDocument(PUT, PATH, AUDIT_RETENTION_UPDATE, this::update),
        new Route(GET, PATH + "/plan", AUDIT_RETENTION_SHOW, this::plan),
        new Route(GET, PATH + "/removals", AUDIT_RETENTION_SHOW, this::removals));
  }

  private Answer show(Call call) {
    return answer(changing.read(call, tx -> tx.auditRetention().get()));
  }

  private Answer update(Call call) {
    String by = call.principal().id();
    return changing.run(
        call,
        tx -> {
          AuditRetention before = tx.auditRetention().get();
          call.requireMatch(before.revision());
          Stamp stamp =
              before.stamp() == null
                  ? Stamp.created(tx.now(), by)
                  : before.stamp().changed(tx.now(), by);
          AuditRetention after = AuditRetention.read(call.document(), retention.daysMin(), stamp);
          tx.auditRetention().put(after);
          changing.require(
              tx,
              call,
              new ApprovalMatter(
                  "audit-retention",
                  before.revision(),
                  Set.of(),
                  Set.of(),
                  Set.of(),
                  Difference.between(document(before), document(after))));
          return answer(after);
        });
  }

  private Answer answer(AuditRetention found) {
    JsonObject json = document(found).put("daysMin", retention.daysMin());
    return Answer.object(
        200,
        found.revision(),
        found.stamp() == null ? json.put("revision", 0) : Documents.stamp(json, found.stamp()));
  }

  /** A period that is not there is null: kept for ever. */
  private static JsonObject document(AuditRetention retention) {
    JsonObject json =
        new JsonObject()
            .put("noKeyDays", retention.noKeyDays() == 0 ? null : retention.noKeyDays());
    for (DataClass dataClass : DataClass.values()) {
      json.put(AuditRetention.field(dataClass), retention.days().get(dataClass));
    }
    return json;
  }

  private Answer plan(Call call) {
    int limit = call.limit();
    audit.allowed(call);
    if (!planning.tryAcquire()) {
      throw new ProblemException(ErrorCode.OVERLOADED, "another plan is made; try again later");
    }
    try {
      Retention.Plan plan = retention.plan(limit, System.nanoTime() + PLAN_NS_MAX);
      JsonArray items = new JsonArray();
      plan.verdicts().forEach(verdict -> items.add(verdict(verdict)));
      return Answer.json(
          200,
          new JsonObject().put("items", items).putNull("next").put("complete", plan.isWhole()));
    } finally {
      planning.release();
    }
  }

  private static JsonObject verdict(Verdict verdict) {
    var segment = verdict.segment();
    return new JsonObject()
        .put("log", segment.origin())
        .put("segment", segment.number())
        .put("firstEvent", segment.first())
        .put("events", segment.end() - segment.first())
        .put("oldest", segment.isTimeless() ? null : verdict.oldest().toString())
        .put("newest", segment.isTimeless() ? null : verdict.newestOfSegment().toString())
        .put("bytes", segment.bytes())
        .put("outcome", verdict.outcome().wireName())
        .put("until", verdict.until() == null ? null : verdict.until().toString())
        .put("holds", new JsonArray(verdict.holds()))
        .put("why", verdict.why());
  }

  private Answer removals(Call call) {
    int limit = call.limit();
    List<AuditRemoval> found = store.read(tx -> tx.auditRetention().newest(limit));
    audit.allowed(call);
    JsonArray items = new JsonArray();
    found.forEach(removal -> items.add(removal(removal)));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  private static JsonObject removal(AuditRemoval removal) {
    return new JsonObject()
        .put("archive", removal.archive())
        .put("log", removal.log())
        .put("segment", removal.segment())
        .put("firstEvent", removal.first())
        .put("events", removal.events())
        .put("lost", removal.lost())
        .put("oldest", removal.oldest().toString())
        .put("newest", removal.newest().toString())
        .put("bytes", removal.bytes())
        .put("sha256", removal.sha256())
        .put("policy", removal.policy())
        .put("decidedAt", removal.decided().toString())
        .put("removedAt", removal.removed() == null ? null : removal.removed().toString());
  }
}
