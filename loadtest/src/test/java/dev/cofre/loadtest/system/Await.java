package dev.cofre.loadtest.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, looking again and again until a deadline. */
final class Await {
  private static final long POLL_NS = 2_000_000;

  private Await() {}

  /** A condition that may fail to be looked at. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Waits until {@code condition} holds and returns how long that took, in milliseconds.
   *
   * @throws AssertionError naming {@code what} when it does not hold within {@code limit}
   */
  static long until(String what, Duration limit, Condition condition) throws Exception {
    return until(() -> what, limit, condition);
  }

  /** The same, with a message that is made when it is needed. */
  static long until(Supplier<String> what, Duration limit, Condition condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new AssertionError("not within " + limit.toMillis() + " ms: " + what.get());
      }
      LockSupport.parkNanos(POLL_NS);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }
}
