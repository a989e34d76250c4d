package dev.cofre.controlplane.server.x509;

import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.server.store.CertificateTable.Filter;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.UUID;

/**
 * Puts certificates on their authorities' lists, which are made anew by that. Stateless; works
 * within the caller's transaction.
 */
public final class Revocations {
  private Revocations() {}

  /** Revokes {@code certificate}; changes nothing when it was before. */
  public static void revoke(
      Transaction tx, IssuedCertificate certificate, RevocationReason reason) {
    if (tx.certificates().revoke(certificate.id(), reason, tx.now())) {
      tx.authorities().revoked(certificate.authority());
    }
  }

  /**
   * Revokes those of {@code filter} that have not expired.
   *
   * @return how many
   */
  public static int revoke(Transaction tx, Filter filter, RevocationReason reason) {
    List<UUID> authorities = tx.certificates().authorities(filter, tx.now());
    int revoked = tx.certificates().revoke(filter, reason, tx.now());
    authorities.forEach(tx.authorities()::revoked);
    return revoked;
  }
}
