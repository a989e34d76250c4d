package dev.cofre.hsm;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The bounded way from event loops to the HSM: a few threads of its own, a queue with a limit, a
 * deadline.
 *
 * <p>Thread-safe; never blocks the caller. A full queue refuses at once with {@code overloaded}; a
 * call that is not done within the deadline, or that the token fails, ends with {@code
 * hsm_unavailable}, and so does every new one while all threads are stuck in the device; a wrap
 * that does not verify with {@code invalid_ciphertext}.
 */
public final class HsmGateway implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HsmGateway.class.getName());
  private static final int THREADS = 4;
  private static final int QUEUE_MAX = 4_096;

  private final Hsm hsm;
  private final Duration deadline;
  private final ThreadPoolExecutor threads;
  private final ConcurrentMap<Thread, Long> startedNs = new ConcurrentHashMap<>();
  private volatile boolean healthy = true;

  /**
   * A gateway to {@code hsm}, which it closes with itself; each call has {@code deadline}, its time
   * in the queue included.
   */
  public HsmGateway(Hsm hsm, Duration deadline) {
    this.hsm = hsm;
    this.deadline = deadline;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Thread.ofPlatform().daemon().name("hsm-", 0).factory());
  }

  /**
   * Runs {@code call} on an HSM thread.
   *
   * @param discard overwrites a result that came after the deadline, when nobody waits for it any
   *     more
   */
  public <T> CompletableFuture<T> submit(Function<Hsm, T> call, Consumer<T> discard) {
    if (isStuck()) {
      return CompletableFuture.failedFuture(
          toProblem(new HsmException("all threads are stuck in the HSM")));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.execute(() -> run(call, answer, discard));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new ProblemException(
              ErrorCode.OVERLOADED, "too many requests wait for the HSM; try again later"));
    }
    answer.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
    return answer.exceptionallyCompose(
        failure -> CompletableFuture.failedFuture(toProblem(failure)));
  }

  private <T> void run(Function<Hsm, T> call, CompletableFuture<T> answer, Consumer<T> discard) {
    if (answer.isDone()) {
      return;
    }
    try {
      T result = timed(call);
      healed();
      if (!answer.complete(result)) {
        discard.accept(result);
      }
    } catch (WrapRejectedException e) {
      healed();
      answer.completeExceptionally(e);
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private <T> T timed(Function<Hsm, T> call) {
    startedNs.put(Thread.currentThread(), System.nanoTime());
    try {
      return call.apply(hsm);
    } finally {
      startedNs.remove(Thread.currentThread());
    }
  }

  /** Whether every thread has been in one call for longer than a call may take. */
  private boolean isStuck() {
    long now = System.nanoTime();
    return startedNs.size() == THREADS
        && startedNs.values().stream().allMatch(started -> now - started > deadline.toNanos());
  }

  private ProblemException toProblem(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof WrapRejectedException) {
      return new ProblemException(
          ErrorCode.INVALID_CIPHERTEXT, "the envelope or wrapped data key is not valid");
    }
    if (healthy) {
      LOG.log(Level.ERROR, "the HSM fails", cause);
    }
    healthy = false;
    return new ProblemException(
        ErrorCode.HSM_UNAVAILABLE,
        "the HSM cannot be reached; try again later, and see ./cofre doctor on the node");
  }

  private void healed() {
    if (!healthy) {
      LOG.log(Level.INFO, "the HSM answers again");
      healthy = true;
    }
  }

  /** Whether the last call was answered. */
  public boolean isHealthy() {
    return healthy;
  }

  /** How many calls wait. */
  public int queued() {
    return threads.getQueue().size();
  }

  /**
   * Drops the calls that wait and gives those that run their deadline, for the token is not to be
   * logged out under them. When one is stuck in the device the token is left as it is: logging out
   * would be stuck too, and the end of the process does it.
   */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (threads.awaitTermination(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        hsm.close();
      } else {
        LOG.log(Level.WARNING, "a call is stuck in the HSM; it is not logged out");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      hsm.close();
    }
  }
}
