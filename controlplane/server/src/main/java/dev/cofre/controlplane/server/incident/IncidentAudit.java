package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Writes each step of an answer to the audit log, before it is committed: in the name of who opened
 * the incident, with its id in the place of a request's. Thread-safe; waits for the log.
 */
final class IncidentAudit {
  private static final String AUTHENTICATION = "incident";

  private final AuditLog log;
  private final String node;
  private final Clock clock;

  IncidentAudit(AuditLog log, String node, Clock clock) {
    this.log = log;
    this.node = node;
    this.clock = clock;
  }

  /** The name of this control plane. */
  String node() {
    return node;
  }

  /** {@code step} is about to be where it says. */
  void step(Incident incident, IncidentStep step) {
    append(
        event(incident, step.subject())
            .phase(
                step.action().wireName()
                    + ":"
                    + step.state().name().toLowerCase(Locale.ROOT).replace('_', '-')));
  }

  /** {@code step} failed, and goes on later. */
  void failed(Incident incident, IncidentStep step, ErrorCode code) {
    append(
        event(incident, step.subject())
            .phase(step.action().wireName() + ":failed")
            .failed(code.code()));
  }

  /** What {@code phase} says is about to happen to {@code request}. */
  void approval(Incident incident, ApprovalRequest request, String phase) {
    append(
        event(incident, request.id() + " sha256:" + request.digestHex())
            .phase(IncidentStep.Action.CUT_OFF.wireName() + ":" + phase));
  }

  /** All of {@code incident} is about to be done. */
  void done(Incident incident) {
    append(event(incident, incident.draft().subject()).phase("done"));
  }

  private AuditEvent.Builder event(Incident incident, String subject) {
    return AuditEvent.of(
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            node,
            incident.id().toString(),
            ManagementAction.INCIDENT_STEP.wireName())
        .caller(incident.openedBy(), AUTHENTICATION, null)
        .key(subject);
  }

  private void append(AuditEvent.Builder event) {
    log.append(event.build()).join();
  }
}
