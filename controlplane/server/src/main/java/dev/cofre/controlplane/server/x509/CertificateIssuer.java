package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateDraft;
import dev.cofre.controlplane.domain.CertificateKeyType;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import dev.cofre.controlplane.domain.CertificateState;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.RevocationReason;
import dev.cofre.controlplane.domain.SubjectNames;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SecretAccess;
import dev.cofre.hsm.Hsm;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * Issues certificates as roles permit. Thread-safe; {@link #sign} waits for the HSM.
 *
 * <p>Order: the certificate is committed as PENDING with its serial number before the HSM hears of
 * it, and as ACTIVE before it leaves. So whatever is killed when, the serial number of every
 * certificate that there may be is in the store, and can be revoked.
 */
public final class CertificateIssuer {
  /** After this time nothing signs a certificate any more that was written ahead. */
  public static final Duration PENDING_MAX = Duration.ofMinutes(2);

  /** The most certificates of one principal that have not expired. */
  public static final int OF_PRINCIPAL_MAX = 10_000;

  private final Store store;
  private final AuthorityKeys keys;

  /** Signs with {@code keys}. */
  public CertificateIssuer(Store store, AuthorityKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /**
   * For whom it is to be.
   *
   * @param generated whether the server made the key
   */
  public record Subject(
      SubjectPublicKeyInfo publicKey,
      CertificateKeyType keyType,
      SubjectNames names,
      boolean generated) {}

  /** What is to be signed: written ahead, and nowhere else yet. */
  public record Prepared(
      CertificateAuthority authority,
      CertificateRoleDraft role,
      IssuedCertificate certificate,
      SubjectPublicKeyInfo publicKey) {}

  /**
   * Checks, before a key is made for it, that {@code caller} may have certificates of the role.
   *
   * @throws ProblemException {@code not_found} without a grant, whether there is such a role or not
   */
  public CertificateRole required(Transaction tx, Principal caller, CertificateDraft draft) {
    return role(tx, draft, authority(tx, caller, draft));
  }

  private static CertificateAuthority authority(
      Transaction tx, Principal caller, CertificateDraft draft) {
    if (!SecretAccess.mayLease(
        tx, caller, CertificateRole.grantName(draft.authority(), draft.role()))) {
      throw notFound();
    }
    return tx.authorities()
        .find(caller.tenant(), draft.authority())
        .orElseThrow(CertificateIssuer::notFound);
  }

  private static CertificateRole role(
      Transaction tx, CertificateDraft draft, CertificateAuthority authority) {
    return tx.certificateRoles()
        .find(authority.id(), draft.role())
        .orElseThrow(CertificateIssuer::notFound);
  }

  /**
   * Writes a certificate for {@code caller} ahead.
   *
   * @throws ProblemException {@code not_found} without a grant, whether there is such a role or
   *     not; {@code forbidden} when the role does not permit the key or a name; {@code
   *     quota_exceeded} when there are too many certificates; {@code conflict} when the authority
   *     ends before
   */
  public Prepared begin(Transaction tx, Principal caller, CertificateDraft draft, Subject subject) {
    CertificateAuthority authority = authority(tx, caller, draft);
    CertificateRole role = role(tx, draft, authority);
    RoleRules.require(role.draft(), subject);
    requireRoom(tx, caller, authority, role);
    Duration ttl = draft.ttl() == null ? role.draft().defaultTtl() : draft.ttl();
    if (ttl.compareTo(role.draft().maxTtl()) > 0) {
      throw tooLong(role.draft().maxTtl());
    }
    Instant now = tx.now().truncatedTo(ChronoUnit.SECONDS);
    Instant notBefore = now.minus(AuthorityKeys.BACKDATED);
    Instant expiresAt = now.plus(ttl);
    if (notBefore.isBefore(authority.notBefore())) {
      notBefore = authority.notBefore();
    }
    if (expiresAt.isAfter(authority.notAfter())) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "the authority's own certificate ends at " + authority.notAfter() + ", before this one");
    }
    IssuedCertificate certificate =
        new IssuedCertificate(
            UUID.randomUUID(),
            caller.tenant(),
            authority.id(),
            role.name(),
            caller.id(),
            keys.serial(),
            subject.names(),
            subject.generated(),
            CertificateState.PENDING,
            tx.now(),
            notBefore,
            expiresAt,
            null,
            null,
            null);
    tx.certificates().insert(certificate);
    return new Prepared(authority, role.draft(), certificate, subject.publicKey());
  }

  private static void requireRoom(
      Transaction tx, Principal caller, CertificateAuthority authority, CertificateRole role) {
    int max = role.draft().certificatesMax();
    if (tx.certificates().countLive(authority.id(), role.name(), tx.now()) >= max) {
      throw full("the role has " + max + " certificates");
    }
    int all = CertificateRoleDraft.OF_AUTHORITY_MAX;
    if (tx.certificates().countLive(authority.id(), tx.now()) >= all) {
      throw full("the authority has " + all + " certificates");
    }
    if (tx.certificates().countLive(caller.tenant(), caller.id(), tx.now()) >= OF_PRINCIPAL_MAX) {
      throw full("you have " + OF_PRINCIPAL_MAX + " certificates");
    }
  }

  /**
   * Signs what was written ahead.
   *
   * @return the certificate, DER, which was verified
   * @throws dev.cofre.hsm.HsmException when the HSM does not sign; then nothing is left of it
   */
  public byte[] sign(Prepared prepared) {
    try {
      Hsm.SigningKey key = keys.key(prepared.authority());
      requireTime(prepared.certificate(), store.read(Transaction::now));
      return AuthorityKeys.verified(
          CertificateForms.leaf(
              prepared.authority(),
              prepared.role(),
              prepared.certificate(),
              prepared.publicKey(),
              key),
          key.publicKey());
    } catch (RuntimeException e) {
      discard(prepared.certificate());
      throw e;
    }
  }

  /**
   * It is revoked after {@link #PENDING_MAX}: what is slow must not hand it out after that.
   *
   * @throws ProblemException {@code overloaded} when at {@code now} it is too late
   */
  public static void requireTime(IssuedCertificate certificate, Instant now) {
    Instant latest = certificate.issuedAt().plus(PENDING_MAX.dividedBy(2));
    if (now.isAfter(latest)) {
      throw new ProblemException(ErrorCode.OVERLOADED, "it took too long; try again");
    }
  }

  /** Nothing was signed, or it is gone: nothing of it has to be on a list. */
  private void discard(IssuedCertificate certificate) {
    store.note(tx -> tx.certificates().discard(certificate.id()));
  }

  /**
   * Revokes what was signed and not handed out; when this fails, its time does it.
   *
   * @param witness records it before it is committed
   */
  public void giveUp(IssuedCertificate certificate, Runnable witness) {
    store.note(
        tx -> {
          if (Revocations.revoke(tx, certificate, RevocationReason.UNSPECIFIED)) {
            witness.run();
          }
          return null;
        });
  }

  private static ProblemException notFound() {
    return new ProblemException(
        ErrorCode.NOT_FOUND, "there is no such role of an authority, or you have no grant on it");
  }

  private static ProblemException full(String why) {
    return new ProblemException(
        ErrorCode.QUOTA_EXCEEDED, why + " that have not expired, which is the most; wait");
  }

  private static InvalidDocumentException tooLong(Duration max) {
    return new InvalidDocumentException(
        List.of(
            new FieldError(
                "ttlSeconds", "must be at most " + max.toSeconds() + ", as its role says")));
  }
}
