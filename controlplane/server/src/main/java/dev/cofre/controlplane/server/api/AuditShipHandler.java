package dev.cofre.controlplane.server.api;

import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.audit.AuditIntake;
import dev.cofre.controlplane.server.identity.Credentials;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * POST /v1/audit/records: takes records of a node's audit log into the archive, on threads of its
 * own: a slow disk holds up nobody but those who ship.
 *
 * <p>The audit log gets one record when a node ships for the first time since this process began,
 * and one for each refusal: nodes ship all the time.
 */
final class AuditShipHandler implements Handler<RoutingContext> {
  static final String PATH = "/v1/audit/records";

  private final AuditIntake intake;
  private final Gatekeeper gatekeeper;
  private final ManagementAudit audit;
  private final Workers workers;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  AuditShipHandler(
      AuditIntake intake, Gatekeeper gatekeeper, ManagementAudit audit, Workers workers) {
    this.intake = intake;
    this.gatekeeper = gatekeeper;
    this.audit = audit;
    this.workers = workers;
  }

  @Override
  public void handle(RoutingContext routing) {
    RequestFacts facts = Exchange.facts(routing);
    Credentials credentials = gatekeeper.credentials(routing.request());
    workers
        .run(
            routing.vertx().getOrCreateContext(),
            () -> gatekeeper.run(facts, credentials, ManagementAction.AUDIT_SHIP, this::take))
        .onSuccess(answer -> Exchange.answer(routing.response(), answer))
        .onFailure(failure -> Exchange.fail(routing.response(), failure));
  }

  private Answer take(Call call) {
    ShippedRecords records;
    try {
      records = ShippedRecords.parse(call.facts().body());
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "the body holds no records: " + e.getMessage());
    }
    call.subject(records.head().checkpoint().origin());
    if (known.add(call.principal().id())) {
      audit.allowed(call);
    }
    long size = intake.take(records, call.principal().id());
    return Answer.json(200, new JsonObject().put("size", size));
  }
}
