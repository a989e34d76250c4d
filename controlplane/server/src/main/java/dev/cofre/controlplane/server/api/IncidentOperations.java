package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_CLOSE;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_LEAK;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_PLAN;
import static dev.cofre.controlplane.domain.ManagementAction.INCIDENT_SHOW;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.server.incident.IncidentDocument;
import dev.cofre.controlplane.server.incident.Incidents;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The routes by which a leak is answered. It waits for nobody's approval: it ends credentials and
 * makes new ones, and destroys nothing. Thread-safe.
 */
final class IncidentOperations {
  private static final String PATH = "/v1/incidents";
  private static final String ONE = PATH + "/{incident}";
  private static final String REASON = "reason";
  private static final int REASON_MAX = 256;

  /** How long a plan looks into the archive. */
  private static final Duration LOOK_MAX = Duration.ofSeconds(30);

  private final Changing changing;
  private final Incidents incidents;

  IncidentOperations(Changing changing, Incidents incidents) {
    this.changing = changing;
    this.incidents = incidents;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, PATH, INCIDENT_LEAK, this::open),
        new Route(GET, PATH, INCIDENT_LIST, this::list),
        Route.withDocument(POST, "/v1/incident-plans", INCIDENT_PLAN, this::plan),
        new Route(GET, ONE, INCIDENT_SHOW, this::show),
        Route.withDocument(POST, ONE + "/close", INCIDENT_CLOSE, this::close));
  }

  private IncidentDraft draft(Call call) {
    IncidentDraft draft = IncidentDraft.read(call.document(), changing.audit().now());
    call.subject(draft.subject());
    return draft;
  }

  /** On the log before the archive is asked: its answer tells who read what. */
  private Answer plan(Call call) {
    IncidentDraft draft = draft(call);
    changing.audit().allowed(call);
    long begunNs = System.nanoTime();
    return Answer.json(
        200,
        incidents.plan(
            call.principal().tenant(),
            draft,
            () ->
                call.facts().isGone().getAsBoolean()
                    || System.nanoTime() - begunNs > LOOK_MAX.toNanos()));
  }

  private Answer open(Call call) {
    IncidentDraft draft = draft(call);
    Answer answer =
        changing.run(
            call,
            tx ->
                Answer.json(
                    201,
                    incidents.open(tx, call.principal().tenant(), draft, call.principal().id())));
    incidents.wake();
    return answer;
  }

  private Answer list(Call call) {
    int limit = call.limit();
    UUID after = call.after().isEmpty() ? null : id(call.after());
    List<Incident> found =
        changing.read(call, tx -> tx.incidents().page(call.principal().tenant(), after, limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, IncidentDocument::brief, one -> one.id().toString()));
  }

  private Answer show(Call call) {
    return Answer.json(200, changing.read(call, tx -> Incidents.document(tx, found(tx, call))));
  }

  private Answer close(Call call) {
    String reason = reason(call.document());
    return changing.run(
        call,
        tx -> {
          Incident incident = found(tx, call);
          if (incident.state() != Incident.State.OPEN) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "it is " + incident.state() + " already");
          }
          tx.incidents().close(incident.id(), call.principal().id(), reason, tx.now());
          return Answer.json(200, Incidents.document(tx, found(tx, call)));
        });
  }

  private static String reason(Map<String, Object> document) {
    if (document.get(REASON) instanceof String reason
        && !reason.isBlank()
        && reason.length() <= REASON_MAX
        && reason.chars().noneMatch(Character::isISOControl)
        && document.size() == 1) {
      return reason;
    }
    throw new InvalidDocumentException(
        List.of(
            new FieldError(
                REASON, "must be there alone: why, in 1 to " + REASON_MAX + " characters")));
  }

  private static Incident found(Transaction tx, Call call) {
    return tx.incidents()
        .find(call.principal().tenant(), id(call.path("incident")))
        .orElseThrow(() -> EngineAccess.notFound("incident"));
  }

  private static UUID id(String text) {
    return CanonicalUuid.find(text).orElseThrow(() -> EngineAccess.notFound("incident"));
  }

  /** What is said of a secret whose values are known to others; empty when none are. */
  static JsonObject mark(Transaction tx, UUID secret, int currentVersion) {
    JsonObject mark = new JsonObject();
    tx.incidents()
        .leakedTo(secret)
        .ifPresent(
            version ->
                mark.put("leakedToVersion", version)
                    .put("newValueNeeded", currentVersion <= version));
    return mark;
  }
}
