package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.server.store.CertificateAuthorityTable.Crl;
import dev.cofre.controlplane.server.store.CertificateTable.Revoked;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/**
 * Revocation lists, signed by authorities' keys in the HSM. One is made when something was revoked
 * since, when the newest is {@link #RENEWED_AFTER} old, and never more often than every {@link
 * #FRESH_FOR} by this process. Thread-safe; may wait for the store and the HSM.
 */
public final class RevocationLists {
  /** How long a list is valid: its nextUpdate. */
  public static final Duration VALID_FOR = Duration.ofHours(24);

  /** After this time it is made anew although nothing was revoked. */
  public static final Duration RENEWED_AFTER = Duration.ofHours(6);

  /** For so long a list is served without a look at the store. */
  public static final Duration FRESH_FOR = Duration.ofSeconds(1);

  private static final System.Logger LOG = System.getLogger(RevocationLists.class.getName());
  private static final int CACHED_MAX = 1_000;

  private final Store store;
  private final AuthorityKeys keys;
  private final LongSupplier nanoTime;
  private final Map<UUID, Cached> cache = new ConcurrentHashMap<>();

  /** One at a time is made: they may be of megabytes. */
  private final Object making = new Object();

  private record Cached(byte[] list, long atNs) {}

  /** Signs with {@code keys}. */
  public RevocationLists(Store store, AuthorityKeys keys) {
    this(store, keys, System::nanoTime);
  }

  RevocationLists(Store store, AuthorityKeys keys, LongSupplier nanoTime) {
    this.store = store;
    this.keys = keys;
    this.nanoTime = nanoTime;
  }

  /** The list of {@code authority} if it was looked at just now; waits for nothing. */
  public Optional<byte[]> cached(UUID authority) {
    Cached known = cache.get(authority);
    return known == null || nanoTime.getAsLong() - known.atNs > FRESH_FOR.toNanos()
        ? Optional.empty()
        : Optional.of(known.list);
  }

  /**
   * The newest list of {@code authority}, DER; of before when the HSM is away and it is still
   * valid.
   *
   * @throws ProblemException {@code not_found} when there is no such authority
   * @throws HsmException when the HSM is away and the list is over
   */
  public byte[] current(UUID authority) {
    Optional<byte[]> known = cached(authority);
    if (known.isPresent()) {
      return known.get();
    }
    synchronized (making) {
      known = cached(authority);
      return known.isPresent() ? known.get() : looked(authority);
    }
  }

  private byte[] looked(UUID id) {
    long atNs = nanoTime.getAsLong();
    byte[] list = renewed(id);
    if (cache.size() >= CACHED_MAX) {
      cache.clear();
    }
    cache.put(id, new Cached(list, atNs));
    return list;
  }

  /** Makes the list anew when that is due; see {@link #current}. */
  private byte[] renewed(UUID id) {
    Instant now = store.read(Transaction::now);
    Crl newest = store.read(tx -> tx.authorities().crl(id)).orElseThrow(RevocationLists::notFound);
    if (!isDue(newest, now)) {
      return newest.list();
    }
    try {
      return made(id, newest, now);
    } catch (HsmException | ProblemException e) {
      if (newest.list() == null || !now.isBefore(newest.madeAt().plus(VALID_FOR))) {
        throw e;
      }
      LOG.log(
          Level.WARNING,
          "the revocation list {0} of the authority {1} cannot be made anew: {2}",
          Long.toString(newest.number()),
          id,
          e.getMessage());
      return newest.list();
    }
  }

  private static boolean isDue(Crl newest, Instant now) {
    return newest.list() == null
        || newest.revocations() != newest.listed()
        || !now.isBefore(newest.madeAt().plus(RENEWED_AFTER));
  }

  private byte[] made(UUID id, Crl newest, Instant now) {
    CertificateAuthority authority =
        store.read(tx -> tx.authorities().find(id)).orElseThrow(RevocationLists::notFound);
    // What was revoked after `newest` was read is counted again by the next look.
    List<Revoked> revoked = store.read(tx -> tx.certificates().revoked(id, now.minus(VALID_FOR)));
    Instant thisUpdate = now.truncatedTo(ChronoUnit.SECONDS);
    long number = newest.number() + 1;
    byte[] list = signed(authority, keys.key(authority), thisUpdate, number, revoked);
    Crl next = new Crl(number, thisUpdate, list, newest.revocations(), newest.revocations());
    boolean first = store.note(tx -> tx.authorities().putCrl(id, next));
    // Another control plane was faster: its list is as new.
    return first
        ? list
        : store.read(tx -> tx.authorities().crl(id)).orElseThrow(RevocationLists::notFound).list();
  }

  private static byte[] signed(
      CertificateAuthority authority,
      Hsm.SigningKey key,
      Instant thisUpdate,
      long number,
      List<Revoked> revoked) {
    X509CertificateHolder issuer = CertificateForms.holder(authority);
    X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer.getSubject(), Date.from(thisUpdate));
    builder.setNextUpdate(Date.from(thisUpdate.plus(VALID_FOR)));
    for (Revoked one : revoked) {
      BigInteger serial = Serials.number(one.serial());
      Date at = Date.from(one.at().truncatedTo(ChronoUnit.SECONDS));
      builder.addCRLEntry(serial, at, one.reason().number());
    }
    try {
      builder
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              KeyIds.authority(issuer.getSubjectPublicKeyInfo()))
          .addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
      var holder = builder.build(new HsmSigner(key));
      if (!holder.isSignatureValid(
          new JcaContentVerifierProviderBuilder().build(key.publicKey()))) {
        throw AuthorityKeys.unavailable("what the HSM signed does not verify");
      }
      return holder.getEncoded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (CertException | OperatorCreationException e) {
      throw new IllegalStateException("what the HSM signed cannot be verified", e);
    }
  }

  /** Something was revoked: the next look at each list goes to the store. */
  public void forget() {
    cache.clear();
  }

  private static ProblemException notFound() {
    return new ProblemException(ErrorCode.NOT_FOUND, "there is no such authority");
  }
}
