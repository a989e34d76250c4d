package dev.cofre.hsm;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread brings about. */
public final class Conditions {
  private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long POLL_NS = 200_000;

  private Conditions() {}

  /** Returns once {@code condition} holds; fails after {@value #LIMIT_NS} ns. */
  public static void await(BooleanSupplier condition) {
    long endNs = System.nanoTime() + LIMIT_NS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - endNs > 0) {
        throw new AssertionError("not in time");
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
