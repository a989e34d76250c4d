package dev.cofre.hsm;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Wraps that the token rejected a short while ago, by their exact bytes: they are rejected again
 * without asking it.
 *
 * <p>Thread-safe; no method blocks. It holds at most {@value #ENTRIES_MAX}, the oldest leave first,
 * and none for longer than {@value #TTL_NS} ns.
 */
final class RejectedWraps {
  static final int ENTRIES_MAX = 4_096;
  static final long TTL_NS = 10_000_000_000L;

  private final LongSupplier clockNs;
  private final Map<Wrap, Long> rejectedAtNs = new ConcurrentHashMap<>();
  private final Queue<Wrap> byAge = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();

  RejectedWraps(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  void add(Wrap wrap) {
    if (rejectedAtNs.putIfAbsent(wrap, clockNs.getAsLong()) == null) {
      byAge.add(wrap);
      if (size.incrementAndGet() > ENTRIES_MAX) {
        removeOldest();
      }
    }
  }

  boolean contains(Wrap wrap) {
    Long at = rejectedAtNs.get(wrap);
    return at != null && clockNs.getAsLong() - at < TTL_NS;
  }

  /** Forgets those whose time is over. */
  void sweep() {
    Wrap oldest = byAge.peek();
    while (oldest != null && !contains(oldest)) {
      removeOldest();
      oldest = byAge.peek();
    }
  }

  private void removeOldest() {
    Wrap oldest = byAge.poll();
    if (oldest != null) {
      rejectedAtNs.remove(oldest);
      size.decrementAndGet();
    }
  }
}
