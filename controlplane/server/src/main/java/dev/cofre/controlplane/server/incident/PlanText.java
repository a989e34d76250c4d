package dev.cofre.controlplane.server.incident;

import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.server.store.CertificateTable;
import dev.cofre.controlplane.server.store.PrincipalTable;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.Optional;

/** Says what a step would do. Stateless; within the caller's transaction, which it only reads. */
final class PlanText {
  private PlanText() {}

  static String of(Transaction tx, String tenant, IncidentDraft draft, IncidentStep step) {
    String subject = step.subject();
    return switch (step.action()) {
      case CUT_OFF -> {
        PrincipalTable.Credentials has = tx.principals().credentials(subject);
        yield "takes away every credential of "
            + subject
            + ": "
            + Counts.of(has.tokens(), "token")
            + ", "
            + Counts.of(has.bindings(), "binding")
            + ", "
            + Counts.of(has.enrolments(), "enrolment")
            + "; exchanged tokens end with them, roles and grants stay";
      }
      case REVOKE_LEASES ->
          "ends "
              + Counts.of(
                  tx.leases().countEndable(Targets.leases(tx, tenant, draft.kind(), subject)),
                  "lease");
      case REVOKE_CERTIFICATES ->
          "revokes "
              + Counts.of(
                  tx.certificates().countRevocable(certificates(tenant, subject), tx.now()),
                  "certificate");
      case ROTATE -> rotation(tx, tenant, draft, step);
      case RENEW ->
          "asks "
              + Targets.owner(tx, tenant, subject).orElse("nobody: it has no owner")
              + " for another value of "
              + subject
              + ", which the vault cannot make; version "
              + step.mark()
              + " stays readable until then";
      case NOTIFY ->
          Targets.owner(tx, tenant, subject)
              .map(owner -> "tells " + owner + ", who answers for " + subject)
              .orElse("tells of " + subject + " by the channels of alerts");
      case TRACE -> "asks the audit archive who read what since " + draft.since();
    };
  }

  static CertificateTable.Filter certificates(String tenant, String principal) {
    return new CertificateTable.Filter(tenant, null, null, principal, null);
  }

  private static String rotation(
      Transaction tx, String tenant, IncidentDraft draft, IncidentStep step) {
    Optional<UserRotation> rotation =
        tx.secrets()
            .find(tenant, step.subject())
            .flatMap(secret -> tx.userRotations().find(secret.id()));
    return rotation
        .map(
            of ->
                "rotates "
                    + step.subject()
                    + " twice, at least "
                    + draft.overlap().toSeconds()
                    + " s apart: "
                    + of.draft().other(of.activeUser())
                    + " gets a new password, then "
                    + of.activeUser()
                    + ", whose password version "
                    + step.mark()
                    + " holds")
        .orElse("rotates " + step.subject());
  }
}
