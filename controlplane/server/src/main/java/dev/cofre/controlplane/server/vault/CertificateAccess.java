package dev.cofre.controlplane.server.vault;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which authorities and certificates a principal knows of: security-admin and auditor of all, an
 * app-owner of its own authorities and their certificates, a workload of its own certificates.
 * Stateless.
 */
public final class CertificateAccess {
  private CertificateAccess() {}

  /** The authority {@code name}, when {@code caller} may know of it. */
  public static Optional<CertificateAuthority> visible(
      Transaction tx, Principal caller, String name) {
    if (!CertificateAuthorityDraft.NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    return tx.authorities()
        .find(caller.tenant(), name)
        .filter(authority -> Permissions.seesAllSecrets(caller) || owns(tx, caller, authority));
  }

  private static boolean owns(Transaction tx, Principal caller, CertificateAuthority authority) {
    return caller.roles().contains(Role.APP_OWNER)
        && SecretAccess.references(tx, caller).contains(authority.draft().owner());
  }

  /** The first {@code limit} authorities that {@code caller} may know of, by name. */
  public static List<CertificateAuthority> page(
      Transaction tx, Principal caller, String after, int limit) {
    return Permissions.seesAllSecrets(caller)
        ? tx.authorities().page(caller.tenant(), after, limit)
        : tx.authorities()
            .pageOwned(caller.tenant(), SecretAccess.references(tx, caller), after, limit);
  }

  /** The certificate {@code id}, when {@code caller} may know of it. */
  public static Optional<IssuedCertificate> visibleCertificate(
      Transaction tx, Principal caller, UUID id) {
    return tx.certificates()
        .find(id)
        .filter(certificate -> certificate.tenant().equals(caller.tenant()))
        .filter(
            certificate ->
                Permissions.seesAllSecrets(caller)
                    || (caller.roles().contains(Role.WORKLOAD)
                        && certificate.principal().equals(caller.id()))
                    || tx.authorities()
                        .find(certificate.authority())
                        .filter(authority -> owns(tx, caller, authority))
                        .isPresent());
  }
}
