package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.server.store.CertificateAuthorityTable.Crl;
import dev.cofre.controlplane.server.store.CertificateTable.Revoked;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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

  /** For so long one waits who finds that others make the same list. */
  private static final Duration WAITED_FOR = Duration.ofSeconds(1);

  private static final System.Logger LOG = System.getLogger(RevocationLists.class.getName());
  private static final int CACHED_MAX = 1_000;

  private final Store store;
  private final AuthorityKeys keys;
  private final LongSupplier nanoTime;
  private final Map<UUID, Cached> cache = new ConcurrentHashMap<>();

  /** Why there was no list just now, also of authorities that there are not. */
  private final Map<UUID, Failed> failures = new ConcurrentHashMap<>();

  /** Held while the list of one authority is made: it may be of megabytes. */
  private final Map<UUID, ReentrantLock> making = new ConcurrentHashMap<>();

  /**
   * A list that was looked at.
   *
   * @param untilNs when it is over
   */
  private record Cached(byte[] list, long atNs, long untilNs) {}

  private record Failed(RuntimeException why, long atNs) {}

  /**
   * A list, and for how long it is valid still.
   *
   * @param before whether it could not be made anew: then nobody tries again for {@link #FRESH_FOR}
   */
  private record Looked(byte[] list, Duration left, boolean before) {}

  /** Signs with {@code keys}. */
  public RevocationLists(Store store, AuthorityKeys keys) {
    this(store, keys, System::nanoTime);
  }

  RevocationLists(Store store, AuthorityKeys keys, LongSupplier nanoTime) {
    this.store = store;
    this.keys = keys;
    this.nanoTime = nanoTime;
  }

  /**
   * The list of {@code authority} if it was looked at just now; waits for nothing.
   *
   * @throws RuntimeException what {@link #current} threw just now
   */
  public Optional<byte[]> cached(UUID authority) {
    Cached known = cache.get(authority);
    if (known != null && isFresh(known.atNs)) {
      return Optional.of(known.list);
    }
    Failed failed = failures.get(authority);
    if (failed != null && isFresh(failed.atNs)) {
      throw failed.why;
    }
    return Optional.empty();
  }

  private boolean isFresh(long atNs) {
    return nanoTime.getAsLong() - atNs <= FRESH_FOR.toNanos();
  }

  /**
   * The newest list of {@code authority}, DER; of before when the HSM or the store is away, or
   * others make it for longer than {@link #WAITED_FOR}, and it is still valid.
   *
   * @throws ProblemException {@code not_found} when there is no such authority
   * @throws HsmException when the HSM is away and the list is over
   * @throws StoreException when the store is away and no list is known that is not over
   */
  public byte[] current(UUID authority) {
    Optional<byte[]> known = cached(authority);
    if (known.isPresent()) {
      return known.get();
    }
    long atNs = nanoTime.getAsLong();
    try {
      Looked looked = looked(authority);
      long freshFromNs = looked.before ? nanoTime.getAsLong() : atNs;
      put(cache, authority, new Cached(looked.list, freshFromNs, atNs + looked.left.toNanos()));
      failures.remove(authority);
      return looked.list;
    } catch (RuntimeException e) {
      return inspiteOf(e, authority);
    }
  }

  /** What is in memory, while the store is away; else it is thrown again, and remembered. */
  private byte[] inspiteOf(RuntimeException why, UUID authority) {
    long nowNs = nanoTime.getAsLong();
    Cached last = cache.get(authority);
    if (why instanceof StoreException && last != null && nowNs - last.untilNs < 0) {
      put(cache, authority, new Cached(last.list, nowNs, last.untilNs));
      return last.list;
    }
    put(failures, authority, new Failed(why, nowNs));
    throw why;
  }

  private static <T> void put(Map<UUID, T> map, UUID id, T value) {
    if (map.size() >= CACHED_MAX) {
      map.clear();
    }
    map.put(id, value);
  }

  /** Makes the list anew when that is due; see {@link #current}. */
  private Looked looked(UUID id) {
    Instant now = store.read(Transaction::now);
    Crl newest = newest(id);
    if (!isDue(newest, now)) {
      return left(newest, now, false);
    }
    ReentrantLock lock = making.computeIfAbsent(id, any -> new ReentrantLock());
    if (!isLocked(lock)) {
      return before(
          newest, now, new ProblemException(ErrorCode.OVERLOADED, "the list is being made"));
    }
    try {
      Crl since = newest(id);
      return isDue(since, now) ? renewed(id, since, now) : left(since, now, false);
    } finally {
      // Who comes between these two makes it with another lock, and the store takes one of them.
      making.remove(id, lock);
      lock.unlock();
    }
  }

  private static boolean isLocked(ReentrantLock lock) {
    try {
      return lock.tryLock(WAITED_FOR.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Crl newest(UUID id) {
    return store.read(tx -> tx.authorities().crl(id)).orElseThrow(RevocationLists::notFound);
  }

  private Looked renewed(UUID id, Crl newest, Instant now) {
    try {
      return left(made(id, newest, now), now, false);
    } catch (HsmException | ProblemException | StoreException e) {
      Looked before = before(newest, now, e);
      LOG.log(
          Level.WARNING,
          "the revocation list {0} of the authority {1} cannot be made anew: {2}",
          Long.toString(newest.number()),
          id,
          e.getMessage());
      return before;
    }
  }

  private static Looked left(Crl crl, Instant now, boolean before) {
    return new Looked(crl.list(), Duration.between(now, crl.madeAt().plus(VALID_FOR)), before);
  }

  /** The list as it was; throws {@code why} when there is none that is valid. */
  private static Looked before(Crl newest, Instant now, RuntimeException why) {
    if (newest.list() == null || !now.isBefore(newest.madeAt().plus(VALID_FOR))) {
      throw why;
    }
    return left(newest, now, true);
  }

  private static boolean isDue(Crl newest, Instant now) {
    return newest.list() == null
        || newest.revocations() != newest.listed()
        || !now.isBefore(newest.madeAt().plus(RENEWED_AFTER));
  }

  private Crl made(UUID id, Crl newest, Instant now) {
    CertificateAuthority authority =
        store.read(tx -> tx.authorities().find(id)).orElseThrow(RevocationLists::notFound);
    // What was revoked after `newest` was read is counted again by the next look.
    List<Revoked> revoked = store.read(tx -> tx.certificates().revoked(id, now.minus(VALID_FOR)));
    Instant thisUpdate = now.truncatedTo(ChronoUnit.SECONDS);
    // A store that was restored knows an older number than those who verify: time goes on.
    long number = Math.max(newest.number() + 1, thisUpdate.getEpochSecond());
    byte[] list = signed(authority, keys.key(authority), thisUpdate, number, revoked);
    Crl next = new Crl(number, thisUpdate, list, newest.revocations(), newest.revocations());
    boolean first = store.note(tx -> tx.authorities().putCrl(id, newest.number(), next));
    // Another control plane was faster: its list is as new.
    return first ? next : newest(id);
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
      throw AuthorityKeys.unavailable("what the HSM signed cannot be verified: " + e.getMessage());
    }
  }

  /** Something was revoked: the next look at each list goes to the store. */
  public void forget() {
    cache.replaceAll(
        (id, known) -> new Cached(known.list, known.atNs - FRESH_FOR.toNanos() - 1, known.untilNs));
    failures.clear();
  }

  private static ProblemException notFound() {
    return new ProblemException(ErrorCode.NOT_FOUND, "there is no such authority");
  }
}
