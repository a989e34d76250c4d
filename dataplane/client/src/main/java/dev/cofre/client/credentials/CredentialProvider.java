package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import dev.cofre.client.Endpoint;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Keeps a credential: renews a lease or gets another one when about half of what is left of it is
 * over, follows a secret's value, and holds what it has while the control plane is away or refuses.
 * There is none before the first one came, and after the end of a lease for as long as the control
 * plane gives no other. Thread-safe.
 *
 * <p>One thread of its own does that, one call after the other; {@link #get} waits for nothing but
 * the first credential. What fails is tried again, all times spread at random: at most 45 s apart
 * when there is no credential or the control plane is away, and at most 7.5 min while there is one
 * and the control plane refuses or asks for that; in all that a lease that is held is tried again
 * before half of what is left of it is over, if that is more than 1.5 s.
 */
public final class CredentialProvider implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CredentialProvider.class.getName());
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);
  private static final long REVOKE_WITHIN_NS = TimeUnit.SECONDS.toNanos(10);

  /** The most that one step takes: a renewal, a request, a revocation, another request. */
  private static final int STEP_CALLS = 4;

  private static final int LIFE_PARTS = 3;

  private final Calls calls;
  private final Keeper keeper;
  private final Times times;
  private final Backoff failures;
  private final Backoff replacements;
  private final Thread thread;
  private final long endWithinNs;
  private final List<CredentialListener> listeners = new CopyOnWriteArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();

  /** An attempt came to its end, whatever it brought. */
  private final Condition attempted = lock.newCondition();

  /** There is something to do for the thread. */
  private final Condition called = lock.newCondition();

  // Guarded by the lock. The thread alone writes held, so it reads that without.
  private Held held;
  private long generation;
  private long generationSinceNs;
  private CofreException trouble;
  private long dueNs;
  private boolean closed;

  /** The generation in whose place another one is wanted; 0 for none. */
  private long wanted;

  private long wantedAgainNs;

  CredentialProvider(Endpoint endpoint, CredentialSource source, Times times) {
    this.times = times;
    this.failures = new Backoff(times);
    this.replacements = new Backoff(times);
    this.dueNs = times.nowNs();
    this.wantedAgainNs = dueNs;
    this.endWithinNs =
        REVOKE_WITHIN_NS
            + STEP_CALLS * TimeUnit.MILLISECONDS.toNanos(endpoint.limits().requestTimeoutMs());
    this.calls = new Calls(endpoint);
    this.keeper =
        source instanceof CredentialSource.Lease lease
            ? new LeaseKeeper(calls, lease, times)
            : new SecretKeeper(calls, (CredentialSource.Secret) source, times);
    this.thread = new Thread(this::run, "cofre-credentials");
    thread.setDaemon(true);
  }

  /**
   * Begins to get credentials of {@code source}; returns at once.
   *
   * @param endpoint the control plane, its trust and the file of the token, see {@code
   *     TokenSource.file}; its limit of a request holds for each call
   */
  public static CredentialProvider start(Endpoint endpoint, CredentialSource source) {
    return start(
        endpoint, source, new Times(System::nanoTime, new Random(), TimeUnit.SECONDS.toNanos(1)));
  }

  static CredentialProvider start(Endpoint endpoint, CredentialSource source, Times times) {
    CredentialProvider provider = new CredentialProvider(endpoint, source, times);
    provider.thread.start();
    return provider;
  }

  /**
   * A copy of the credential that works now, the caller's to close. Waits for the first attempt to
   * get one, 15 s at most.
   *
   * @throws CofreException when there is none: why the last attempt failed, or {@code TIMED_OUT}
   */
  public Credential get() {
    lock.lock();
    try {
      await(() -> works() || trouble != null);
      return copy();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same after a system has refused to let {@code refused} in: another one when there is one
   * already, or when the control plane gives one now; else the same again. Asks the control plane
   * once for all callers, and after that again only some time later, 0.5 to 1.5 s and twice as long
   * with each time, up to 3 min: a system that refuses everybody does not have credentials made
   * without end, also when another one takes them. It begins anew with a credential that {@link
   * #worked} when it was 3 min old.
   *
   * <p>Not for listeners: it waits for the thread that calls them.
   *
   * @throws CofreException when there is none that works, or by a listener
   */
  public Credential replacement(Credential refused) {
    if (isOwnThread()) {
      throw new CofreException(CofreException.Kind.LOCAL, "a listener waits for no replacement");
    }
    lock.lock();
    try {
      boolean ours = refused.generation() == generation;
      if (ours && (wanted == generation || times.nowNs() - wantedAgainNs >= 0)) {
        wanted = generation;
        called.signalAll();
        await(() -> generation != refused.generation() || wanted != refused.generation());
      }
      return copy();
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@code credential} is the one that {@link #get} would copy now. */
  public boolean isCurrent(Credential credential) {
    lock.lock();
    try {
      return credential.generation() == generation;
    } finally {
      lock.unlock();
    }
  }

  /** Says that a system let {@code credential} in. */
  public void worked(Credential credential) {
    lock.lock();
    try {
      // One that some take and others refuse would have them made without end.
      if (credential.generation() == generation
          && times.nowNs() - generationSinceNs >= Backoff.REPLACED_LONGEST_NS) {
        replacements.ended();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells {@code listener} from now on. */
  public void addListener(CredentialListener listener) {
    listeners.add(listener);
  }

  /** Tells {@code listener} no more, once it has returned from what it is told now. */
  public void removeListener(CredentialListener listener) {
    listeners.remove(listener);
  }

  /** How it is now. */
  public CredentialState state() {
    lock.lock();
    try {
      Optional<Held> now = works() ? Optional.of(held) : Optional.empty();
      return new CredentialState(
          now.map(Held::id),
          now.map(Held::username),
          now.filter(one -> !one.isEndless())
              .map(one -> Instant.now().plusNanos(one.endsNs() - times.nowNs())),
          Optional.ofNullable(trouble).map(CofreException::reason));
    } finally {
      lock.unlock();
    }
  }

  /**
   * How long a connection may live that is opened by a credential of this provider: a third of a
   * lease's life. A credential that is handed out has two fifths of its life before it while the
   * control plane answers, so a fifteenth is left for what a pool does late: 6 s of 90 s. Empty
   * where credentials have no end. Waits like {@link #get}.
   *
   * @throws CofreException when there is no credential
   */
  public Optional<Duration> connectionLifetimeMax() {
    lock.lock();
    try {
      await(() -> works() || trouble != null);
      requireHeld();
      return held.isEndless()
          ? Optional.empty()
          : Optional.of(Duration.ofNanos(held.lifeNs() / LIFE_PARTS));
    } finally {
      lock.unlock();
    }
  }

  private void await(BooleanSupplier fact) {
    long leftNs = WAIT_MAX.toNanos();
    try {
      while (!closed && leftNs > 0 && !fact.getAsBoolean()) {
        leftNs = attempted.awaitNanos(leftNs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CofreException(CofreException.Kind.LOCAL, "interrupted", e);
    }
  }

  private boolean works() {
    return held != null && held.works(times.nowNs());
  }

  private void requireHeld() {
    if (closed) {
      throw new CofreException(CofreException.Kind.LOCAL, "the provider is closed");
    }
    if (!works()) {
      // Many are told of one failure.
      throw trouble != null
          ? trouble.again()
          : new CofreException(
              CofreException.Kind.TIMED_OUT, "no credential in " + WAIT_MAX.toSeconds() + " s");
    }
  }

  private Credential copy() {
    requireHeld();
    return new Credential(generation, held.id(), held.username(), held.password().clone());
  }

  private void run() {
    try {
      while (awaitDue()) {
        attempt();
      }
      // A listener may have left it interrupted; what follows waits.
      Thread.interrupted();
      keeper.end(held, times.nowNs() + REVOKE_WITHIN_NS);
    } finally {
      lock.lock();
      try {
        closed = true;
        if (held != null) {
          held.wipe();
          held = null;
        }
        attempted.signalAll();
      } finally {
        lock.unlock();
      }
      calls.close();
    }
  }

  /** Whether something is due; not, when this is closed. */
  private boolean awaitDue() {
    lock.lock();
    try {
      while (!closed && !isWanted()) {
        long leftNs = dueNs - times.nowNs();
        if (leftNs <= 0) {
          return true;
        }
        called.awaitNanos(Math.min(leftNs, times.pollNs()));
      }
      return !closed;
    } catch (InterruptedException e) {
      // Nobody has this thread but us: it is told to end.
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean isWanted() {
    return wanted != 0 && wanted == generation;
  }

  private void attempt() {
    boolean replaces;
    lock.lock();
    try {
      replaces = isWanted();
    } finally {
      lock.unlock();
    }
    Held next = null;
    CofreException failure = null;
    try {
      next = replaces ? keeper.replace(held) : keeper.step(held);
    } catch (CofreException e) {
      failure = e;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "credentials could not be looked after; it is tried again", e);
      failure = new CofreException(CofreException.Kind.LOCAL, "a fault of this client", e);
    }
    boolean changed = false;
    boolean first = false;
    lock.lock();
    try {
      if (failure == null) {
        changed = take(next);
      } else {
        first = trouble == null;
        trouble = failure;
        if (!replaces) {
          dueNs = failures.after(failure, works() ? held : null);
        }
      }
      if (replaces) {
        wanted = 0;
        wantedAgainNs = replacements.afterReplacement();
      }
      attempted.signalAll();
    } finally {
      lock.unlock();
    }
    if (changed) {
      tell(listener -> listener.changed(state()));
    } else if (first) {
      tell(listener -> listener.troubled(state()));
    }
  }

  /** Whether {@code next} is another credential than before. */
  private boolean take(Held next) {
    boolean changed = held == null || !next.says(held);
    if (changed) {
      if (held != null) {
        held.wipe();
      }
      generation++;
      generationSinceNs = times.nowNs();
      wanted = 0;
    }
    held = next;
    trouble = null;
    failures.ended();
    dueNs = keeper.dueNs(next);
    return changed;
  }

  private void tell(Consumer<CredentialListener> telling) {
    for (CredentialListener listener : listeners) {
      try {
        telling.accept(listener);
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "a listener to a credential failed", e);
      }
    }
  }

  /**
   * Ends the leases that it has, overwrites the password, and closes the connections; also on an
   * interrupted thread. Waits for the call that is under way and for what the end takes, at most 10
   * s and four times the endpoint's limit of a request: 50 s by default, when the control plane
   * does not answer. What takes longer goes on by itself; a lease that could not be revoked ends by
   * itself. By a listener it does not wait.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      called.signalAll();
      attempted.signalAll();
    } finally {
      lock.unlock();
    }
    if (!isOwnThread()) {
      awaitEnd();
      lock.lock();
      try {
        if (held != null) {
          held.wipe();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean isOwnThread() {
    return Thread.currentThread().equals(thread);
  }

  /** An interruption is kept for the caller: what is not revoked now works on. */
  private void awaitEnd() {
    long untilNs = System.nanoTime() + endWithinNs;
    boolean interrupted = false;
    long leftNs = endWithinNs;
    while (leftNs > 0 && thread.isAlive()) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, leftNs);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      leftNs = untilNs - System.nanoTime();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Names what it holds; never the password. */
  @Override
  public String toString() {
    return "CredentialProvider[" + state().id().orElse("none") + "]";
  }
}
