package dev.cofre.controlplane.server.x509;

import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.server.store.CertificateTable.Filter;
import dev.cofre.controlplane.server.store.Transaction;

/**
 * Puts certificates on their authorities' lists, which are made anew by that. Stateless; works
 * within the caller's transaction.
 */
public final class Revocations {
  private Revocations() {}

  /** Revokes {@code certificate}; false, and nothing is changed, when it was before. */
  public static boolean revoke(
      Transaction tx, IssuedCertificate certificate, RevocationReason reason) {
    boolean revoked = tx.certificates().revoke(certificate.id(), reason, tx.now());
    if (revoked) {
      tx.authorities().revoked(certificate.authority());
    }
    return revoked;
  }

  /**
   * Revokes {@code certificate} when it was not handed out.
   *
   * @return false when it was, or is revoked, or gone
   */
  public static boolean abandon(Transaction tx, IssuedCertificate certificate) {
    boolean abandoned =
        tx.certificates().abandon(certificate.id(), RevocationReason.UNSPECIFIED, tx.now());
    if (abandoned) {
      tx.authorities().revoked(certificate.authority());
    }
    return abandoned;
  }

  /**
   * Revokes those of {@code filter} that have not expired.
   *
   * @return how many
   */
  public static int revoke(Transaction tx, Filter filter, RevocationReason reason) {
    int revoked = tx.certificates().revoke(filter, reason, tx.now());
    // Not before: what is handed out meanwhile is revoked by the update as well.
    tx.certificates().authoritiesOfRevoked(filter, tx.now()).forEach(tx.authorities()::revoked);
    return revoked;
  }
}
