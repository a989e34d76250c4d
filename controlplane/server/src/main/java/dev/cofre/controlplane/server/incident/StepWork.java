package dev.cofre.controlplane.server.incident;

import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.State;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.server.store.LeaseTable;
import dev.cofre.controlplane.server.store.PrincipalTable;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.controlplane.server.x509.Revocations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Does the steps that the store alone is needed for, or that others carry out whom the store tells:
 * those who remove credentials and rotate secrets. Each looks at what there is, so that it can be
 * done again. Thread-safe; within the caller's transaction.
 */
final class StepWork {
  /** What was let in just before a principal was cut off has come to its end after that. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private static final String REASON = "leak";

  /** Requests for approval are looked at by so many. */
  private static final int PAGE = 500;

  private final RevocationLists lists;
  private final IncidentAudit audit;
  private final SecretWork secrets = new SecretWork();

  StepWork(RevocationLists lists, IncidentAudit audit) {
    this.lists = lists;
    this.audit = audit;
  }

  /** {@code step} as it is after another try. */
  IncidentStep advance(Transaction tx, Incident incident, IncidentStep step) {
    return switch (step.action()) {
      case CUT_OFF -> cutOff(tx, incident, step);
      case REVOKE_LEASES -> revokeLeases(tx, incident, step);
      case REVOKE_CERTIFICATES -> revokeCertificates(tx, incident, step);
      case ROTATE -> secrets.rotate(tx, incident, step);
      case RENEW -> secrets.renew(tx, incident, step);
      case NOTIFY, TRACE -> throw new IllegalArgumentException("waits for more than the store");
    };
  }

  /** After a change that certificates may have been revoked by is committed. */
  void committed(IncidentStep step) {
    if (step.action() == IncidentStep.Action.REVOKE_CERTIFICATES) {
      lists.forget();
    }
  }

  private IncidentStep cutOff(Transaction tx, Incident incident, IncidentStep step) {
    Optional<Principal> found =
        tx.principals().find(step.subject()).filter(one -> one.tenant().equals(incident.tenant()));
    if (found.isEmpty()) {
      return step.gone(State.DONE, 0, "the principal is not there any more", tx.now());
    }
    Principal principal = found.get();
    IncidentPlan.requireAdminsLeft(tx, principal, one -> false);
    PrincipalTable.Credentials had = tx.principals().credentials(principal.id());
    tx.principals().dropCredentials(principal);
    tx.principals()
        .update(
            new Principal(
                principal.id(),
                principal.tenant(),
                principal.roles(),
                principal.stamp().changed(tx.now(), incident.openedBy())));
    int approvals = dropApprovals(tx, incident, principal);
    return step.gone(
        State.DONE,
        had.tokens() + had.bindings() + had.enrolments(),
        step.subject()
            + " cannot prove who it is any more: "
            + Counts.of(had.tokens(), "token")
            + ", "
            + Counts.of(had.bindings(), "binding")
            + " and "
            + Counts.of(had.enrolments(), "enrolment")
            + " were taken away"
            + (approvals == 0
                ? ""
                : ", and "
                    + Counts.of(approvals, "request or approval")
                    + " of it that waited for others")
            + "; give it another token when it is safe, which needs approval",
        tx.now());
  }

  /**
   * Whoever has the credential may have asked for things, or approved them: what waits is
   * withdrawn, and its approvals count no more.
   */
  private int dropApprovals(Transaction tx, Incident incident, Principal principal) {
    int dropped = 0;
    long before = Long.MAX_VALUE;
    List<ApprovalRequest> page;
    do {
      page = tx.approvals().page(incident.tenant(), ApprovalState.PENDING, before, PAGE);
      for (ApprovalRequest request : page) {
        before = request.number();
        if (request.requester().equals(principal.id())) {
          audit.approval(incident, request, "request-withdrawn");
          tx.approvals()
              .move(
                  request.id(),
                  ApprovalState.PENDING,
                  ApprovalState.WITHDRAWN,
                  incident.openedBy());
          dropped++;
        } else if (tx.approvals().dropVote(request.id(), principal.id())) {
          audit.approval(incident, request, "approval-dropped");
          tx.approvals().touch(request.id(), incident.openedBy());
          dropped++;
        }
      }
    } while (page.size() == PAGE);
    return dropped;
  }

  /** Whether what was let in before the end of the credential has come to its end, too. */
  static boolean isGraceOver(Transaction tx, Incident incident) {
    Optional<Instant> from =
        incident.draft().kind() == Incident.Kind.PRINCIPAL
            ? tx.incidents().steps(incident.id()).stream()
                .filter(step -> step.action() == IncidentStep.Action.CUT_OFF)
                .map(IncidentStep::endedAt)
                .filter(Objects::nonNull)
                .findFirst()
            : Optional.of(incident.openedAt());
    return from.filter(at -> !tx.now().isBefore(at.plus(GRACE))).isPresent();
  }

  /** Of a role, those that were there when it was told of: newer ones are known to nobody. */
  private static IncidentStep revokeLeases(Transaction tx, Incident incident, IncidentStep step) {
    Incident.Kind kind = incident.draft().kind();
    LeaseTable.Filter filter = Targets.leases(tx, incident.tenant(), kind, step.subject());
    Instant issuedTo = kind == Incident.Kind.ROLE ? incident.openedAt() : tx.now();
    int ended = tx.leases().end(filter, issuedTo, REASON, tx.now());
    LeaseTable.Left left = tx.leases().left(filter, issuedTo);
    boolean isOver = kind == Incident.Kind.ROLE || isGraceOver(tx, incident);
    boolean isDone = left.live() == 0 && isOver;
    String text = Counts.of(step.amount() + ended, "lease") + " ended";
    if (!isOver) {
      text += "; looked at again 5 s after the cut-off";
    }
    if (left.live() > 0) {
      text += "; " + Counts.of(left.live(), "credential") + " still to be removed in its system";
      if (left.failing() > 0) {
        text +=
            ", of which "
                + left.failing()
                + " could not be yet: see the leases' lastError (secret lease list)";
      }
    }
    return step.gone(isDone ? State.DONE : State.WAITING, ended, text, tx.now());
  }

  private static IncidentStep revokeCertificates(
      Transaction tx, Incident incident, IncidentStep step) {
    int revoked =
        Revocations.revoke(
            tx,
            PlanText.certificates(incident.tenant(), step.subject()),
            RevocationReason.KEY_COMPROMISE);
    boolean isDone = isGraceOver(tx, incident);
    return step.gone(
        isDone ? State.DONE : State.WAITING,
        revoked,
        Counts.of(step.amount() + revoked, "certificate") + " revoked",
        tx.now());
  }
}
