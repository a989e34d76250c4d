package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_LIFT;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HOLD_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_RETENTION_UPDATE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.AuditHold;
import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The routes under /v1/audit/holds. Whoever sets how long events are kept lifts no hold, and does
 * not approve that. Thread-safe.
 */
final class AuditHoldOperations {
  private static final String PATH = "/v1/audit/holds";

  /** Each event of what may be removed is held against each of these. */
  private static final int ACTIVE_MAX = 200;

  private final Changing changing;

  AuditHoldOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, PATH, AUDIT_HOLD_CREATE, this::create),
        new Route(GET, PATH, AUDIT_HOLD_LIST, this::list),
        new Route(GET, PATH + "/{hold}", AUDIT_HOLD_SHOW, this::show),
        new Route(POST, PATH + "/{hold}/lift", AUDIT_HOLD_LIFT, this::lift));
  }

  private Answer create(Call call) {
    return changing.run(
        call,
        tx -> {
          AuditHold asked =
              AuditHold.read(call.document(), Stamp.created(tx.now(), call.principal().id()));
          call.subject(asked.name());
          AuditHold hold =
              key(tx, call, asked.key()).map(key -> asked.of(key.alias(), key.id())).orElse(asked);
          if (hold.key() != null
              && hold.keyId() == null
              && CanonicalUuid.find(hold.key()).isEmpty()) {
            // It would hold nothing, and nobody would know.
            throw new ProblemException(
                ErrorCode.KEY_NOT_FOUND,
                "no key has this alias; one that is gone is named by its id");
          }
          if (tx.auditHolds().find(hold.name()).isPresent()) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "there is, or was, a hold of this name; take another one");
          }
          if (tx.auditHolds().active().size() >= ACTIVE_MAX) {
            throw new ProblemException(
                ErrorCode.QUOTA_EXCEEDED,
                ACTIVE_MAX + " holds are not lifted; lift some, or place a wider one");
          }
          tx.auditHolds().insert(hold);
          // What was decided on before this transaction may go while it is answered.
          JsonObject json = document(hold).put("removing", tx.auditRetention().openCount());
          return Answer.object(201, hold.stamp().revision(), json);
        });
  }

  /** The key of the caller's tenant that is named: events name keys by id and by alias. */
  private static Optional<KmsKey> key(Transaction tx, Call call, String named) {
    String tenant = call.principal().tenant();
    return named == null
        ? Optional.empty()
        : CanonicalUuid.find(named)
            .map(id -> tx.keys().find(id).filter(key -> key.tenant().equals(tenant)))
            .orElseGet(() -> tx.keys().find(tenant, named));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<AuditHold> found =
        changing.read(call, tx -> tx.auditHolds().page(call.after(), limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, AuditHoldOperations::document, AuditHold::name));
  }

  private Answer show(Call call) {
    AuditHold hold = changing.read(call, tx -> find(tx, call));
    return Answer.object(200, hold.stamp().revision(), document(hold));
  }

  private Answer lift(Call call) {
    return changing.run(
        call,
        tx -> {
          AuditHold hold = find(tx, call);
          call.requireMatch(hold.stamp().revision());
          AuditRetention retention = tx.auditRetention().get();
          requireApart(call, retention);
          if (!hold.isActive()) {
            throw new ProblemException(ErrorCode.CONFLICT, "the hold was lifted before");
          }
          AuditHold lifted = hold.lifted(tx.now(), call.principal().id());
          tx.auditHolds().lift(lifted);
          changing.require(
              tx,
              call,
              new ApprovalMatter(
                  hold.name(),
                  hold.stamp().revision(),
                  Set.of(),
                  Set.of(),
                  retention.stamp() == null ? Set.of() : Set.of(retention.stamp().updatedBy()),
                  hold.lines().stream().map(line -> "-" + line.substring(1)).toList()));
          return Answer.object(200, lifted.stamp().revision(), document(lifted));
        });
  }

  /** Who says how long events are kept does not say too that these need not be kept. */
  private static void requireApart(Call call, AuditRetention retention) {
    boolean hasSet =
        retention.stamp() != null && retention.stamp().updatedBy().equals(call.principal().id());
    if (hasSet || Permissions.allow(call.principal(), AUDIT_RETENTION_UPDATE)) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "whoever sets how long events are kept does not lift holds");
    }
  }

  private static AuditHold find(Transaction tx, Call call) {
    return tx.auditHolds()
        .find(call.path("hold"))
        .orElseThrow(
            () ->
                new ProblemException(
                    ErrorCode.NOT_FOUND, "there is no such hold; see GET /v1/audit/holds"));
  }

  private static JsonObject document(AuditHold hold) {
    JsonObject json =
        new JsonObject()
            .put("name", hold.name())
            .put("reason", hold.reason())
            .put("owner", hold.stamp().createdBy())
            .put("active", hold.isActive());
    put(json, "key", hold.key());
    put(json, "keyId", hold.keyId());
    put(json, "principal", hold.principal());
    put(json, "from", hold.from());
    put(json, "to", hold.to());
    put(json, "liftedAt", hold.liftedAt());
    if (!hold.isActive()) {
      json.put("liftedBy", hold.stamp().updatedBy());
    }
    return Documents.stamp(json, hold.stamp());
  }

  private static void put(JsonObject json, String field, Object value) {
    if (value != null) {
      json.put(field, value.toString());
    }
  }
}
