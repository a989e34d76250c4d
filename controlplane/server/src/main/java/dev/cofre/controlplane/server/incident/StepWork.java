package dev.cofre.controlplane.server.incident;

import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.State;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.server.store.LeaseTable;
import dev.cofre.controlplane.server.store.PrincipalTable;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.controlplane.server.x509.Revocations;
import java.time.Duration;
import java.time.Instant;
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

  private final RevocationLists lists;
  private final SecretWork secrets = new SecretWork();

  StepWork(RevocationLists lists) {
    this.lists = lists;
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

  private static IncidentStep cutOff(Transaction tx, Incident incident, IncidentStep step) {
    Optional<Principal> found =
        tx.principals().find(step.subject()).filter(one -> one.tenant().equals(incident.tenant()));
    if (found.isEmpty()) {
      return step.gone(State.DONE, 0, "the principal is not there any more", tx.now());
    }
    Principal principal = found.get();
    PrincipalTable.Credentials had = tx.principals().credentials(principal.id());
    tx.principals().dropCredentials(principal);
    tx.principals()
        .update(
            new Principal(
                principal.id(),
                principal.tenant(),
                principal.roles(),
                principal.stamp().changed(tx.now(), incident.openedBy())));
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
            + " were taken away; give it another token when it is safe",
        tx.now());
  }

  private static boolean isGraceOver(Incident incident, Instant now) {
    return incident.draft().kind() != Incident.Kind.PRINCIPAL
        || !now.isBefore(incident.openedAt().plus(GRACE));
  }

  /** Of a role, those that were there when it was told of: newer ones are known to nobody. */
  private static IncidentStep revokeLeases(Transaction tx, Incident incident, IncidentStep step) {
    Incident.Kind kind = incident.draft().kind();
    LeaseTable.Filter filter = Targets.leases(tx, incident.tenant(), kind, step.subject());
    Instant issuedTo = kind == Incident.Kind.ROLE ? incident.openedAt() : tx.now();
    int ended = tx.leases().end(filter, issuedTo, REASON, tx.now());
    LeaseTable.Left left = tx.leases().left(filter, issuedTo);
    boolean isDone = left.live() == 0 && isGraceOver(incident, tx.now());
    String text = Counts.of(step.amount() + ended, "lease") + " ended";
    if (!isDone) {
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
    boolean isDone = isGraceOver(incident, tx.now());
    return step.gone(
        isDone ? State.DONE : State.WAITING,
        revoked,
        Counts.of(step.amount() + revoked, "certificate") + " revoked",
        tx.now());
  }
}
