package dev.cofre.dataplane.server.state;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A bounded good of which no single principal takes more than half. Thread-safe. */
final class Shares {
  private final long max;
  private final AtomicLong taken = new AtomicLong();
  private final Map<String, Long> byPrincipal = new ConcurrentHashMap<>();

  Shares(long max) {
    this.max = max;
  }

  /**
   * Takes {@code amount} for {@code principal}, or nothing when there is not so much left for it.
   */
  boolean take(String principal, long amount) {
    if (taken.addAndGet(amount) > max) {
      taken.addAndGet(-amount);
      return false;
    }
    if (byPrincipal.merge(principal, amount, Long::sum) > Math.max(1, max / 2)) {
      release(principal, amount);
      return false;
    }
    return true;
  }

  /** How much is taken in all. */
  long taken() {
    return taken.get();
  }

  /** Gives back what was taken. */
  void release(String principal, long amount) {
    taken.addAndGet(-amount);
    byPrincipal.computeIfPresent(
        principal, (name, held) -> held - amount <= 0 ? null : held - amount);
  }
}
