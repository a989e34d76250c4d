package dev.cofre.client.frames;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what must become true. */
final class Await {
  private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(90);

  private Await() {}

  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long endNs = System.nanoTime() + LIMIT_NS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - endNs > 0) {
        throw new AssertionError("not in 90 s: " + what);
      }
      Thread.sleep(5);
    }
  }
}
