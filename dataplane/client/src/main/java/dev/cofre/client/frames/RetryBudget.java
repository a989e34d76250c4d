package dev.cofre.client.frames;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many retries may follow: each call adds a share of one, each retry takes one, and a few may
 * be saved for the moment when a node dies. When all nodes are in trouble, retries add no more than
 * that share to their load. Thread-safe.
 */
final class RetryBudget {
  /** How many retries may be saved up, which a new client has at once. */
  static final int SAVED_MAX = 128;

  private static final long ONE = 1_000;

  private final long deposit;
  private final AtomicLong saved = new AtomicLong(SAVED_MAX * ONE);

  RetryBudget(double share) {
    this.deposit = Math.round(share * ONE);
    if (deposit == 0) {
      saved.set(0);
    }
  }

  /** A call began. */
  void deposit() {
    long now = saved.get();
    // Full is the everyday case, and costs a read. A deposit that is lost to a race is no matter.
    if (now < SAVED_MAX * ONE) {
      saved.compareAndSet(now, Math.min(SAVED_MAX * ONE, now + deposit));
    }
  }

  /** Takes one retry; false when there is none left. */
  boolean take() {
    long now = saved.get();
    while (now >= ONE) {
      if (saved.compareAndSet(now, now - ONE)) {
        return true;
      }
      now = saved.get();
    }
    return false;
  }
}
