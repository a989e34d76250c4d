package dev.cofre.engine.policy;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts uses in fixed windows of time: the window's number stands above the count, in one word.
 * Stateless; what it counts in is thread-safe, without locks and garbage.
 */
final class UseWindow {
  static final long DAY_MS = 86_400_000;
  static final long SECOND_MS = 1_000;

  /** 2^40 uses of a day, 2^24 of a second. */
  static final int DAY_BITS = 40;

  static final int SECOND_BITS = 24;

  private UseWindow() {}

  /**
   * Adds {@code uses} to the count of {@code window}; false when they are not left.
   *
   * @param limit 0: no limit
   */
  static boolean add(AtomicLong count, long window, int bits, long uses, long limit) {
    while (true) {
      long before = count.get();
      long used = before >>> bits == window ? before & (1L << bits) - 1 : 0;
      if (limit != 0 && used + uses > limit) {
        return false;
      }
      long next = Math.min(Math.max(0, used + uses), (1L << bits) - 1);
      if (count.compareAndSet(before, (window << bits) | next)) {
        return true;
      }
    }
  }
}
