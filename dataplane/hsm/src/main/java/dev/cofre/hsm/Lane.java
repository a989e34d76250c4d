package dev.cofre.hsm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The calls of one requester, and how much of the HSM it has had.
 *
 * <p>Concurrency: entering, leaving and what is known of rejections are for any thread and never
 * block; all else is guarded by the lock of the {@link FairQueue}.
 */
final class Lane implements Comparable<Lane> {
  private static final int RETIRED = -1;

  /** Rejections that make a suspect: a quarter of the latest answers, or five in a row. */
  private static final int SCALE = 1 << 16;

  private static final int SUSPECT = SCALE / 4;
  private static final int MEMORY = 16;

  final Requester requester;
  final Tenant tenant;
  final Deque<HsmCall<?>> calls = new ArrayDeque<>();

  /** The virtual time at which its next call is due: it grows with each call that was served. */
  long due;

  /** Calls that are admitted and not settled, or {@link #RETIRED}. */
  private final AtomicInteger pending = new AtomicInteger();

  /** The share of its latest answers that were rejections, of {@link #SCALE}. */
  private final AtomicInteger rejections = new AtomicInteger();

  private final AtomicLong rejectedAtNs = new AtomicLong();

  Lane(Requester requester, Tenant tenant) {
    this.requester = requester;
    this.tenant = tenant;
  }

  /** Lanes that have calls, and how much of the HSM they have had together. */
  static final class Tenant implements Comparable<Tenant> {
    final PriorityQueue<Lane> lanes = new PriorityQueue<>();
    final AtomicInteger pending = new AtomicInteger();
    long due;

    @Override
    public int compareTo(Tenant other) {
      return Long.compare(due, other.due);
    }
  }

  /** What becomes of a call that wants in. */
  enum Entry {
    ENTERED,
    FULL,
    RETIRED
  }

  /** Counts one more call unless there are {@code max} already. */
  Entry enter(int max) {
    while (true) {
      int now = pending.get();
      if (now == RETIRED) {
        return Entry.RETIRED;
      }
      if (now >= max) {
        return Entry.FULL;
      }
      if (pending.compareAndSet(now, now + 1)) {
        return Entry.ENTERED;
      }
    }
  }

  /** Counts one call less. */
  void leave() {
    pending.decrementAndGet();
  }

  /** Lets nobody in any more, if it is empty and under no suspicion. */
  boolean retire(long nowNs, long suspicionNs) {
    return !isSuspect(nowNs, suspicionNs) && pending.compareAndSet(0, RETIRED);
  }

  /** A wrap of its requester did not verify. */
  void rejected(long nowNs) {
    rejections.updateAndGet(share -> share + (SCALE - share) / MEMORY);
    rejectedAtNs.set(nowNs);
  }

  /** A call of its requester was good. */
  void answered() {
    if (rejections.get() != 0) {
      rejections.updateAndGet(share -> share - (share + MEMORY - 1) / MEMORY);
    }
  }

  /** Whether much of what it sends is rejected, lately. */
  boolean isSuspect(long nowNs, long suspicionNs) {
    return rejections.get() >= SUSPECT && nowNs - rejectedAtNs.get() < suspicionNs;
  }

  @Override
  public int compareTo(Lane other) {
    return Long.compare(due, other.due);
  }
}
