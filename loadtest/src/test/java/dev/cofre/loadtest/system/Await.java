package dev.cofre.loadtest.system;

import dev.cofre.hsm.Stalls;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, looking again and again until a deadline. */
final class Await {
  private static final long POLL_NS = 2_000_000;

  /** For what comes late or not at all. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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

  /**
   * Waits until {@code condition} holds, which the product does within {@code claim}; what the
   * machine stood still meanwhile is not its time. Returns how long it took without that, in
   * milliseconds.
   */
  static long within(String what, Duration claim, Condition condition) throws Exception {
    try (Stalls stalls = new Stalls()) {
      long ms = until(what, PATIENCE, condition);
      long own = ms - stalls.ms();
      if (own > claim.toMillis()) {
        throw new AssertionError(
            "not within %d ms, but after %d and %d in which the machine stood still: %s"
                .formatted(claim.toMillis(), own, ms - own, what));
      }
      return own;
    }
  }
}
