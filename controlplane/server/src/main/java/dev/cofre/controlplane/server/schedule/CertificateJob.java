package dev.cofre.controlplane.server.schedule;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.x509.CertificateIssuer;
import dev.cofre.controlplane.server.x509.Pki;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.controlplane.server.x509.Revocations;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is due for authorities and certificates: what was written ahead and never handed out is
 * revoked, lists are made anew, keys of authorities that ended are destroyed, and what expired long
 * ago is forgotten.
 */
final class CertificateJob implements Job {
  private static final System.Logger LOG = System.getLogger(CertificateJob.class.getName());
  private static final int BATCH = 50;
  private static final int FORGET_MAX = 1_000;
  private static final Duration KEPT = Duration.ofDays(30);

  /** So that two control planes do not destroy the same key at the same time. */
  private static final Duration CLAIM = Duration.ofSeconds(20);

  private final Store store;
  private final Pki pki;
  private final SystemAudit audit;

  CertificateJob(Store store, Pki pki, SystemAudit audit) {
    this.store = store;
    this.pki = pki;
    this.audit = audit;
  }

  @Override
  public String name() {
    return "certificates";
  }

  @Override
  public int runBatch() {
    store.note(tx -> tx.certificates().forget(tx.now().minus(KEPT), FORGET_MAX));
    return revokeAbandoned() + endAuthority() + renewLists();
  }

  private int revokeAbandoned() {
    List<IssuedCertificate> abandoned =
        store.read(
            tx ->
                tx.certificates().abandoned(tx.now().minus(CertificateIssuer.PENDING_MAX), BATCH));
    for (IssuedCertificate certificate : abandoned) {
      store.note(
          tx -> {
            if (Revocations.abandon(tx, certificate)) {
              audit.record(
                  ManagementAction.CERTIFICATE_REVOKE,
                  certificate.id() + " " + certificate.serial(),
                  "abandoned");
            }
            return null;
          });
    }
    return abandoned.size();
  }

  private int endAuthority() {
    Optional<CertificateAuthority> due =
        store.note(tx -> tx.authorities().claimEnding(tx.now(), tx.now().plus(CLAIM)));
    due.ifPresent(
        authority -> {
          pki.keys().destroy(authority);
          audit.record(
              ManagementAction.CERTIFICATE_AUTHORITY_DELETE,
              authority.id().toString(),
              "key-destroyed");
          store.note(
              tx -> {
                tx.authorities().delete(authority.id());
                return null;
              });
        });
    return due.isPresent() ? 1 : 0;
  }

  private int renewLists() {
    List<UUID> due =
        store.read(
            tx -> tx.authorities().crlsDue(tx.now().minus(RevocationLists.RENEWED_AFTER), BATCH));
    for (UUID authority : due) {
      try {
        pki.lists().current(authority);
      } catch (HsmException | ProblemException | StoreException e) {
        // One whose key is gone must not hold up the others.
        LOG.log(
            Level.WARNING,
            "the revocation list of the authority {0} is not made: {1}",
            authority,
            e.getMessage());
      }
    }
    return 0;
  }
}
