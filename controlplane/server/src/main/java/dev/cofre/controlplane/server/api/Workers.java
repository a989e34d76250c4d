package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which the store, the HSM and the audit log are waited for, never an event loop.
 * Thread-safe. Platform threads, because a PKCS#11 call would pin a virtual one to its carrier; a
 * full queue refuses at once.
 */
public final class Workers implements AutoCloseable {
  private static final int THREADS = 12;
  private static final int QUEUE_MAX = 1_024;

  private final ThreadPoolExecutor executor;

  /** Starts no thread before there is work. */
  public Workers() {
    this("worker-", THREADS, QUEUE_MAX);
  }

  /** The same, {@code threads} of them named {@code name}, for whom {@code queueMax} may wait. */
  public Workers(String name, int threads, int queueMax) {
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            60,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queueMax),
            Thread.ofPlatform().name(name, 0).daemon().factory());
    executor.allowCoreThreadTimeOut(true);
  }

  /** Runs {@code work}; the future completes on {@code context}. */
  <T> Future<T> run(Context context, Callable<T> work) {
    Promise<T> promise = Promise.promise();
    try {
      executor.execute(
          () -> {
            try {
              T result = work.call();
              context.runOnContext(ignored -> promise.complete(result));
            } catch (Exception | AssertionError e) {
              context.runOnContext(ignored -> promise.fail(e));
            }
          });
    } catch (RejectedExecutionException e) {
      promise.fail(
          new ProblemException(ErrorCode.OVERLOADED, "too many requests wait; try again later"));
    }
    return promise.future();
  }

  /** Takes no more work and lets what runs come to its end. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        System.getLogger(Workers.class.getName())
            .log(System.Logger.Level.WARNING, "a request still runs at the stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
