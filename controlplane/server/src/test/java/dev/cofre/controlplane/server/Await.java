package dev.cofre.controlplane.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, looking again and again for a minute. */
public final class Await {
  private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(3);
  private static final long POLL_NS = 10_000_000;

  private Await() {}

  /** A condition that may fail to be looked at. */
  @FunctionalInterface
  public interface Condition {
    /** Whether it holds now. */
    boolean holds() throws Exception;
  }

  /**
   * Waits until {@code condition} holds.
   *
   * @throws AssertionError naming {@code what} when it does not within a minute
   */
  public static void until(String what, Condition condition) throws Exception {
    long beganNs = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - beganNs > LIMIT_NS) {
        throw new AssertionError("not within a minute: " + what);
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
