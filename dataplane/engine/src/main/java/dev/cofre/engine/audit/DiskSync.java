package dev.cofre.engine.audit;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Forces records to the disk in groups: one thread takes all that wait, forces each segment once
 * and completes their futures. Thread-safe; {@link #await} never blocks.
 *
 * <p>Everything in front of a record is forced with it, for a reader that meets a hole there could
 * not find the record.
 */
final class DiskSync implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DiskSync.class.getName());
  private static final long PROBE_NS = TimeUnit.SECONDS.toNanos(1);

  private final Queue<Waiter> queue = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean failed;
  private volatile boolean closing;
  private volatile boolean terminated;

  /** How far each segment is on the disk, of those that were written lately. */
  private final Map<Segment, Integer> forcedTo = new HashMap<>();

  private record Waiter(Segment segment, int from, int to, CompletableFuture<Void> done) {}

  /** What of a segment is to be forced. */
  private static final class Range {
    private int from;
    private int to;

    Range(int from, int to) {
      this.from = from;
      this.to = to;
    }

    void include(Waiter waiter) {
      from = Math.min(from, waiter.from);
      to = Math.max(to, waiter.to);
    }
  }

  DiskSync() {
    thread = Thread.ofPlatform().name("audit-sync").daemon().start(this::run);
  }

  /** Whether the disk took what was last forced. */
  boolean isWorking() {
    return !failed;
  }

  /**
   * Completes when the bytes from {@code from} to {@code to} of {@code segment} are on the disk.
   */
  CompletableFuture<Void> await(Segment segment, int from, int to) {
    Waiter waiter = new Waiter(segment, from, to, new CompletableFuture<>());
    queue.add(waiter);
    LockSupport.unpark(thread);
    // The thread sets this before it empties the queue for the last time.
    if (terminated && queue.remove(waiter)) {
      waiter.done.completeExceptionally(Refusal.problem());
    }
    return waiter.done;
  }

  private void run() {
    List<Waiter> group = new ArrayList<>();
    Map<Segment, Range> owed = new HashMap<>();
    while (!closing || !queue.isEmpty()) {
      for (Waiter waiter = queue.poll(); waiter != null; waiter = queue.poll()) {
        group.add(waiter);
        owed.computeIfAbsent(waiter.segment, this::unforced).include(waiter);
      }
      if (owed.isEmpty()) {
        LockSupport.parkNanos(this, PROBE_NS);
      } else if (force(owed)) {
        owed.clear();
        group.forEach(waiter -> waiter.done.complete(null));
      } else {
        group.forEach(waiter -> waiter.done.completeExceptionally(Refusal.problem()));
        LockSupport.parkNanos(this, PROBE_NS);
      }
      group.clear();
    }
    terminated = true;
    for (Waiter late = queue.poll(); late != null; late = queue.poll()) {
      late.done.completeExceptionally(Refusal.problem());
    }
  }

  private Range unforced(Segment segment) {
    int from = forcedTo.getOrDefault(segment, 0);
    return new Range(from, from);
  }

  /** Forces what is owed; what failed stays owed and is tried again: the log may be read later. */
  private boolean force(Map<Segment, Range> owed) {
    try {
      owed.forEach((segment, range) -> segment.force(range.from, range.to));
      owed.forEach((segment, range) -> forcedTo.merge(segment, range.to, Math::max));
      forcedTo.keySet().removeIf(segment -> segment.tail() == segment.limit());
      if (failed) {
        failed = false;
        LOG.log(Level.INFO, "the audit log reaches the disk again");
      }
      return true;
    } catch (RuntimeException | InternalError e) {
      if (!failed) {
        failed = true;
        LOG.log(
            Level.ERROR,
            "the audit log cannot be forced to the disk, requests are refused until it can: {0}",
            e.getMessage());
      }
      return false;
    }
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
