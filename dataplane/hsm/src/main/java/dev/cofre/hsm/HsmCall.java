package dev.cofre.hsm;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One call on its way to the HSM and back.
 *
 * <p>Concurrency: it is settled once, by the HSM thread that ran it or by whoever found it late;
 * whoever settles it also delivers it. The answer completes on the caller's executor.
 */
abstract class HsmCall<T> {
  final String kekLabel;
  final Lane lane;
  final Executor executor;
  final long submittedNs;
  final CompletableFuture<T> answer = new CompletableFuture<>();
  private final AtomicBoolean settled = new AtomicBoolean();
  private volatile boolean running;
  private T result;
  private Throwable failure;

  HsmCall(String kekLabel, Lane lane, Executor executor, long submittedNs) {
    this.kekLabel = kekLabel;
    this.lane = lane;
    this.executor = executor;
    this.submittedNs = submittedNs;
  }

  /** Asks the device; blocks. */
  abstract T ask(Hsm hsm);

  /** Overwrites a result that nobody waits for any more. */
  abstract void discard(T unwanted);

  /** A wrap that the token opens, as {@link #ask} has shown. */
  abstract Wrap proof(T result);

  /** It is in the device from now on; false: it was settled before. */
  boolean begin() {
    running = true;
    return !settled.get();
  }

  boolean isRunning() {
    return running;
  }

  boolean isSettled() {
    return settled.get();
  }

  /** True for the one who settles it with a result; the others' results are overwritten. */
  boolean succeed(T outcome) {
    if (!settled.compareAndSet(false, true)) {
      discard(outcome);
      return false;
    }
    result = outcome;
    return true;
  }

  /** True for the one who settles it with a failure. */
  boolean fail(Throwable why) {
    if (!settled.compareAndSet(false, true)) {
      return false;
    }
    failure = why;
    return true;
  }

  /** Completes the answer; called once, by or for who settled it. */
  void deliver() {
    T outcome = result;
    result = null;
    if (failure != null) {
      answer.completeExceptionally(failure);
    } else if (!answer.complete(outcome)) {
      discard(outcome);
    }
  }
}
