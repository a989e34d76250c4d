package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateKeyType;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SigningCurve;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * The keys of authorities, which never leave the HSM, and what they sign. Thread-safe; waits for
 * the HSM.
 */
public final class AuthorityKeys {
  /** So much may clocks differ of those who verify. */
  public static final Duration BACKDATED = Duration.ofMinutes(1);

  private static final int KNOWN_MAX = 1_000;

  private final Hsm hsm;
  private final RandomSource random;

  /** Those that were compared with their certificates: to find one is a search of the token. */
  private final Map<UUID, Hsm.SigningKey> known = new ConcurrentHashMap<>();

  /** Keys in {@code hsm}; serial numbers from {@code random}. */
  public AuthorityKeys(Hsm hsm, RandomSource random) {
    this.hsm = hsm;
    this.random = random;
  }

  /** A serial number: 128 random bits, hexadecimal. */
  public String serial() {
    return Serials.fresh(random);
  }

  /** An authority's own certificate with the times of its validity. */
  public record Made(byte[] certificate, Instant notBefore, Instant notAfter) {}

  /**
   * Makes the key of {@code authority} in the HSM, and its certificate.
   *
   * @param now by which it is valid from now on
   */
  public Made make(CertificateAuthority authority, Instant now) {
    SigningCurve curve =
        authority.draft().keyType() == CertificateKeyType.EC_P384
            ? SigningCurve.P384
            : SigningCurve.P256;
    Hsm.SigningKey key = hsm.signingKey(authority.keyLabel(), curve);
    Instant notBefore = now.truncatedTo(ChronoUnit.SECONDS).minus(BACKDATED);
    Instant notAfter = notBefore.plus(authority.draft().validity());
    X509CertificateHolder holder =
        CertificateForms.authority(authority.draft(), key, serial(), notBefore, notAfter);
    return new Made(verified(holder, key.publicKey()), notBefore, notAfter);
  }

  /**
   * The key of {@code authority}, which is there: it is never made anew, under which nobody would
   * trust what it signs.
   *
   * @throws ProblemException {@code hsm_unavailable} when the HSM does not have it
   */
  Hsm.SigningKey key(CertificateAuthority authority) {
    Hsm.SigningKey found = known.get(authority.id());
    if (found == null) {
      found = found(authority);
      if (known.size() >= KNOWN_MAX) {
        known.clear();
      }
      known.put(authority.id(), found);
    }
    return found;
  }

  private Hsm.SigningKey found(CertificateAuthority authority) {
    Hsm.SigningKey key =
        hsm.findSigningKey(authority.keyLabel())
            .orElseThrow(
                () -> unavailable("the HSM lacks the key of the authority " + authority.id()));
    PublicKey certified = parsed(authority.certificate()).getPublicKey();
    if (!certified.equals(key.publicKey())) {
      throw unavailable("the HSM has another key for the authority " + authority.id());
    }
    return key;
  }

  /** Destroys the key of {@code authority}; does nothing when there is none. */
  public void destroy(CertificateAuthority authority) {
    known.remove(authority.id());
    hsm.destroySigningKey(authority.keyLabel());
  }

  /** The DER of {@code holder}: nothing leaves that does not verify. */
  static byte[] verified(X509CertificateHolder holder, PublicKey issuer) {
    try {
      byte[] der = holder.getEncoded();
      parsed(der).verify(issuer);
      return der;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw unavailable("what the HSM signed does not verify");
    }
  }

  static X509Certificate parsed(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate cannot be read", e);
    }
  }

  /** That the HSM is there and cannot do what it is for. */
  static ProblemException unavailable(String why) {
    return new ProblemException(ErrorCode.HSM_UNAVAILABLE, why);
  }
}
