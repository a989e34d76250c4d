package dev.cofre.client.credentials;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A provider's clock and dice.
 *
 * @param nanoTime a clock that is never set
 * @param pollNs after how long it is looked at again, however much time was to pass
 */
record Times(LongSupplier nanoTime, RandomGenerator random, long pollNs) {
  long nowNs() {
    return nanoTime.getAsLong();
  }

  /** In {@code least} to {@code most} parts of {@code ofNs}. */
  long in(long ofNs, double least, double most) {
    return nowNs() + (long) (ofNs * random.nextDouble(least, most));
  }
}
