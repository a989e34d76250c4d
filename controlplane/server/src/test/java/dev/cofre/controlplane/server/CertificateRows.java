package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import dev.cofre.controlplane.domain.CertificateState;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.SubjectNames;
import dev.cofre.controlplane.server.store.CertificateAuthorityTable.Crl;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Two authorities without a key in the HSM, each with the role {@code target} and a certificate:
 * {@code own} is the app-owner's and its certificate the workload's, {@code foreign} is another's.
 */
final class CertificateRows {
  private static final Instant LATER = Instant.parse("2090-01-01T00:00:00Z");

  private CertificateRows() {}

  /** The id of the authority {@code name}. */
  static UUID authority(String name) {
    return UUID.nameUUIDFromBytes(("authority " + name).getBytes(UTF_8));
  }

  /** The id of the certificate of {@code authority}. */
  static UUID certificate(String authority) {
    return UUID.nameUUIDFromBytes(("certificate " + authority).getBytes(UTF_8));
  }

  static void write(Transaction tx, String name, String owner, String holder) {
    Stamp stamp = Stamp.created(tx.now(), "test");
    CertificateAuthorityDraft draft =
        CertificateAuthorityDraft.read(
            Map.of(
                "name", name,
                "environment", "dev",
                "owner", owner,
                "description", "tests",
                "commonName", "tests"),
            "default");
    UUID id = authority(name);
    tx.authorities()
        .insert(
            new CertificateAuthority(
                id, draft, CertificateAuthority.State.PENDING, null, null, null, stamp),
            LATER);
    tx.authorities().activate(id, new byte[] {1}, tx.now(), LATER);
    tx.authorities().putCrl(id, 0, new Crl(1, tx.now(), new byte[] {1}, 0, 0));
    CertificateRoleDraft role =
        CertificateRoleDraft.read(
            "target",
            Map.of(
                "description", "tests",
                "usages", List.of("server"),
                "dnsNames", List.of("target.example.com")));
    tx.certificateRoles().put(new CertificateRole(id, role, stamp));
    tx.certificates()
        .insert(
            new IssuedCertificate(
                certificate(name),
                "default",
                id,
                "target",
                holder,
                "0".repeat(31) + "1",
                new SubjectNames(List.of("target.example.com"), List.of(), List.of()),
                false,
                CertificateState.ACTIVE,
                tx.now(),
                tx.now(),
                LATER,
                "0".repeat(64),
                null,
                null));
  }
}
