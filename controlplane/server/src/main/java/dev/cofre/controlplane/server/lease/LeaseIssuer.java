package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.LeaseDraft;
import dev.cofre.controlplane.domain.LeaseState;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.NewUser;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.dynamic.UserNames;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SecretAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Makes credentials and prolongs them. Thread-safe; {@link #make} and {@link #renew} wait for the
 * engine's system.
 *
 * <p>Order: the lease is committed as PENDING with the name of its credential before the system
 * hears of it, and as ACTIVE before the password leaves. So whatever is killed when, the row of
 * every credential that there may be is in the store, and says when it goes.
 */
public final class LeaseIssuer {
  /** After this time nothing makes a credential any more that was written ahead. */
  public static final Duration PENDING_MAX = Duration.ofMinutes(2);

  /** So long a system may still be at what a lost connection asked of it. */
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(20);

  /** To count all takes time that grows with them. */
  private static final Duration COUNTED_FOR = Duration.ofSeconds(5);

  /** The most live leases of one principal. */
  public static final int OF_PRINCIPAL_MAX = 10_000;

  /** The most live leases in all. */
  public static final int IN_ALL_MAX = 200_000;

  private final Store store;
  private final RootLogin roots;
  private final RandomSource random;
  private final LongSupplier nanoTime;

  /** Held by the one that counts. */
  private final ReentrantLock counting = new ReentrantLock();

  private volatile Room room;

  /** How many more there may be, as counted at {@code atNs}. */
  private record Room(AtomicInteger left, long atNs) {}

  /** Names and passwords are taken from {@code random}. */
  public LeaseIssuer(Store store, RootLogin roots, RandomSource random) {
    this(store, roots, random, System::nanoTime);
  }

  LeaseIssuer(Store store, RootLogin roots, RandomSource random, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.store = store;
    this.roots = roots;
    this.random = random;
  }

  /** What is to be made: written ahead, and nowhere else yet. */
  public record Prepared(SecretEngine engine, DynamicRole role, Lease lease) {}

  /**
   * Takes room for one more lease. All are counted every 5 s at most, or when there is no more
   * room: so control planes that make some at the same time may pass the limit by these. One caller
   * counts, and waits for the store; the others go by the figure before.
   *
   * @throws ProblemException {@code quota_exceeded}
   */
  public void requireRoom() {
    Room known = room;
    if (isOld(known)) {
      known = counted(known);
    }
    if (known.left.getAndDecrement() <= 0) {
      throw full("there are " + IN_ALL_MAX + " live leases, which is the most");
    }
  }

  private boolean isOld(Room known) {
    return known == null
        || known.left.get() <= 0
        || nanoTime.getAsLong() - known.atNs > COUNTED_FOR.toNanos();
  }

  /** The count anew, or {@code known} while another caller counts. */
  private Room counted(Room known) {
    if (known == null) {
      counting.lock();
    } else if (!counting.tryLock()) {
      return known;
    }
    try {
      if (isOld(room)) {
        long nowNs = nanoTime.getAsLong();
        int live = store.read(tx -> tx.leases().countLive());
        room = new Room(new AtomicInteger(IN_ALL_MAX - live), nowNs);
      }
      return room;
    } finally {
      counting.unlock();
    }
  }

  /**
   * Writes a lease for {@code caller} ahead.
   *
   * @throws ProblemException {@code not_found} without a grant, whether there is such a role or
   *     not; {@code quota_exceeded} when there are too many leases
   */
  public Prepared begin(Transaction tx, Principal caller, LeaseDraft draft) {
    String tenant = caller.tenant();
    if (!SecretAccess.mayLease(tx, caller, DynamicRole.grantName(draft.engine(), draft.role()))) {
      throw notFound();
    }
    SecretEngine engine =
        tx.engines().find(tenant, draft.engine()).orElseThrow(LeaseIssuer::notFound);
    DynamicRole role =
        tx.dynamicRoles().find(engine.id(), draft.role()).orElseThrow(LeaseIssuer::notFound);
    if (tx.leases().countLive(engine.id(), role.name()) >= role.draft().leasesMax()) {
      throw full("the role has " + role.draft().leasesMax() + " live leases, which is its most");
    }
    if (tx.leases().countLive(tenant, caller.id()) >= OF_PRINCIPAL_MAX) {
      throw full("you have " + OF_PRINCIPAL_MAX + " live leases, which is the most");
    }
    Duration ttl = draft.ttl() == null ? role.draft().defaultTtl() : draft.ttl();
    if (ttl.compareTo(role.draft().maxTtl()) > 0) {
      throw tooLong(role.draft().maxTtl());
    }
    Lease lease = lease(tx.now(), caller, engine, role, ttl);
    tx.leases().insert(lease);
    return new Prepared(engine, role, lease);
  }

  private Lease lease(
      Instant now, Principal caller, SecretEngine engine, DynamicRole role, Duration ttl) {
    return new Lease(
        UUID.randomUUID(),
        caller.tenant(),
        engine.id(),
        role.name(),
        caller.id(),
        UserNames.fresh(role.name(), random),
        role.draft().owned(),
        LeaseState.PENDING,
        now,
        now.plus(ttl),
        now.plus(role.draft().maxTtl()),
        now.plus(PENDING_MAX),
        0,
        null,
        null,
        null);
  }

  /**
   * Makes the credential.
   *
   * @return its password, the caller's to overwrite
   * @throws ProblemException {@code target_unavailable}, or {@code conflict} when the system
   *     refuses; then its lease ends
   */
  public char[] make(Prepared prepared) {
    Lease lease = prepared.lease();
    char[] password = UserNames.password(random);
    try (Session session = roots.open(lease.engine())) {
      NewUser user =
          new NewUser(lease.userName(), lease.expiresAt(), prepared.role().draft().grants());
      requireTime(lease);
      session.create(user, password);
      return password;
    } catch (TargetException e) {
      Arrays.fill(password, '\0');
      giveUp(lease.id(), e.kind() == TargetException.Kind.AWAY ? UNKNOWN_FOR : Duration.ZERO);
      throw problem(e);
    } catch (RuntimeException e) {
      Arrays.fill(password, '\0');
      giveUp(lease.id(), Duration.ZERO);
      throw e;
    }
  }

  /** It is removed after {@link #PENDING_MAX}: what is slow must not make it after that. */
  private void requireTime(Lease lease) {
    Instant latest = lease.issuedAt().plus(PENDING_MAX.dividedBy(2));
    if (store.read(Transaction::now).isAfter(latest)) {
      throw new ProblemException(ErrorCode.OVERLOADED, "it took too long; try again");
    }
  }

  /**
   * Lets a lease end whose credential was not handed out; when this fails, its time does it.
   *
   * @param wait how long the system may still be at making it
   */
  public void giveUp(UUID lease, Duration wait) {
    store.note(
        tx -> {
          tx.leases().end(lease, "abandoned", tx.now().plus(wait));
          return null;
        });
  }

  /**
   * When {@code lease} is to end if it is prolonged by {@code ttl} now.
   *
   * @throws ProblemException {@code conflict} when it is not live
   */
  public static Instant renewed(Lease lease, Duration ttl, Instant now) {
    if (lease.state() != LeaseState.ACTIVE || lease.isExpired(now)) {
      throw ended();
    }
    Instant end = now.plus(ttl);
    if (end.isAfter(lease.maxExpiresAt())) {
      end = lease.maxExpiresAt();
    }
    // It is asked for longer, never for less: who wants it gone revokes it.
    return end.isAfter(lease.expiresAt()) ? end : lease.expiresAt();
  }

  /**
   * Checks that {@code caller} could get a credential as that of {@code lease} still.
   *
   * @throws ProblemException {@code forbidden} when the grant was taken back
   */
  public void requireGranted(Transaction tx, Principal caller, Lease lease) {
    String engine = tx.engines().find(lease.engine()).orElseThrow().name();
    if (!SecretAccess.mayLease(tx, caller, DynamicRole.grantName(engine, lease.role()))) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "your grant on the role was taken back; the lease ends as it is");
    }
  }

  /**
   * Has the system take the credential of {@code lease} until {@code expiresAt}, which it returns.
   */
  public Instant renew(Lease lease, Instant expiresAt) {
    try (Session session = roots.open(lease.engine())) {
      session.renew(lease.userName(), expiresAt);
      return expiresAt;
    } catch (TargetException e) {
      throw problem(e);
    }
  }

  /** That a lease has ended. */
  public static ProblemException ended() {
    return new ProblemException(
        ErrorCode.CONFLICT, "the lease has ended or is about to; ask for another one");
  }

  /** What callers are told of {@code e}. */
  public static ProblemException problem(TargetException e) {
    return e.kind() == TargetException.Kind.AWAY || e.kind() == TargetException.Kind.BUSY
        ? new ProblemException(ErrorCode.TARGET_UNAVAILABLE, e.getMessage() + "; try again")
        : new ProblemException(ErrorCode.CONFLICT, e.getMessage());
  }

  private static ProblemException notFound() {
    return new ProblemException(
        ErrorCode.NOT_FOUND, "there is no such role of an engine, or you have no grant on it");
  }

  private static ProblemException full(String why) {
    return new ProblemException(ErrorCode.QUOTA_EXCEEDED, why + "; end some, or wait");
  }

  private static InvalidDocumentException tooLong(Duration max) {
    return new InvalidDocumentException(
        List.of(
            new FieldError(
                "ttlSeconds", "must be at most " + max.toSeconds() + ", as its role says")));
  }
}
