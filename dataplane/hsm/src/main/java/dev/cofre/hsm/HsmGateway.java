package dev.cofre.hsm;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.RandomSource;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The way from event loops to the HSM: a bounded, fair queue, a few threads that each take a batch
 * of it, a deadline, and a breaker.
 *
 * <p>Thread-safe; {@link #mint} and {@link #unwrap} never block and take no lock. Their answers
 * complete on the executor that the caller gives, all of one batch for one executor in one task.
 * They fail with
 *
 * <ul>
 *   <li>{@code overloaded}, at once, when the requester, its tenant or all together wait for too
 *       many calls;
 *   <li>{@code hsm_unavailable} when the token fails, at once while it is known to, or when the
 *       deadline passes, the time in the queue included;
 *   <li>{@code invalid_ciphertext} when a wrap does not verify; for a while the same bytes then
 *       fail without asking the HSM.
 * </ul>
 *
 * <p>Equal wraps are not coalesced: the cache above has one look-up for all who wait for a data
 * key.
 */
public final class HsmGateway implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HsmGateway.class.getName());
  private static final Executor AT_ONCE = Runnable::run;
  private static final long TICK_NS = 10_000_000L;
  private static final long SWEEP_NS = 1_000_000_000L;

  private final Hsm hsm;
  private final Duration deadline;
  private final FairQueue queue;
  private final RejectedWraps rejected = new RejectedWraps(System::nanoTime);
  private final GatewayCounters counters = new GatewayCounters();
  private final Breaker breaker;
  private final Semaphore work = new Semaphore(0);
  private final Queue<HsmCall<?>> bySubmission = new ConcurrentLinkedQueue<>();
  private final List<HsmWorker> workers = new ArrayList<>();
  private final Thread clock;
  private volatile boolean closed;

  /** A gateway with the shipped limits, but {@code deadline}. */
  public HsmGateway(Hsm hsm, Duration deadline) {
    this(hsm, GatewayLimits.DEFAULT.withDeadline(deadline));
  }

  /** A gateway to {@code hsm}, which it closes with itself. */
  public HsmGateway(Hsm hsm, GatewayLimits limits) {
    this.hsm = hsm;
    this.deadline = limits.deadline();
    this.queue = new FairQueue(limits, System::nanoTime);
    this.breaker = new Breaker(hsm);
    for (int i = 0; i < limits.threads(); i++) {
      workers.add(new HsmWorker(this, i));
    }
    this.clock = Thread.ofPlatform().daemon().name("hsm-clock").start(this::keepTime);
  }

  /**
   * Makes a data key and wraps it with AES-GCM under the KEK.
   *
   * @param random read for the key and the IV at the moment of the wrap
   * @param executor where the answer completes; null: on the HSM thread, which must not be held up
   */
  public CompletableFuture<MintedKey> mint(
      Requester requester, String kekLabel, byte[] aad, RandomSource random, Executor executor) {
    Lane lane = breaker.isOpen() ? null : queue.admit(requester);
    if (lane == null) {
      return refused();
    }
    return submit(new MintCall(kekLabel, aad, random, lane, orAtOnce(executor), System.nanoTime()));
  }

  /**
   * Opens a wrap. Whoever takes the answer closes it after use; the arrays are not to be changed by
   * the caller any more.
   *
   * @param executor where the answer completes; null: on the HSM thread, which must not be held up
   */
  public CompletableFuture<ClearKey> unwrap(
      Requester requester,
      String kekLabel,
      byte[] iv,
      byte[] aad,
      byte[] wrapped,
      Executor executor) {
    Wrap wrap = new Wrap(kekLabel, iv, aad, wrapped);
    if (rejected.contains(wrap)) {
      counters.rejected.increment();
      counters.remembered.increment();
      return CompletableFuture.failedFuture(invalid());
    }
    Lane lane = breaker.isOpen() ? null : queue.admit(requester);
    if (lane == null) {
      return refused();
    }
    return submit(new UnwrapCall(wrap, lane, orAtOnce(executor), System.nanoTime()));
  }

  private static Executor orAtOnce(Executor executor) {
    return executor == null ? AT_ONCE : executor;
  }

  private <T> CompletableFuture<T> refused() {
    if (breaker.isOpen()) {
      counters.failures.increment();
      return CompletableFuture.failedFuture(unavailable());
    }
    counters.refused.increment();
    return CompletableFuture.failedFuture(
        new ProblemException(
            ErrorCode.OVERLOADED, "too many requests wait for the HSM; try again later"));
  }

  private <T> CompletableFuture<T> submit(HsmCall<T> call) {
    bySubmission.add(call);
    queue.add(call);
    wakeOne();
    if (closed && call.fail(unavailable())) {
      settled(call);
      call.deliver();
    }
    return call.answer;
  }

  /** Wakes an HSM thread unless one is woken already, which will find this call as well. */
  private void wakeOne() {
    if (work.availablePermits() == 0) {
      work.release();
    }
  }

  // What HSM threads use.

  Hsm hsm() {
    return hsm;
  }

  boolean isClosed() {
    return closed;
  }

  GatewayCounters counters() {
    return counters;
  }

  Breaker breaker() {
    return breaker;
  }

  FairQueue queue() {
    return queue;
  }

  void awaitWork() throws InterruptedException {
    work.acquire();
  }

  /** More than this thread's batch waits: another thread may begin. */
  void shareWork() {
    if (queue.waiting() > 0) {
      wakeOne();
    }
  }

  /** The token rejected the wrap of {@code call}. */
  void rejected(HsmCall<?> call) {
    counters.rejected.increment();
    call.lane.rejected(System.nanoTime());
    if (call instanceof UnwrapCall unwrap) {
      rejected.add(unwrap.wrap);
    }
  }

  /** {@code call} has its outcome: its place in the queue is free again. */
  void settled(HsmCall<?> call) {
    queue.leave(call.lane);
  }

  static ProblemException invalid() {
    return new ProblemException(
        ErrorCode.INVALID_CIPHERTEXT, "the envelope or wrapped data key is not valid");
  }

  static ProblemException unavailable() {
    return new ProblemException(
        ErrorCode.HSM_UNAVAILABLE,
        "the HSM cannot be reached; try again later, and see ./cofre doctor on the node");
  }

  // The clock: deadlines, and what is to be forgotten.

  private void keepTime() {
    long idleTickNs = Math.min(SWEEP_NS, deadline.toNanos() / 4);
    long busyTickNs = Math.min(TICK_NS, idleTickNs);
    long sweptNs = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(this, queue.pending() > 0 ? busyTickNs : idleTickNs);
      long now = System.nanoTime();
      failLate(now);
      workers.forEach(worker -> worker.flushWhenStuck(now, busyTickNs));
      // Suspects' calls may be due by now, of which nobody else tells.
      shareWork();
      if (now - sweptNs > SWEEP_NS) {
        sweptNs = now;
        rejected.sweep();
        queue.sweep();
      }
    }
  }

  /** All calls have the same time, so those that were submitted first are late first. */
  private void failLate(long now) {
    Deliveries late = new Deliveries();
    HsmCall<?> oldest = bySubmission.peek();
    while (oldest != null
        && (oldest.isSettled() || now - oldest.submittedNs >= deadline.toNanos())) {
      bySubmission.remove();
      if (oldest.fail(unavailable())) {
        counters.late.increment();
        counters.failures.increment();
        settled(oldest);
        late.add(oldest);
        // Others were answered meanwhile: then it is the queue that is slow.
        if (breaker.isSilentSince(oldest.submittedNs)) {
          breaker.failed(new HsmException("a call was not answered within " + deadline));
        }
      }
      oldest = bySubmission.peek();
    }
    late.flush();
  }

  // How it stands.

  /** Whether the HSM answered the last call and calls are let through. */
  public boolean isHealthy() {
    return breaker.isHealthy();
  }

  /** How many calls wait. */
  public int queued() {
    return queue.waiting();
  }

  /** All figures. */
  public GatewayFigures figures() {
    return counters.figures(isHealthy(), queued(), breaker.openings());
  }

  /**
   * Fails the calls that wait and gives those that run their deadline, for the token is not to be
   * logged out under them. When one is stuck in the device the token is left as it is: logging out
   * would be stuck too, and the end of the process does it.
   */
  @Override
  public void close() {
    closed = true;
    try {
      breaker.stop();
      workers.forEach(HsmWorker::stop);
      LockSupport.unpark(clock);
      clock.join();
      failTheRest();
      if (haveEnded()) {
        hsm.close();
      } else {
        LOG.log(Level.WARNING, "a call is stuck in the HSM; it is not logged out");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.log(Level.WARNING, "interrupted at the end; the HSM is not logged out");
    }
  }

  private void failTheRest() {
    Deliveries unanswered = new Deliveries();
    HsmCall<?> call = bySubmission.poll();
    while (call != null) {
      if (!call.isRunning() && call.fail(unavailable())) {
        settled(call);
        unanswered.add(call);
      }
      call = bySubmission.poll();
    }
    unanswered.flush();
  }

  private boolean haveEnded() throws InterruptedException {
    long endNs = System.nanoTime() + deadline.toNanos();
    boolean ended = !breaker.isProbing();
    for (HsmWorker worker : workers) {
      ended &= worker.awaitEnd(TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime()));
    }
    return ended;
  }
}
