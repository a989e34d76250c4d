package dev.cofre.hsm;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How long this machine stood still: a thread that wants to wake up each millisecond counts what it
 * was late by. What is claimed of a plane "within a second" is not claimed of a second in which no
 * process ran. Thread-safe.
 */
public final class Stalls implements AutoCloseable {
  private static final long PERIOD_NS = 1_000_000;

  /** What a busy machine of its own does to any thread, which a plane has to live with. */
  private static final long USUAL_NS = 20_000_000;

  private final AtomicLong stalledNs = new AtomicLong();
  private final Thread thread = Thread.ofPlatform().daemon().name("stalls").unstarted(this::run);
  private volatile boolean closed;

  /** Counts from now on. */
  public Stalls() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      long beforeNs = System.nanoTime();
      LockSupport.parkNanos(PERIOD_NS);
      long lateNs = System.nanoTime() - beforeNs - PERIOD_NS;
      if (lateNs > USUAL_NS) {
        stalledNs.addAndGet(lateNs);
      }
    }
  }

  /** All that was lost so far, in milliseconds. */
  public long ms() {
    return stalledNs.get() / 1_000_000;
  }

  @Override
  public void close() {
    closed = true;
  }
}
